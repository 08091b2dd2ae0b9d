# SPDX-License-Identifier: Apache-2.0
"""The commands, run as a person runs them: one line for each error."""

import os
import socket
import subprocess
import sys

from cassandra_scheduler.testbed import ports
from cassandra_scheduler.tests.unit.testbed import case

_JAVA = """
[ "$1" = -version ] && { echo 'version "17.0.15"' >&2; exit; }
%s
"""


class TestCommands(case.TestbedTestCase):

    def setUp(self):
        super().setUp()
        self.unpacked('jamm-0.4.0.jar', 'apache-cassandra-5.0.9.jar')
        self.setenv('JAVA_HOME', None)
        self.program('java', _JAVA % 'echo "ERROR no such luck"; exit 3')
        self.port = ports.fresh(('127.0.0.1',), below=2042)

    def local(self, *arguments):
        return subprocess.run(
            [sys.executable, '-m', 'cassandra_scheduler.cmd.main', 'local',
             *arguments], capture_output=True, text=True, timeout=120)

    def assertRefused(self, done, *parts):
        self.assertEqual(1, done.returncode, done.stderr)
        self.assertEqual('', done.stdout)
        self.assertEqual(1, len(done.stderr.splitlines()), done.stderr)
        self.assertOneLine(done.stderr.strip(), *parts)

    def start(self, *arguments):
        return self.local('start', '--name', 'mine',
                          '--port', str(self.port), *arguments)

    def test_taken_port(self):
        server = socket.create_server(('127.0.0.1', self.port))
        self.addCleanup(server.close)
        done = self.start()
        self.assertRefused(done, '127.0.0.1:%d' % self.port,
                           '(pid %d)' % os.getpid())
        self.assertFalse((self.home / 'state' / 'cassandra-scheduler'
                          / 'local' / 'mine').exists())

    def test_taken_port_between_nodes(self):
        server = socket.create_server(('127.0.0.1', self.port - 2042))
        self.addCleanup(server.close)
        self.assertRefused(self.start(),
                           '127.0.0.1:%d' % (self.port - 2042))

    def test_node_that_ends_while_it_starts(self):
        done = self.start()
        self.assertEqual(1, done.returncode)
        self.assertNotIn('Traceback', done.stderr)
        self.assertOneLine(done.stderr.splitlines()[-1],
                           'node1', "'mine'", 'ERROR no such luck')

    def test_impossible_wish(self):
        self.assertRefused(self.start('--heap', 'huge'), 'heap')

    def test_status_of_nothing(self):
        self.assertRefused(self.local('status', '--name', 'mine'), "'mine'")
        done = self.local('status', '--format', 'value')
        self.assertEqual((0, ''), (done.returncode, done.stdout.strip()))

    def test_fetch(self):
        done = self.local('fetch')
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn('bin/java with ', done.stdout)

    def test_fetch_from_a_folder_without_jars(self):
        self.setenv('CASSANDRA_HOME', str(self.home))
        self.assertRefused(self.local('fetch'), str(self.home))

    def test_wait_for_a_node_too_many(self):
        done = self.local('wait', '--node', '2')
        self.assertEqual(1, done.returncode)
        self.assertOneLine(done.stderr.splitlines()[-1], 'no node 2')

    def test_stop_of_nothing(self):
        done = self.local('stop', '--name', 'mine')
        self.assertEqual(0, done.returncode)
        self.assertIn('was not running', done.stdout)

    def test_wipe_of_nothing(self):
        done = self.local('wipe', '--name', 'mine')
        self.assertEqual(0, done.returncode, done.stderr)
