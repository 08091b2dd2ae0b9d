# SPDX-License-Identifier: Apache-2.0

import hypothesis
from hypothesis import strategies as st
import testtools

from cassandra_scheduler.model import capacity
from cassandra_scheduler.model import tree as tree_model

SOME = hypothesis.settings(deadline=None)

units = st.integers(0, tree_model.MAX_INT)
inventories = st.builds(
    tree_model.Inventory, total=st.integers(1, tree_model.MAX_INT),
    reserved=units, min_unit=st.integers(1, 64),
    max_unit=st.integers(1, tree_model.MAX_INT),
    step_size=st.integers(1, 64),
    allocation_ratio=st.floats(0.0625, 9999, allow_nan=False))


class TestFits(testtools.TestCase):

    @SOME
    @hypothesis.given(inventories, units, st.integers(1, tree_model.MAX_INT))
    def test_it_is_placement_s_rule(self, inventory, used, amount):
        allowed = (
            used + amount <= (inventory.total - inventory.reserved) *
            inventory.allocation_ratio and
            inventory.min_unit <= amount <= inventory.max_unit and
            amount % inventory.step_size == 0)
        self.assertEqual(allowed, capacity.fits(inventory, used, amount))

    @SOME
    @hypothesis.given(inventories, units, units)
    def test_more_used_never_leaves_more_room(self, inventory, used, more):
        self.assertLessEqual(capacity.room(inventory, used + more),
                             capacity.room(inventory, used))

    @SOME
    @hypothesis.given(inventories, units)
    def test_room_is_the_most_that_respects_the_capacity(self, inventory,
                                                         used):
        room = capacity.room(inventory, used)
        self.assertFalse(capacity.within(inventory, used + room + 1))
        self.assertTrue(capacity.within(inventory, used + room))

    def test_reserved_units_are_not_there(self):
        inventory = tree_model.Inventory(8, reserved=3, allocation_ratio=2.0)
        self.assertEqual(10.0, capacity.capacity(inventory))
        self.assertTrue(capacity.fits(inventory, 4, 6))
        self.assertFalse(capacity.fits(inventory, 5, 6))

    def test_over_committed_room_is_negative(self):
        inventory = tree_model.Inventory(8, allocation_ratio=0.5)
        self.assertEqual(-2, capacity.room(inventory, 6))
        self.assertFalse(capacity.fits(inventory, 6, 1))

    def test_the_first_unit_rule_that_is_broken_is_named(self):
        inventory = tree_model.Inventory(100, min_unit=4, max_unit=8,
                                         step_size=2)
        for amount, rule in ((3, 'min_unit'), (9, 'max_unit'),
                             (5, 'step_size'), (6, None)):
            self.assertEqual(rule, capacity.unit_violated(inventory, amount))


class TestHasRoom(testtools.TestCase):

    TREE = tree_model.Tree(
        't',
        providers={
            'p': tree_model.Provider(
                'p',
                'host',
                inventories={'VCPU': tree_model.Inventory(8, max_unit=8)})
        },
        used={('p', 'VCPU'): 6})

    def test_it_fits(self):
        self.assertTrue(capacity.has_room(self.TREE, {('p', 'VCPU'): 2}))
        self.assertTrue(capacity.has_room(self.TREE, {}))

    def test_it_does_not_fit(self):
        for amounts in ({('p', 'VCPU'): 3}, {('p', 'DISK_GB'): 1},
                        {('q', 'VCPU'): 1},
                        {('p', 'VCPU'): 1, ('q', 'VCPU'): 1}):
            self.assertFalse(capacity.has_room(self.TREE, amounts), amounts)
        self.assertFalse(capacity.has_room(None, {}))
