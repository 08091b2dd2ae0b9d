# SPDX-License-Identifier: Apache-2.0

import uuid

import fixtures
import testtools

from cassandra_scheduler.local import cluster
from cassandra_scheduler.store import opening
from cassandra_scheduler.store.schema import check
from cassandra_scheduler.store.schema import sync
from cassandra_scheduler.tests.fixtures import cassandra
from cassandra_scheduler.tests.functional import cmd

SERVICES = ('nova-cassandra-scheduler', 'nova-cassandra-compute')


class RefusalTestCase(testtools.TestCase):
    """A service that cannot work says why, in one line, and ends with 1."""

    def refusal(self, service, desk):
        ended = desk.run(service)
        self.assertEqual(1, ended.returncode, ended.stderr)
        self.assertEqual('', ended.stdout)
        line, *more = ended.stderr.splitlines()
        self.assertEqual([], more)
        self.assertTrue(line.startswith(f'{service}: '), line)
        return line


class TestRefusals(RefusalTestCase):

    def test_an_unreachable_cassandra(self):
        desk = self.useFixture(cmd.Desk(port=1, password='hunter2',
                                        username='nova'))
        for service in SERVICES:
            line = self.refusal(service, desk)
            self.assertIn('127.0.0.1:1 does not answer', line)
            self.assertIn('[cassandra] contact_points', line)
            self.assertNotIn('hunter2', line)

    def test_a_keyspace_that_does_not_exist(self):
        desk = self.useFixture(cmd.Desk(keyspace='nobody_made_this'))
        for service in SERVICES:
            line = self.refusal(service, desk)
            self.assertIn("'nobody_made_this'", line)
            self.assertIn('"cassandra-scheduler db sync"', line)

    def test_a_value_that_is_none(self):
        desk = self.useFixture(cmd.Desk(connect_timeout='soon'))
        for service in SERVICES:
            self.assertIn('connect_timeout', self.refusal(service, desk))

    def test_a_configuration_file_that_does_not_exist(self):
        desk = self.useFixture(cmd.Desk())
        desk.config_file.unlink()
        for service in SERVICES:
            self.assertIn(str(desk.config_file), self.refusal(service, desk))

    def test_an_unknown_driver(self):
        desk = self.useFixture(cmd.Desk('[scheduler]\ndriver = chance'))
        line = self.refusal('nova-cassandra-scheduler', desk)
        self.assertIn("[scheduler] driver 'chance' is not installed", line)
        self.assertIn('cassandra_scheduler, filter_scheduler', line)


class TestOldSchema(RefusalTestCase):

    def setUp(self):
        super().setUp()
        self.keyspace = f'test_{uuid.uuid4().hex[:12]}'
        store = opening.open_store(cassandra.settings(keyspace=self.keyspace))
        self.addCleanup(store.session.close)
        self.addCleanup(store.session.execute_schema,
                        f'DROP KEYSPACE IF EXISTS {self.keyspace}')
        sync.sync(store.session, store.columns)
        store.session.write(
            'INSERT INTO {keyspace}.schema_version (name, version, '
            "oldest_reader) VALUES ('schema', ?, ?)",
            (check.VERSION - 1, 0))

    def test_an_old_schema(self):
        desk = self.useFixture(cmd.Desk(keyspace=self.keyspace))
        for service in SERVICES:
            line = self.refusal(service, desk)
            self.assertIn(f'this code needs {check.VERSION}', line)
            self.assertIn('"cassandra-scheduler db sync"', line)


class TestWrongPassword(RefusalTestCase):

    def setUp(self):
        super().setUp()
        self.useFixture(fixtures.EnvironmentVariable(
            'XDG_STATE_HOME', self.useFixture(fixtures.TempDir()).path))
        self.cluster = cluster.Cluster.on_fresh_ports(
            heap='512M', authentication=True)
        self.addCleanup(self.cluster.wipe)
        self.cluster.start()

    def test_a_wrong_password(self):
        desk = self.useFixture(cmd.Desk(
            contact_points=','.join(self.cluster.contact_points),
            port=self.cluster.port, username='cassandra',
            password='hunter2'))
        for service in SERVICES:
            line = self.refusal(service, desk)
            self.assertIn("refused user 'cassandra'", line)
            self.assertIn('[cassandra] username and password', line)
            self.assertNotIn('hunter2', line)


class TestStock(testtools.TestCase):

    def test_novas_own_scheduler_needs_no_cassandra(self):
        desk = self.useFixture(cmd.Desk(
            '[scheduler]\ndriver = filter_scheduler', port=1))
        ended = desk.run('nova-cassandra-scheduler')
        # It gets as far as Nova's databases, of which there are none here.
        said = ended.stdout + ended.stderr
        self.assertIn('CantStartEngineError', said)
        self.assertNotIn('Cassandra at', said)

    def test_the_flags_are_novas(self):
        desk = self.useFixture(cmd.Desk())
        ended = desk.run('nova-cassandra-scheduler', '--help')
        self.assertEqual(0, ended.returncode, ended.stderr)
        self.assertIn('usage: nova-scheduler', ended.stdout)
