# SPDX-License-Identifier: Apache-2.0

import dataclasses
import uuid

import testtools

from cassandra_scheduler.model import errors
from cassandra_scheduler.model import restriction
from cassandra_scheduler.resource_types import loading
from cassandra_scheduler.store import opening
from cassandra_scheduler.store.schema import check
from cassandra_scheduler.store.schema import sync
from cassandra_scheduler.tests.fixtures import cassandra

TABLES = {'trees', 'provider_trees', 'provider_names', 'consumer_homes',
          'transactions', 'catalogue', 'aggregates', 'server_groups',
          'host_cells', 'schema_version'}


class SchemaTestCase(testtools.TestCase):

    def open(self, **changes):
        return opening.open_store(cassandra.settings(**changes),
                                  loading.installed())

    def new_keyspace(self):
        """Return a store whose keyspace is not there, and soon gone again.
        """
        name = f'schema_{uuid.uuid4().hex}'
        store = self.open(keyspace=name)
        self.addCleanup(store.session.close)
        self.addCleanup(store.session.execute_schema,
                        f'DROP KEYSPACE IF EXISTS {name}')
        return store

    def record(self, store, version, oldest_reader):
        store.session.write(
            'INSERT INTO {keyspace}.schema_version (name, version, '
            "oldest_reader) VALUES ('schema', ?, ?)",
            (version, oldest_reader))


class TestSync(SchemaTestCase):

    def test_from_nothing_and_again(self):
        store = self.new_keyspace()
        error = self.assertRaises(errors.SchemaMismatch, store.check)
        self.assertIn('does not exist', str(error))
        steps = []
        sync.sync(store.session, store.columns,
                  searchable=store.searchable, progress=steps.append)
        store.check()
        self.assertEqual(
            TABLES, {row['table_name'] for row in store.session.rows(
                'SELECT table_name FROM system_schema.tables WHERE '
                'keyspace_name = ?', (store.session.settings.keyspace,))})
        self.assertEqual(f'keyspace {store.session.settings.keyspace}',
                         steps[0])
        version = check.find_version(store.session)
        self.assertEqual((check.VERSION, check.OLDEST_READER),
                         (version.version, version.oldest_reader))
        self.check_missing_old_and_new(store)
        self.check_again_with_new_columns(store)

    def check_missing_old_and_new(self, store):
        """Check what is said of other versions, and of none."""
        for version, oldest, part in (
                (check.VERSION - 1, 1, 'db sync'),
                (check.VERSION + 1, check.VERSION + 1, 'upgrade')):
            self.record(store, version, oldest)
            error = self.assertRaises(errors.SchemaMismatch, store.check)
            self.assertIn(part, str(error))
            self.assertIn(f'schema {version}', str(error))
        error = self.assertRaises(errors.SchemaMismatch, sync.sync,
                                  store.session, store.columns)
        self.assertIn('cannot use', str(error))
        store.session.write("DELETE FROM {keyspace}.schema_version WHERE "
                            "name = 'schema'")
        error = self.assertRaises(errors.SchemaMismatch, store.check)
        self.assertIn('no schema yet', str(error))

    def check_again_with_new_columns(self, store):
        """Check a newer keyspace that is still for us, and another type.

        Its columns are asked for and added, and the version is not set back.
        """
        self.record(store, check.VERSION + 1, check.VERSION)
        more = store.columns + (
            restriction.Column('colour', 'text', indexed=False),)
        store.check()
        error = self.assertRaises(errors.SchemaMismatch, check.check,
                                  store.session, more)
        self.assertIn('colour', str(error))
        sync.sync(store.session, more, searchable=store.searchable)
        check.check(store.session, more)
        self.assertEqual(check.VERSION + 1,
                         check.find_version(store.session).version)
        other = restriction.Column('colour', 'bigint', indexed=False)
        error = self.assertRaises(errors.SchemaMismatch, sync.sync,
                                  store.session, (other,))
        self.assertIn('colour', str(error))


class TestNames(SchemaTestCase):

    def test_an_unsafe_keyspace_is_never_sent(self):
        for name in ('', 'Upper', '1st', 'a-b', 'a b', 'a"b', "a'; DROP",
                     'a' * 49, 'k\u00e4se', 'a\n'):
            store = self.open(keyspace=name)
            error = self.assertRaises(errors.InvalidSettings, sync.sync,
                                      store.session, store.columns)
            self.assertIn('[cassandra] keyspace', str(error))

    def test_an_unsafe_column_neither(self):
        store = self.open()
        cassandra.prepare_keyspace(store.session.settings)
        column = restriction.Column('free; DROP', 'bigint')
        error = self.assertRaises(errors.InvalidSettings, sync.sync,
                                  store.session, (column,))
        self.assertIn('free; DROP', str(error))

    def test_replication_goes_into_the_statement_checked(self):
        for replication in ((("dc'1", 1),), (('dc1', 0),), (('', 3),)):
            store = self.open(replication=replication)
            error = self.assertRaises(errors.InvalidSettings, sync.sync,
                                      store.session, store.columns)
            self.assertIn('[cassandra] replication', str(error))

    def test_replication_is_what_was_asked_for(self):
        store = self.new_keyspace()
        self.assertEqual(
            "{'class': 'NetworkTopologyStrategy', 'dc-1': 3, 'dc_2': 2}",
            sync._replication(dataclasses.replace(
                store.session.settings,
                replication=(('dc-1', 3), ('dc_2', 2)))))
