# SPDX-License-Identifier: Apache-2.0
"""Under a real WSGI server: workers, signals, and a store that is away."""

import signal
import socket
import urllib.parse
import uuid

import psutil
import testtools

from cassandra_scheduler.tests.fixtures import cable
from cassandra_scheduler.tests.fixtures import cassandra
from cassandra_scheduler.tests.fixtures import wsgi_server

LIST = ('GET', '/resource_providers')


class TestServing(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.cloud = self.useFixture(cassandra.Cloud())

    def serve(self, *arguments, **changes):
        options = wsgi_server.cassandra_options(self.cloud.settings,
                                                **changes)
        return self.useFixture(wsgi_server.WsgiServer(options, *arguments))

    def connections(self, process):
        """Return how many connections to Cassandra a process has."""
        return sum(connection.raddr[1:] == (self.cloud.settings.port,)
                   for connection in process.net_connections('tcp'))

    def test_from_start_to_stop(self):
        server = self.serve('--preload')
        server.wait_for(lambda: len(server.workers) == 2)
        processes = [server.master, *server.workers]
        self.assertEqual([0] * 3, [*map(self.connections, processes)])

        version = server.ask('GET', '/')
        self.assertEqual('v1.0', version.json()['versions'][0]['id'])
        self.assertEqual([0] * 3, [*map(self.connections, processes)])

        provider = str(uuid.uuid4())
        made = server.ask('POST', '/resource_providers',
                          {'uuid': provider, 'name': 'host'})
        self.assertEqual(200, made.status_code, made.text)
        renamed = server.ask('PUT', f'/resource_providers/{provider}',
                             {'name': 'new'})
        self.assertEqual(200, renamed.status_code, renamed.text)
        [tree] = self.cloud.store.query.read(()).trees
        self.assertEqual('new', tree.root.name)

        def both_connected():
            server.ask(*LIST)
            return all(map(self.connections, server.workers))

        server.wait_for(both_connected)
        self.assertEqual(0, self.connections(server.master))
        self.assertEqual(0, server.stop())
        self.assertNotIn('Traceback', server.log)

    def test_a_request_under_way_when_it_stops(self):
        server = self.serve()
        body = b'{"name": "late"}'
        where = urllib.parse.urlsplit(server.url)
        with socket.create_connection((where.hostname, where.port),
                                      timeout=60) as client:
            # A request that gets "100 Continue" has reached a worker.
            client.sendall('\r\n'.join([
                'POST /resource_providers HTTP/1.1', 'Host: placement',
                'Expect: 100-continue', 'X-Auth-Token: admin',
                'Content-Type: application/json',
                f'Content-Length: {len(body)}', '', '']).encode())
            self.assertIn(b'100 Continue', client.recv(4096))
            server.master.send_signal(signal.SIGTERM)
            server.wait_for(lambda: 'Handling signal: term' in server.log)
            client.sendall(body)
            self.assertIn(b' 201 Created', client.recv(4096))
        self.assertEqual(0, server.master.wait(wsgi_server.PATIENCE_S))
        [tree] = self.cloud.store.query.read(()).trees
        self.assertEqual('late', tree.root.name)

    def test_a_reload(self):
        server = self.serve()
        server.wait_for(lambda: len(server.workers) == 2)
        self.assertEqual(200, server.ask(*LIST).status_code)
        old = server.workers
        server.master.send_signal(signal.SIGHUP)
        server.wait_for(lambda: len(server.workers) == 2 and
                        not any(map(psutil.Process.is_running, old)))
        self.assertEqual(200, server.ask(*LIST).status_code)
        self.assertNotIn('Traceback', server.log)

    def test_a_worker_is_killed(self):
        server = self.serve()
        server.wait_for(lambda: len(server.workers) == 2)
        server.kill_worker()
        for _number in range(8):
            self.assertEqual(200, server.ask(*LIST).status_code)

    def test_cassandra_goes_away_and_comes_back(self):
        wire = self.useFixture(cable.Cable())
        server = self.serve(port=wire.port, connect_timeout=1,
                            request_timeout=2)
        wire.cut()
        for when in ('before the first request', 'after it'):
            answer = server.ask(*LIST)
            self.assertEqual(503, answer.status_code, when)
            [error] = answer.json()['errors']
            self.assertIn(f'127.0.0.1:{wire.port} does not answer',
                          error['detail'])
            self.assertNotIn('Traceback', answer.text)
            self.assertEqual(200, server.ask('GET', '/').status_code)
            wire.mend()
            server.wait_for(
                lambda: {server.ask(*LIST).status_code
                         for _number in range(8)} == {200})
            wire.cut()
