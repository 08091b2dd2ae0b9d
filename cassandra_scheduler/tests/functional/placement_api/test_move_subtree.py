# SPDX-License-Identifier: Apache-2.0
"""Providers that move to another tree with all that is used of them."""

import uuid

import testtools

from cassandra_scheduler.tests.fixtures import accounts
from cassandra_scheduler.tests.fixtures import placement_service as service


class TestMoveSubtree(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.api = self.useFixture(service.PlacementService())
        self.host = self.api.new_provider('host', VCPU=8)
        self.card = self.api.new_provider('card', parent=self.host, PGPU=4)
        self.slice = self.api.new_provider('slice', parent=self.card, VGPU=4)
        self.other = self.api.new_provider('other', VCPU=8)
        self.consumers = {}
        for name, amounts in (
                ('on both', {self.host: {'VCPU': 1}, self.slice: {'VGPU': 1}}),
                ('on the card', {self.card: {'PGPU': 1}}),
                ('on the host', {self.host: {'VCPU': 1}}),
                ('elsewhere', {self.other: {'VCPU': 1},
                               self.slice: {'VGPU': 1}})):
            consumer = self.consumers[name] = str(uuid.uuid4())
            self.api.expect(204, 'PUT', f'/allocations/{consumer}',
                            service.consumer_of(amounts))

    def _everything(self):
        """Return all that clients can see of allocations, but the roots."""
        held = {name: self.api.get(f'/allocations/{consumer}')
                for name, consumer in self.consumers.items()}
        used = {provider['uuid']: self.api.get(
            f'/resource_providers/{provider["uuid"]}/usages')
            for provider in self.api.get('/resource_providers')[
                'resource_providers']}
        return held, used

    def _reparent(self, status, provider, name, parent):
        return self.api.expect(
            status, 'PUT', f'/resource_providers/{provider}',
            {'name': name, 'parent_provider_uuid': parent})

    def _root_of(self, provider):
        return self.api.get(
            f'/resource_providers/{provider}')['root_provider_uuid']

    def test_out_in_and_back(self):
        before = self._everything()
        for parent, root in ((None, self.card), (self.other, self.other),
                             (self.host, self.host)):
            self._reparent(200, self.card, 'card', parent)
            self.assertEqual(root, self._root_of(self.card))
            self.assertEqual(root, self._root_of(self.slice))
            self.assertEqual(before, self._everything())
            self.assertEqual([], accounts.problems(self.api.store))

    def test_a_whole_tree_into_another(self):
        before = self._everything()
        self._reparent(200, self.host, 'host', self.other)
        self.assertEqual(self.other, self._root_of(self.slice))
        self.assertIsNone(self.api.store.trees.find(self.host))
        self.assertEqual(before, self._everything())
        self.assertEqual([], accounts.problems(self.api.store))

    def test_consumers_are_changed_where_they_are_now(self):
        self._reparent(200, self.card, 'card', None)
        for name, consumer in self.consumers.items():
            self.api.expect(204, 'DELETE', f'/allocations/{consumer}')
        self.assertEqual([], accounts.problems(self.api.store))
        for provider in (self.slice, self.card):
            self.api.expect(204, 'DELETE', f'/resource_providers/{provider}')

    def test_with_another_name(self):
        self._reparent(200, self.card, 'renamed', None)
        self.assertEqual('renamed', self.api.get(
            f'/resource_providers/{self.card}')['name'])
        self._reparent(409, self.card, 'other', self.host)
        self.assertEqual(self.card, self._root_of(self.slice))
        self.api.new_provider('card')

    def test_not_under_oneself(self):
        before = self._everything()
        self._reparent(400, self.host, 'host', self.slice)
        self._reparent(400, self.host, 'host', self.host)
        self._reparent(400, self.host, 'host', str(uuid.uuid4()))
        self.assertEqual(before, self._everything())
        self.assertEqual(self.host, self._root_of(self.slice))
