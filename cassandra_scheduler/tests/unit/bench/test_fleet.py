# SPDX-License-Identifier: Apache-2.0
"""The bench's hosts are what the scheduler would find in a real cloud."""

import unittest

from cassandra_scheduler.bench import fleet
from cassandra_scheduler.model import capacity
from cassandra_scheduler.model import resource_request
from cassandra_scheduler.resource_types import compute


class HostTree(unittest.TestCase):

    def test_one_in_a_thousand_is_rare(self):
        rare = [number for number in range(3000) if fleet.RARE_TRAIT in
                fleet.host_tree(number).root.traits]
        self.assertEqual([7, 1007, 2007], rare)

    def test_sizes_differ(self):
        totals = {fleet.host_tree(number).root.inventories['VCPU'].total
                  for number in range(7)}
        self.assertEqual(7, len(totals))

    def test_every_host_has_room_for_the_plain_request(self):
        for number in range(14):
            tree = fleet.host_tree(number)
            for name, units in (('VCPU', 2), ('MEMORY_MB', 4096),
                                ('DISK_GB', 20)):
                self.assertTrue(capacity.fits(
                    tree.root.inventories[name], 0, units))

    def test_host_and_node_are_searchable(self):
        values = compute.Compute().searchable(fleet.host_tree(3))
        self.assertEqual('bench-3', values['host'])
        self.assertTrue(values['enabled'])
        wanted = resource_request.ResourceRequest(groups=(
            resource_request.ResourceGroup(resources={'VCPU': 2}),))
        for restriction in compute.Compute().restrictions(wanted):
            if restriction.operator == '>=':
                self.assertGreaterEqual(values[restriction.column],
                                        restriction.value)
