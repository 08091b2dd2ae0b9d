# SPDX-License-Identifier: Apache-2.0

import testtools

from cassandra_scheduler.audit import sums
from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.model import tree as tree_model

VCPU, MEMORY = ('root', 'VCPU'), ('root', 'MEMORY_MB')


class TestSums(testtools.TestCase):

    def of(self, used, *amounts):
        """Return resource class -> Sum of a tree with two VCPU."""
        root = tree_model.Provider('root', 'host', inventories={
            'VCPU': tree_model.Inventory(2)})
        return {each.resource_class: each for each in sums.of(
            tree_model.Tree('tree', providers={'root': root}, used=used),
            [consumer_model.Consumer(str(number), home='tree', amounts=held)
             for number, held in enumerate(amounts)])}

    def test_what_adds_up(self):
        found = self.of({VCPU: 2}, {VCPU: 1}, {VCPU: 1})['VCPU']
        self.assertTrue(found.adds_up)
        self.assertFalse(found.over or found.of_nothing)

    def test_what_does_not(self):
        self.assertFalse(self.of({VCPU: 2}, {VCPU: 1})['VCPU'].adds_up)
        self.assertFalse(self.of({}, {VCPU: 1})['VCPU'].adds_up)
        self.assertFalse(self.of({VCPU: 2})['VCPU'].adds_up)

    def test_more_than_there_is(self):
        self.assertTrue(self.of({VCPU: 3}, {VCPU: 3})['VCPU'].over)
        found = self.of({MEMORY: 1}, {MEMORY: 1})['MEMORY_MB']
        self.assertTrue(found.of_nothing and not found.over)

    def test_nothing(self):
        self.assertEqual({}, self.of({}))
