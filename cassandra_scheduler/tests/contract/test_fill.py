# SPDX-License-Identifier: Apache-2.0
"""Columns that come later are filled in rows that are there already."""

import uuid

from cassandra_scheduler.model import change as change_model
from cassandra_scheduler.model import errors
from cassandra_scheduler.model import restriction
from cassandra_scheduler.resource_types import loading
from cassandra_scheduler.store import opening
from cassandra_scheduler.store.schema import fill
from cassandra_scheduler.store.schema import sync
from cassandra_scheduler.store import tree_codec
from cassandra_scheduler.tests.contract import test_schema
from cassandra_scheduler.tests.fixtures import cassandra
from cassandra_scheduler.tests.fixtures import compute_hosts


class Coloured:
    """A resource type that nobody had installed before."""

    name = 'coloured'
    columns = (restriction.Column('colour', 'text', indexed=False),
               restriction.Column('tints', 'set<text>'))

    def searchable(self, tree):
        return {'colour': f'as {tree.root.name}', 'tints': {tree.root.name}}


class TestFill(test_schema.SchemaTestCase):

    def setUp(self):
        super().setUp()
        self.store = self.new_keyspace()
        self.sync(self.store)
        self.clouds = [self.cloud('one'), self.cloud('two')]
        self.trees = [compute_hosts.write(cloud, f'host{number}')
                      for number, cloud in enumerate(self.clouds * 3)]

    def cloud(self, name):
        """Return a Cloud fixture of the new keyspace."""
        found = cassandra.Cloud()
        found.settings = cassandra.settings(
            keyspace=self.store.session.settings.keyspace, cloud=name)
        found.store = opening.open_store(found.settings, loading.installed(),
                                         session=self.store.session)
        return found

    def sync(self, store, **how):
        sync.sync(store.session, store.columns, searchable=store.searchable,
                  **how)

    def later(self):
        """Return a store of the same keyspace with one more type."""
        return opening.open_store(
            self.clouds[0].settings, (*loading.installed(), Coloured()),
            session=self.store.session)

    def columns_of(self, tree, cloud):
        [row] = self.store.session.rows(
            "SELECT * FROM {keyspace}.trees WHERE cloud = ? AND tree = ? AND "
            "kind = 'root' AND key = ''", (cloud, tree.id))
        self.assertTrue(tree_codec.is_whole(row))
        return row['colour'], set(row['tints'] or ())

    def test_a_type_that_comes_later(self):
        later = self.later()
        self.clouds[0].store.trees.write_heartbeat('nobody',
                                                   self.trees[0].heartbeat)
        self.check_not_ready(later)
        self.check_every_row(later)
        self.check_what_an_older_service_left(later)

    def check_not_ready(self, later):
        sync.sync(later.session, later.columns)
        error = self.assertRaises(errors.SchemaMismatch, later.check)
        self.assertIn('without a value for colour, tints', str(error))
        self.assertIn('db sync', str(error))

    def check_every_row(self, later):
        steps = []
        self.sync(later, progress=steps.append)
        later.check()
        for number, tree in enumerate(self.trees):
            self.assertEqual(
                (f'as host{number}', {f'host{number}'}),
                self.columns_of(tree, ('one', 'two')[number % 2]))
        # Six trees, and a row without one.
        self.assertTrue(steps[-1].startswith('rows: 7 seen, 6 written'),
                        steps[-1])
        self.assertEqual(0, fill.fill(
            later.session, later.columns, later.searchable,
            progress=steps.append))

    def check_what_an_older_service_left(self, later):
        """Check a row of somebody who knows neither column."""
        older = self.clouds[0].store
        tree = older.trees.find(self.trees[0].id)
        older.trees.write(
            change_model.TreeChange(before=tree,
                                    after=tree.with_provider(
                                        tree.root.replace(name='renamed')),
                                    write_id=str(uuid.uuid4())))
        self.assertEqual('as host0', self.columns_of(tree, 'one')[0])
        self.sync(later)
        self.assertEqual(('as renamed', {'renamed'}),
                         self.columns_of(tree, 'one'))
