# SPDX-License-Identifier: Apache-2.0
"""A resource class in use gets another name (API 1.2 to 1.6)."""

import uuid

import testtools

from cassandra_scheduler.placement_api.providers import class_renames
from cassandra_scheduler.store import catalogue
from cassandra_scheduler.tests.fixtures import accounts
from cassandra_scheduler.tests.fixtures import placement_service as service

OLD, NEW = 'CUSTOM_OLD', 'CUSTOM_NEW'


class TestClassRenames(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.api = self.useFixture(service.PlacementService())
        self.api.expect(201, 'PUT', f'/resource_classes/{OLD}')
        self.providers = [self.api.new_provider(CUSTOM_OLD=8, VCPU=4)
                          for _ in range(3)]

    def _rename(self, status=200, name=OLD, to=NEW):
        return self.api.expect(status, 'PUT', f'/resource_classes/{name}',
                               {'name': to}, version='1.6')

    def _take(self, units, *providers):
        consumer = str(uuid.uuid4())
        self.api.expect(204, 'PUT', f'/allocations/{consumer}',
                        service.consumer_of({
                            provider: {OLD: units, 'VCPU': 1}
                            for provider in providers}))
        return consumer

    def _inventory(self, provider):
        return self.api.get(f'/resource_providers/{provider}/inventories')

    def test_inventories_and_allocations_follow(self):
        one, two, three = self.providers
        alone, spread = self._take(3, one), self._take(2, one, two)
        before = self._inventory(one)
        self._rename()
        after = self._inventory(one)
        self.assertEqual(before['inventories'].pop(OLD),
                         after['inventories'].pop(NEW))
        self.assertEqual(before, after)
        self.assertEqual({NEW: 5, 'VCPU': 2}, self.api.get(
            f'/resource_providers/{one}/usages')['usages'])
        for consumer, amounts in ((alone, {one: 3}),
                                  (spread, {one: 2, two: 2})):
            held = self.api.get(f'/allocations/{consumer}')
            self.assertEqual(1, held['consumer_generation'])
            self.assertEqual(
                {provider: {NEW: units, 'VCPU': 1}
                 for provider, units in amounts.items()},
                {provider: what['resources'] for provider, what
                 in held['allocations'].items()})
        self.assertIn(NEW, self._inventory(three)['inventories'])
        self.api.expect(404, 'GET', f'/resource_classes/{OLD}')
        self.assertEqual([], accounts.problems(self.api.store))

    def test_candidates_are_found_by_the_new_name_alone(self):
        self._rename()
        found = self.api.get(f'/allocation_candidates?resources={NEW}:8')
        self.assertEqual(set(self.providers),
                         set(found['provider_summaries']))
        self.api.expect(400, 'GET',
                        f'/allocation_candidates?resources={OLD}:8')

    def test_a_name_that_is_taken(self):
        self.api.expect(201, 'PUT', f'/resource_classes/{NEW}')
        self._rename(409)
        self.assertIn(OLD, self._inventory(self.providers[0])['inventories'])

    def test_one_that_was_cut_short_goes_on(self):
        provider = self.providers[0]
        consumer = self._take(3, provider)
        class_renames._create(self.api.store, OLD, NEW)
        class_renames._rewrite(self.api.store, provider, OLD, NEW)
        self._rename()
        self.assertEqual(
            {NEW: 3, 'VCPU': 1}, self.api.get(
                f'/allocations/{consumer}')['allocations'][provider][
                    'resources'])
        self.assertEqual([NEW], [entry.name for entry in
                                 self.api.store.catalogue.list(
                                     catalogue.RESOURCE_CLASS)])

    def test_the_old_name_may_come_back_as_another_class(self):
        self._rename()
        self.api.expect(201, 'PUT', f'/resource_classes/{OLD}')
        self._rename(409)

    def test_a_consumer_that_came_meanwhile_is_not_left_behind(self):
        provider = self.providers[0]
        self._take(1, provider)
        rows = self.api.store.trees.list_consumers(provider)
        late = self._take(2, provider)
        state = self.api.store.trees.find_resolved_state(
            provider, [row.uuid for row in rows])
        self.assertFalse(class_renames._is_complete(state, OLD))
        self._rename()
        self.assertEqual(
            {NEW: 2, 'VCPU': 1}, self.api.get(
                f'/allocations/{late}')['allocations'][provider][
                    'resources'])
