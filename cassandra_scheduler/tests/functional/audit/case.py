# SPDX-License-Identifier: Apache-2.0
"""What every test of the audit starts from: a small cloud, and a hammer."""

from cassandra_scheduler.audit import invariants
from cassandra_scheduler.audit import running
from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.model import json_text
from cassandra_scheduler.store import tree_codec
from cassandra_scheduler.store import tree_rows
from cassandra_scheduler.tests.contract import case
from cassandra_scheduler.tests.fixtures import hosts


class AuditTestCase(case.StoreTestCase):
    """Two hosts; ``holder`` holds 2 VCPU of the first."""

    def setUp(self):
        super().setUp()
        self.first, self.second = self.new_host(), self.new_host()
        self.holder = hosts.new_consumer(self.store, self.first.id, 2)

    def audit(self, *, store=None, heal=False, older_than_s=0, pause_s=0,
              gone=None):
        """Return the AuditReport of an audit."""
        return running.CloudAudit(
            store or self.store, pause_s=pause_s, gone=gone,
            older_than_s=older_than_s).run(heal=heal)

    def assert_found_and_healed(self, *kinds, **settings):
        """Fail unless just these kinds are found, healed and found no more.
        """
        found = self.audit(**settings)
        self.assertEqual(sorted(kinds), sorted(one.kind for one in
                                               found.left))
        self.assertFalse(found.clean)
        for one in found.left:
            self.assertTrue(one.remedy and '\n' not in str(one), one)
        healed = self.audit(heal=True, **settings)
        self.assertEqual((), healed.left)
        self.assertLessEqual(set(kinds), {one.kind for one in
                                          healed.healed})
        self.assert_nothing_to_do(**settings)

    def assert_nothing_to_do(self, **settings):
        before = self.everything()
        again = self.audit(heal=True, **settings)
        self.assertEqual(((), ()), (again.left, again.healed))
        self.assertEqual(before, self.everything())
        self.assertEqual([], invariants.violations(self.store))

    def everything(self):
        """Return all rows of the two trees, to compare."""
        return [self.rows(tree.id) for tree in (self.first, self.second)]

    def damage(self, *writes):
        """Write statements, past all conditions but the one that is met.

        Conditional, so that what heals them is newer by Cassandra's clock.
        """
        self.assert_applied(self.store.session.write_if(writes))

    def set_root(self, tree, **columns):
        """Overwrite columns of a tree's root row."""
        assigned = ', '.join(f'{name} = ?' for name in columns)
        self.damage((
            f'UPDATE {{keyspace}}.trees SET {assigned} WHERE cloud = ? AND '
            "tree = ? AND kind = 'root' AND key = '' IF EXISTS",
            (*columns.values(), self.store.cloud, tree.id)))

    def set_state(self, tree, **texts):
        """Overwrite JSON columns, and make the digest agree."""
        texts = {
            name: json_text.encode(value)
            for name, value in texts.items()
        }
        self.set_root(tree, **texts)
        [root] = [row for row in self.rows(tree.id) if row['kind'] == 'root']
        self.set_root(tree, digest=tree_codec._digest(root))

    def set_used(self, tree, vcpu):
        """Let so many VCPU count as used; the searchable columns follow."""
        self.set_state(tree, used={tree.id: {'VCPU': vcpu}})
        self.set_root(tree, free_vcpu=8 - vcpu)

    def put_row(self, tree, consumer=None, **changes):
        """Write a consumer's row into a tree."""
        row = (consumer or self.holder).replace(**changes)
        self.delete_row(tree, row.uuid)
        self.damage((
            tree_rows._CQL['create_consumer_if_absent'],
            tree_codec.consumer_to_params(row, self.store.cloud, tree.id)))

    def delete_row(self, tree, uuid):
        self.store.session.write_if([(
            tree_rows._CQL['delete_consumer'] + ' IF EXISTS',
            (self.store.cloud, tree.id, uuid))])

    def set_lookup_row(self, table, **columns):
        """Write a lookup row; the key comes first."""
        self.delete_lookup_row(table, **dict([next(iter(columns.items()))]))
        names = ', '.join(columns)
        marks = ', '.join('?' for _name in columns)
        self.damage((
            f'INSERT INTO {{keyspace}}.{table} (cloud, op, {names}) '
            f"VALUES (?, 'damage', {marks}) IF NOT EXISTS",
            (self.store.cloud, *columns.values())))

    def delete_lookup_row(self, table, **key):
        [(name, value)] = key.items()
        self.store.session.write_if([(
            f'DELETE FROM {{keyspace}}.{table} WHERE cloud = ? AND '
            f'{name} = ? IF EXISTS', (self.store.cloud, value))])


def forwarding_row(uuid, home, moved_to):
    """Return the row that says where a consumer has gone."""
    return consumer_model.Consumer(uuid, home=home, moved_to=moved_to,
                                   claim_id=hosts.write_id())
