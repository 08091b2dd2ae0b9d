# SPDX-License-Identifier: Apache-2.0
"""Which servers do not count as a Cassandra that serves."""

import socket
import threading

from cassandra_scheduler.testbed import cluster_plan
from cassandra_scheduler.testbed import node
from cassandra_scheduler.testbed import ports
from cassandra_scheduler.tests.unit.testbed import case


class TestServes(case.TestbedTestCase):

    def server(self, answer):
        """Serve many connections: read something, answer, hang up."""
        listening = socket.create_server(('127.0.0.1', 0))

        def serve():
            while True:
                try:
                    connection, _address = listening.accept()
                except OSError:
                    return
                with connection:
                    if connection.recv(4096):
                        connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        self.addCleanup(thread.join, 20)
        self.addCleanup(listening.shutdown, socket.SHUT_RDWR)
        return listening.getsockname()[1]

    def serves(self, port, **fields):
        return node.LocalNode(cluster_plan.ClusterPlan(
            'mine', port=port, storage_port=1, **fields), 1).serves()

    def test_another_protocol(self):
        self.assertFalse(self.serves(
            self.server(b'HTTP/1.1 400 Bad Request\r\n\r\n')))

    def test_an_answer_that_ends_half_way(self):
        self.assertFalse(self.serves(self.server(b'\x85\0\0\0\x06\0\0')))

    def test_no_answer(self):
        self.assertFalse(self.serves(self.server(b'')))

    def test_a_login_where_no_cassandra_is(self):
        self.assertFalse(self.serves(self.server(b''), authentication=True))

    def test_no_server(self):
        port = ports.fresh()
        self.assertFalse(ports.listens('127.0.0.1', port))
        self.assertFalse(self.serves(port))

    def test_settings_lead_to_the_node(self):
        plan = cluster_plan.ClusterPlan('mine', nodes=3, port=9142,
                                        authentication=True)
        settings = node.LocalNode(plan, 2).settings(keyspace='kept')
        self.assertEqual(
            (('127.0.0.12',), 9142, 'kept', 'cassandra', 'cassandra', None),
            (settings.contact_points, settings.port, settings.keyspace,
             settings.username, settings.password, settings.ssl_ca_file))
