# SPDX-License-Identifier: Apache-2.0

import dataclasses

import testtools

from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.model import tree as tree_model

ROOT = tree_model.Provider('root', 'r', inventories={
    'VCPU': tree_model.Inventory(8)})
CHILD = tree_model.Provider('child', 'c', parent='root', generation=3)
TREE = tree_model.Tree('t',
                       version=1,
                       providers={
                           'child': CHILD,
                           'root': ROOT
                       },
                       used={
                           ('root', 'VCPU'): 2,
                           ('child', 'VGPU'): 1
                       })


class TestTree(testtools.TestCase):

    def test_the_root_has_no_parent(self):
        self.assertEqual(ROOT, TREE.root)
        self.assertIsNone(tree_model.Tree('empty').root)

    def test_amounts_are_added_and_given_back(self):
        amounts = {('root', 'VCPU'): 3, ('root', 'DISK_GB'): 10}
        more = TREE.with_amounts(amounts)
        self.assertEqual(5, more.units_used('root', 'VCPU'))
        self.assertEqual(10, more.units_used('root', 'DISK_GB'))
        back = more.with_amounts(amounts, sign=-1)
        for key in TREE.used:
            self.assertEqual(TREE.units_used(*key), back.units_used(*key))
        self.assertEqual(0, back.units_used('root', 'DISK_GB'))
        self.assertEqual(2, TREE.units_used('root', 'VCPU'))

    def test_a_provider_takes_its_counts_along(self):
        without = TREE.without_provider('child')
        self.assertEqual({'root': ROOT}, without.providers)
        self.assertEqual({('root', 'VCPU'): 2}, without.used)
        self.assertEqual(TREE.providers,
                         without.with_provider(CHILD).providers)

    def test_generations_go_up_by_one(self):
        bumped = TREE.bumped('child')
        self.assertEqual((0, 4), (bumped.providers['root'].generation,
                                  bumped.providers['child'].generation))
        self.assertEqual(3, TREE.providers['child'].generation)

    def test_a_claim_is_pending_until_it_is_settled(self):
        pending = tree_model.Pending('claim', 5, {'vcpus': 2})
        claimed = TREE.with_pending('c', pending)
        self.assertEqual({'c': pending}, claimed.pending)
        self.assertEqual({}, claimed.with_pending('c', None).pending)
        self.assertEqual({'c': pending},
                         claimed.with_pending('nobody', None).pending)

    def test_values_are_frozen(self):
        self.assertRaises(dataclasses.FrozenInstanceError, setattr, TREE,
                          'version', 2)


class TestConsumer(testtools.TestCase):

    def test_what_stands_and_what_only_points(self):
        holds = {('root', 'VCPU'): 1}
        for row, stands, stub in (
                (dict(amounts=holds), True, False),
                (dict(), True, False),
                (dict(moved_to='t2'), False, True),
                (dict(moved_to='t2', amounts=holds), True, False),
                (dict(blocked_claims=('id',)), False, False)):
            consumer = consumer_model.Consumer('c', 't', **row)
            self.assertEqual((stands, stub),
                             (consumer.is_live, consumer.is_forwarding), row)

    def test_whom_a_fence_stops(self):
        fence = consumer_model.Consumer('c',
                                        't',
                                        blocked_claims=('one', 'two'))
        self.assertTrue(fence.blocks('one') and fence.blocks('two'))
        self.assertFalse(fence.blocks('on') or fence.replace(
            blocked_claims=()).blocks('one'))

    def test_the_home_that_a_row_names(self):
        for row, home in ((dict(home='t'), 't'), (dict(home='t2'), 't2'),
                          (dict(home='t', moved_to='t2'), 't2')):
            consumer = consumer_model.Consumer('c', **row)
            self.assertEqual(home, consumer.home_seen_from('t'))
