# SPDX-License-Identifier: Apache-2.0

import testtools

from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.scheduling import room

TREE = tree_model.Tree('t', providers={'p': tree_model.Provider(
    'p', 'host', inventories={'VCPU': tree_model.Inventory(8, max_unit=8)})},
    used={('p', 'VCPU'): 6})


class TestRoom(testtools.TestCase):

    def test_fits(self):
        self.assertTrue(room.fits(TREE, {('p', 'VCPU'): 2}))
        self.assertTrue(room.fits(TREE, {}))

    def test_does_not_fit(self):
        for amounts in ({('p', 'VCPU'): 3}, {('p', 'DISK_GB'): 1},
                        {('q', 'VCPU'): 1},
                        {('p', 'VCPU'): 1, ('q', 'VCPU'): 1}):
            self.assertFalse(room.fits(TREE, amounts), amounts)
        self.assertFalse(room.fits(None, {}))

    def test_own(self):
        self.assertEqual({('p', 'VCPU'): 3}, room.own(
            TREE, {('p', 'VCPU'): 3, ('q', 'VCPU'): 1}))
