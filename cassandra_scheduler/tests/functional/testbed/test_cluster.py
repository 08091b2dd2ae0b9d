# SPDX-License-Identifier: Apache-2.0
"""Clusters of a test's own: started, killed, stopped and wiped."""

import json
import subprocess
import sys

import fixtures
from requests import certs
import testtools

from cassandra_scheduler.model import errors
from cassandra_scheduler.store import session as store_session
from cassandra_scheduler import testbed
from cassandra_scheduler.testbed import cluster
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

    def make(self, **fields):
        made = cluster.LocalCluster.on_fresh_ports(heap=_HEAP, **fields)
        self.addCleanup(made.wipe)
        return made

    def states(self, made):
        return [seen.state for seen in made.status()]

    def ask(self, made, cql, **changes):
        """Run one statement as a client with these Settings changed."""
        session = store_session.Session(
            made.nodes[0].settings(connect_timeout=60, **changes))
        try:
            session.execute_schema(cql)
        finally:
            session.close()


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
        self.assertRaises(errors.StoreUnavailable, self.ask, made,
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
        self.assertRaises(testbed.TestbedError, made.kill, 4)
        made.stop()
        self.assertEqual(['stopped'] * 3, self.states(made))

    def test_password_and_tls(self):
        made = self.make(authentication=True, tls=True)
        made.start()
        query = 'SELECT role FROM system_auth.roles'
        self.assertEqual(str(made.certificate),
                         made.nodes[0].settings().ssl_ca_file)
        self.ask(made, query)
        error = self.assertRaises(errors.StoreAccessDenied, self.ask, made,
                                  query, password='wrong-one')
        self.assertIn("refused user 'cassandra'", str(error))
        self.assertNotIn('wrong-one', str(error))
        self.assertRaises(errors.StoreUnavailable, self.ask, made, query,
                          ssl_ca_file=None)
        self.assertRaises(errors.StoreAccessDenied, self.ask, made, query,
                          ssl_ca_file=certs.where())
