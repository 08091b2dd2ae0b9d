# SPDX-License-Identifier: Apache-2.0

import pathlib
import sqlite3
import uuid

import fixtures
import testtools

from cassandra_scheduler.testbed import ports
from cassandra_scheduler.tests.fixtures import cassandra
from cassandra_scheduler.tests.functional import cmd

SECRET = 'very-secret'


class TestRefusals(testtools.TestCase):
    """One line, exit status 1, and never the password."""

    def setUp(self):
        super().setUp()
        folder = self.useFixture(fixtures.TempDir()).path
        self.file = pathlib.Path(folder) / 'file.sqlite'
        sqlite3.connect(self.file).close()

    def refusal(self, *command, **options):
        desk = self.useFixture(cmd.Desk(**{
            'cloud': f'test-{uuid.uuid4()}', **options}))
        ended = desk.run('cassandra-scheduler', 'placement', *command)
        self.assertEqual(1, ended.returncode, ended.stdout)
        self.assertNotIn(SECRET, ended.stdout + ended.stderr)
        [line] = ended.stderr.splitlines()
        return line

    def test_what_is_no_url(self):
        for text in (f'placement:{SECRET}@db', '', f'http//{SECRET}'):
            self.assertIn('--from is not a database URL',
                          self.refusal('import', '--from', text))

    def test_a_database_that_nobody_knows(self):
        self.assertIn("'paper+pencil'", self.refusal(
            'export', '--to', f'paper+pencil://me:{SECRET}@db/placement'))

    def test_a_driver_that_is_not_installed(self):
        self.assertIn('module asyncmy', self.refusal(
            'import', '--from', f'mysql+asyncmy://me:{SECRET}@db/placement'))

    def test_a_server_that_does_not_answer(self):
        port = ports.fresh(('127.0.0.1',), below=0)
        line = self.refusal(
            'import', '--from', 'postgresql+psycopg2://me:'
            f'{SECRET}@127.0.0.1:{port}/placement')
        self.assertIn(f'me:***@127.0.0.1:{port}', line)
        self.assertIn('refused', line)

    def test_a_database_that_is_not_placement_s(self):
        for command, option in (('import', '--from'), ('export', '--to')):
            line = self.refusal(command, option, f'sqlite:///{self.file}')
            self.assertIn('is not a Placement database', line)
            self.assertIn('placement-manage db sync', line)

    def test_a_keyspace_that_does_not_exist(self):
        from placement.db.sqlalchemy import models
        import sqlalchemy

        url = f'sqlite:///{self.file}'
        models.BASE.metadata.create_all(sqlalchemy.create_engine(url))
        self.assertIn('cassandra-scheduler db sync', self.refusal(
            'import', '--from', url, keyspace='nowhere'))

    def test_a_cassandra_that_does_not_answer(self):
        from placement.db.sqlalchemy import models
        import sqlalchemy

        url = f'sqlite:///{self.file}'
        models.BASE.metadata.create_all(sqlalchemy.create_engine(url))
        port = ports.fresh(('127.0.0.1',), below=0)
        self.assertIn(str(port), self.refusal(
            'import', '--from', url, port=port,
            keyspace=cassandra.settings().keyspace))
