# SPDX-License-Identifier: Apache-2.0
"""What every contract test starts from: an empty cloud of its own."""

import testtools

from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.resource_types import loading
from cassandra_scheduler.store import opening
from cassandra_scheduler.store import outcome
from cassandra_scheduler.tests.fixtures import cassandra
from cassandra_scheduler.tests.fixtures import hosts


class StoreTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.cloud = self.useFixture(cassandra.Cloud())
        self.store = self.cloud.store

    def store_over(self, session):
        """Return a store of the same cloud over another session."""
        return opening.open_store(self.cloud.settings, loading.installed(),
                                  session=session)

    def new_host(self, vcpu=8, **fields):
        """Write a tree of one provider; return it."""
        return self.cloud.new_tree(hosts.provider(vcpu, **fields))

    def write(self, change):
        """Write a change that must succeed; return the new Tree."""
        return self.assert_applied(self.store.trees.write(change)).state

    def assert_applied(self, written):
        self.assertIsInstance(written, outcome.Applied)
        return written

    def assert_rejected(self, written):
        self.assertIsInstance(written, outcome.Rejected)
        return written

    def assert_unknown(self, written):
        self.assertIsInstance(written, outcome.Unknown)
        return written

    def rows(self, tree_id):
        """Return all rows of one partition as Cassandra has them."""
        return self.store.session.rows(
            'SELECT * FROM {keyspace}.trees WHERE cloud = ? AND tree = ?',
            (self.store.cloud, tree_id))


def empty(tree_id):
    """Return the Tree that is not there yet."""
    return tree_model.Tree(id=tree_id)
