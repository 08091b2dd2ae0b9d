# SPDX-License-Identifier: Apache-2.0

import json
import os
import pathlib
import socket
import subprocess
import sys
import urllib.request
import uuid

import fixtures

from cassandra_scheduler.tests.fixtures import cassandra
from cassandra_scheduler.tests.functional import cmd
from cassandra_scheduler.tests.functional.cmd import test_launching

PROGRAM = 'cassandra-placement-api'
NO_AUTHENTICATION = test_launching.NO_AUTHENTICATION


class TestRefusals(test_launching.RefusalTestCase):

    def test_a_value_that_is_none(self):
        desk = self.useFixture(cmd.Desk(connect_timeout='soon'))
        self.assertIn('connect_timeout', self.refusal(PROGRAM, desk))

    def test_a_configuration_file_that_does_not_exist(self):
        desk = self.useFixture(cmd.Desk())
        desk.config_file.unlink()
        self.assertIn(str(desk.config_file), self.refusal(PROGRAM, desk))

    def test_a_port_that_is_taken(self):
        desk = self.useFixture(cmd.Desk(
            NO_AUTHENTICATION,
            keyspace=self.useFixture(cassandra.Cloud()).settings.keyspace))
        taken = socket.socket()
        self.addCleanup(taken.close)
        taken.bind(('127.0.0.1', 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = desk.run(PROGRAM, '--port', str(port))
        self.assertEqual(1, ended.returncode)
        self.assertIn(f'--port {port}', ended.stderr)
        self.assertNotIn('Traceback', ended.stderr)


class TestServing(test_launching.RefusalTestCase):

    def setUp(self):
        super().setUp()
        self.cloud = self.useFixture(cassandra.Cloud())
        self.desk = self.useFixture(cmd.Desk(
            NO_AUTHENTICATION, cloud=self.cloud.settings.cloud,
            keyspace=self.cloud.settings.keyspace))

    def test_a_developer_s_server(self):
        server = subprocess.Popen(
            [cmd.BIN / PROGRAM, '--port', '0',
             '--config-file', self.desk.config_file],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(server.stdout.close)
        self.addCleanup(server.wait, 30)
        self.addCleanup(server.terminate)
        url = server.stdout.readline().rpartition(' ')[2].strip()
        request = urllib.request.Request(
            f'{url}/resource_providers', headers={
                'X-Auth-Token': 'admin', 'Content-Type': 'application/json'},
            data=json.dumps({'name': 'host',
                             'uuid': str(uuid.uuid4())}).encode())
        with urllib.request.urlopen(request, timeout=60) as answer:
            self.assertEqual(201, answer.status)
        [tree] = self.cloud.store.query.read(()).trees
        self.assertEqual('host', tree.root.name)

    def test_what_a_wsgi_server_loads(self):
        folder = self.desk.config_file.parent
        self.desk.config_file.rename(folder / 'placement.conf')
        ask = ('import webob\n'
               'from cassandra_scheduler.placement_api import wsgi\n'
               'request = webob.Request.blank("/resource_providers", '
               'headers={"X-Auth-Token": "admin"})\n'
               'print(request.get_response(wsgi.application).text)\n')
        ended = subprocess.run(
            [sys.executable, '-c', ask], capture_output=True, text=True,
            timeout=90, env={**os.environ,
                             'OS_PLACEMENT_CONFIG_DIR': str(folder)})
        self.assertIn('{"resource_providers": []}\n', ended.stdout,
                      ended.stderr)

    def test_what_a_wsgi_server_cannot_load(self):
        self._check_given_up('/nowhere', '/nowhere')

    def test_an_option_that_a_wsgi_server_cannot_load(self):
        folder = self.useFixture(fixtures.TempDir()).path
        pathlib.Path(folder, 'placement.conf').write_text(
            '[DEFAULT]\ndebug =\n')
        self._check_given_up(folder, '--debug')

    def _check_given_up(self, folder, named):
        ended = subprocess.run(
            [sys.executable, '-c',
             'import cassandra_scheduler.placement_api.wsgi'],
            capture_output=True, text=True, timeout=90, env={
                **os.environ, 'OS_PLACEMENT_CONFIG_DIR': str(folder)})
        # gunicorn does not start another worker after this.
        self.assertEqual(4, ended.returncode)
        self.assertIn(named, ended.stderr)
        self.assertNotIn('Traceback', ended.stderr)
