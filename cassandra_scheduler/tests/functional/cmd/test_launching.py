# SPDX-License-Identifier: Apache-2.0

import testtools

from cassandra_scheduler.tests.fixtures import cassandra
from cassandra_scheduler.tests.functional import cmd

SERVICES = ('nova-cassandra-scheduler', 'nova-cassandra-compute')
COMMANDS = (('db', 'check'), ('host', 'list'), ('host', 'show', 'host1'))
NO_AUTHENTICATION = '[api]\nauth_strategy = noauth2'


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

    def command(self, *words, desk):
        """Return the one line with which a command ends."""
        ended = desk.run('cassandra-scheduler', *words)
        self.assertEqual((1, ''), (ended.returncode, ended.stdout))
        *steps, line = ended.stderr.splitlines()
        # Only "db sync" tells what it is about to do.
        self.assertEqual([], [step for step in steps
                              if not step.startswith('keyspace ')])
        return line

    def refusals(self, desk):
        """Return what every program that needs Cassandra says."""
        return [*(self.refusal(service, desk)
                  for service in (*SERVICES, 'cassandra-placement-api')),
                *(self.command(*words, desk=desk) for words in COMMANDS)]


class TestRefusals(RefusalTestCase):

    def test_an_unreachable_cassandra(self):
        desk = self.useFixture(cmd.Desk(NO_AUTHENTICATION, port=1,
                                        password='hunter2', username='nova'))
        for line in (*self.refusals(desk),
                     self.command('db', 'sync', desk=desk),
                     self.command('db', 'version', desk=desk)):
            self.assertIn('127.0.0.1:1 does not answer', line)
            self.assertIn('[cassandra] contact_points', line)
            self.assertNotIn('hunter2', line)

    def test_a_keyspace_that_does_not_exist(self):
        desk = self.useFixture(cmd.Desk(NO_AUTHENTICATION,
                                        keyspace='nobody_made_this'))
        for line in self.refusals(desk):
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


class TestOtherSchemas(RefusalTestCase):

    def test_an_old_schema_and_one_too_new(self):
        old = self.useFixture(cassandra.OldKeyspace())
        desk = self.useFixture(cmd.Desk(NO_AUTHENTICATION,
                                        keyspace=old.name))
        for line in self.refusals(desk):
            self.assertIn(f'this code needs {old.version + 1}', line)
            self.assertIn('"cassandra-scheduler db sync"', line)
        old.outgrow()
        for service in SERVICES:
            line = self.refusal(service, desk)
            self.assertIn('upgrade the package', line)


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
