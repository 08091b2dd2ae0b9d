# SPDX-License-Identifier: Apache-2.0
"""What the schedulers share of hosts: their cells and service states."""

from cassandra_scheduler.tests.contract import case
from cassandra_scheduler.tests.fixtures import cassandra
from cassandra_scheduler.tests.fixtures import compute_hosts


class TestHostCells(case.StoreTestCase):

    def test_the_newest_counts(self):
        cells = self.cloud.store.host_cells
        self.assertIsNone(cells.find('one'))
        cells.put({'one': 'cell1', 'two': 'cell1'})
        cells.put({'two': 'cell2'})
        self.assertEqual('cell2', cells.find('two'))
        self.assertEqual({'one': 'cell1', 'two': 'cell2'}, cells.list())

    def test_clouds_do_not_share_them(self):
        self.cloud.store.host_cells.put({'one': 'cell1'})
        other = self.useFixture(cassandra.Cloud()).store
        self.assertEqual({}, other.host_cells.list())


class TestMarks(case.StoreTestCase):

    def test_a_mark_leaves_the_last_sign_of_life(self):
        tree = compute_hosts.write(self.cloud, 'one')
        before = self.cloud.store.trees.find(tree.id)
        self.cloud.store.trees.mark_service(tree.id, disabled=True,
                                            forced_down=True)
        after = self.cloud.store.trees.find(tree.id)
        self.assertEqual((True, True), (after.heartbeat.disabled,
                                        after.heartbeat.forced_down))
        self.assertEqual(
            (before.version, before.heartbeat.last_seen_ms,
             before.heartbeat.service),
            (after.version, after.heartbeat.last_seen_ms,
             after.heartbeat.service))

    def test_a_mark_on_a_tree_that_is_gone_makes_none(self):
        self.cloud.store.trees.mark_service('gone', disabled=True,
                                            forced_down=False)
        self.assertIsNone(self.cloud.store.trees.find('gone'))
