# SPDX-License-Identifier: Apache-2.0
"""Clusters of a test's own: started, killed, stopped and wiped."""

import json
import ssl
import subprocess
import sys

import fixtures
import testtools

from cassandra_scheduler.local import cluster
from cassandra_scheduler.local import failures
from cassandra_scheduler.local import native_protocol
from cassandra_scheduler.tests import sizes

_HEAP = '512M'
_LOCAL = (sys.executable, '-m', 'cassandra_scheduler.cmd.main', 'local')
_KEEP = ("CREATE KEYSPACE kept WITH replication = "
         "{'class': 'SimpleStrategy', 'replication_factor': %d}")


class LocalClusterTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        # Clusters are elsewhere; the jars are the person's own.
        state = self.useFixture(fixtures.TempDir()).path
        self.useFixture(fixtures.EnvironmentVariable(
            'XDG_STATE_HOME', state))

    def make(self, **wishes):
        made = cluster.Cluster.on_fresh_ports(heap=_HEAP, **wishes)
        self.addCleanup(made.wipe)
        return made

    def states(self, made):
        return [seen.state for seen in made.status()]

    def ask(self, made, cql, *, password='cassandra', tls=None):
        with native_protocol.Connection(made.contact_points[0], made.port,
                                        tls=tls, timeout=60) as connection:
            connection.start('cassandra', password)
            connection.query(cql)


@sizes.nightly
class TestCommands(LocalClusterTestCase):

    def local(self, *arguments, status=0):
        done = subprocess.run(
            [*_LOCAL, *arguments], capture_output=True, text=True, timeout=600)
        self.assertEqual(status, done.returncode, done.stderr)
        return done

    def rows(self):
        return json.loads(self.local('status', '--format', 'json').stdout)

    def test_from_start_to_wipe(self):
        made = self.make()
        start = ('start', '--name', made.name, '--port', str(made.port),
                 '--heap', _HEAP)
        done = self.local(*start)
        self.assertIn('127.0.0.1, port %d' % made.port, done.stdout)
        row, = self.rows()
        self.assertEqual(
            (made.name, 'node1', '127.0.0.1', made.port, 'up', _HEAP),
            tuple(row[name] for name in ('Cluster', 'Node', 'Address',
                                         'Port', 'State', 'Heap')))
        self.ask(made, _KEEP % 1)

        self.local(*start)
        self.assertEqual(row['PID'], self.rows()[0]['PID'])
        done = self.local('start', '--name', made.name, '--heap', '513M',
                          status=1)
        self.assertIn('heap 512M, not 513M', done.stderr)
        done = self.local('start', '--name', 'other', '--port',
                          str(made.port), status=1)
        self.assertIn('(pid %d)' % row['PID'], done.stderr)
        self.assertIn(made.name, done.stderr)

        self.local('stop', '--name', made.name)
        self.assertNotIn('Exception', made.nodes[0].output.read_text())
        row, = self.rows()
        self.assertEqual(('stopped', None), (row['State'], row['PID']))

        self.local('start', '--name', made.name)
        self.ask(made, 'DROP KEYSPACE kept')

        self.local('wipe', '--name', made.name)
        self.assertEqual([], self.rows())
        self.assertFalse(made.plan.folder.exists())

    def test_run_by_somebody_else(self):
        made = self.make()
        run = subprocess.Popen(
            [*_LOCAL, 'run', '--name', made.name, '--port', str(made.port),
             '--heap', _HEAP], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        self.addCleanup(run.wait, 60)
        self.addCleanup(run.kill)
        # Waiting before there is anything is fine as well.
        for more in (('--port', str(made.port), '--node', '1'), ()):
            self.assertIn('port %d' % made.port, self.local(
                'wait', '--name', made.name, *more).stdout)
        row, = self.rows()
        self.assertEqual((run.pid, 'up'), (row['PID'], row['State']))
        done = self.local('run', '--name', made.name, status=1)
        self.assertIn('node1 of cluster %r runs already' % made.name,
                      done.stderr)
        run.terminate()
        self.assertEqual(143, run.wait(60))
        self.assertEqual(['stopped'], self.states(made))


@sizes.nightly
class TestCluster(LocalClusterTestCase):

    def test_what_was_written_survives_a_kill(self):
        made = self.make()
        self.assertTrue(made.start())
        self.ask(made, _KEEP % 1)
        self.assertTrue(made.kill(1))
        self.assertEqual(['stopped'], self.states(made))
        self.assertRaises(native_protocol.NotServing, self.ask, made,
                          'SELECT * FROM system.local')
        made.start_node(1)
        self.assertEqual(['up'], self.states(made))
        self.assertFalse(made.start())
        self.ask(made, 'DROP KEYSPACE kept')

    def test_three_nodes(self):
        made = self.make(nodes=3)
        made.start()
        self.assertEqual(['up'] * 3, self.states(made))
        self.assertEqual(['127.0.0.11', '127.0.0.12', '127.0.0.13'],
                         made.contact_points)
        made.kill(3)
        self.assertEqual(['up', 'up', 'stopped'], self.states(made))
        made.start_node(3)
        self.assertEqual(['up'] * 3, self.states(made))
        self.assertRaises(failures.LocalClusterError, made.kill, 4)
        made.stop()
        self.assertEqual(['stopped'] * 3, self.states(made))

    def test_password_and_tls(self):
        made = self.make(authentication=True, tls=True)
        made.start()
        trusted = ssl.create_default_context(cafile=made.certificate)
        query = 'SELECT role FROM system_auth.roles'
        self.ask(made, query, tls=trusted)
        error = self.assertRaises(
            native_protocol.NotServing, self.ask, made, query,
            password='wrong', tls=trusted)
        self.assertIn('0x00', str(error))
        self.assertRaises(native_protocol.NotServing, self.ask, made, query)
        self.assertRaises(native_protocol.NotServing, self.ask, made, query,
                          tls=ssl.create_default_context())
