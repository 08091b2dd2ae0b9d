# SPDX-License-Identifier: Apache-2.0
"""Many clients of the Placement API at once, and what they leave behind."""

import collections
from concurrent import futures
import random
import uuid

import testtools

from cassandra_scheduler.tests.fixtures import accounts
from cassandra_scheduler.tests.fixtures import placement_service as service

CLIENTS = 12


class TestRacing(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.api = self.useFixture(service.PlacementService())

    def _at_once(self, function, *many):
        with futures.ThreadPoolExecutor(CLIENTS) as clients:
            return list(clients.map(function, *many))

    def _agree(self):
        self.assertEqual([], accounts.problems(self.api.store))

    def test_as_many_winners_as_there_is_room(self):
        provider = self.api.new_provider(VCPU=7)
        consumers = [str(uuid.uuid4()) for _ in range(30)]

        def take(consumer):
            return self.api.ask('PUT', f'/allocations/{consumer}',
                                service.consumer_of({provider: {'VCPU': 1}}))

        answers = self._at_once(take, consumers)
        self.assertEqual(
            {204: 7, 409: 23},
            collections.Counter(answer.status_int for answer in answers))
        for answer in answers:
            if answer.status_int == 409:
                # Nova would try again after any other reason.
                self.assertIn('exceed the capacity', answer.text)
        losers = [consumer for consumer, answer in zip(consumers, answers)
                  if answer.status_int == 409]
        self.assertEqual(
            {}, self.api.store.consumer_homes.find_many(losers))
        self._agree()

    def test_as_many_tries_as_the_operator_allows(self):
        provider = self.api.new_provider(VCPU=200)

        def take(_number):
            return self.api.ask(
                'PUT', f'/allocations/{uuid.uuid4()}',
                service.consumer_of({provider: {'VCPU': 1}})).status_int

        taken = 0
        for limit, allowed in ((0, {409}), (1, {204, 409}), (100, {204})):
            self.api.conf.set_override('allocation_conflict_retry_count',
                                       limit, group='placement')
            found = collections.Counter(self._at_once(take, range(24)))
            self.assertEqual(allowed, allowed.union(found))
            # Whatever the limit: somebody was the first.
            self.assertEqual(limit > 0, found[204] > 0)
            taken += found[204]
        self.assertEqual({'VCPU': taken}, self.api.get(
            f'/resource_providers/{provider}/usages')['usages'])
        self._agree()

    def test_one_of_many_creators_of_a_consumer(self):
        providers = [self.api.new_provider(VCPU=4) for _ in range(4)]
        for _ in range(5):
            path = f'/allocations/{uuid.uuid4()}'

            def take(provider):
                return self.api.ask(
                    'PUT', path, service.consumer_of({provider: {'VCPU': 1}}))

            answers = self._at_once(take, providers * 2)
            self.assertEqual(
                {204: 1, 409: 7},
                collections.Counter(one.status_int for one in answers))
            self._agree()

    def test_moves_between_trees(self):
        providers = [self.api.new_provider(VCPU=20) for _ in range(3)]
        consumers = [str(uuid.uuid4()) for _ in range(8)]

        def move(consumer, seed):
            chosen = random.Random(seed).sample(providers, seed % 3)
            now = self.api.get(f'/allocations/{consumer}')
            return self.api.ask(
                'PUT', f'/allocations/{consumer}', service.consumer_of(
                    {provider: {'VCPU': 1 + seed % 2} for provider in chosen},
                    generation=now.get('consumer_generation'))).status_int

        statuses = self._at_once(move, consumers * 12, range(96))
        self.assertEqual({204, 409}, {204, *statuses})
        self.assertIn(204, statuses)
        self._agree()

    def test_swaps_of_two_consumers(self):
        source, target = (self.api.new_provider(VCPU=4) for _ in range(2))
        pairs = [(str(uuid.uuid4()), str(uuid.uuid4())) for _ in range(4)]
        for instance, _migration in pairs:
            self.api.expect(
                204, 'PUT', f'/allocations/{instance}',
                service.consumer_of({source: {'VCPU': 1}}))

        def migrate(pair):
            """Do what Nova does: source to the migration, then the target.
            """
            instance, migration = pair
            self.api.expect(204, 'POST', '/allocations', {
                migration: service.consumer_of({source: {'VCPU': 1}}),
                instance: service.consumer_of({}, generation=1)})
            self.api.expect(
                204, 'PUT', f'/allocations/{instance}',
                service.consumer_of({target: {'VCPU': 1}}))
            self.api.expect(204, 'DELETE', f'/allocations/{migration}')

        self._at_once(migrate, pairs)
        for provider, units in ((source, 0), (target, 4)):
            self.assertEqual(
                units, self.api.get(f'/resource_providers/{provider}/usages')
                ['usages']['VCPU'])
        self._agree()

    def test_creators_of_one_name(self):
        def create(_number):
            return self.api.ask('POST', '/resource_providers',
                                {'name': 'host', 'uuid': str(uuid.uuid4())})

        answers = self._at_once(create, range(10))
        self.assertEqual(
            {200: 1, 409: 9},
            collections.Counter(one.status_int for one in answers))
        [_only] = self.api.get(
            '/resource_providers?name=host')['resource_providers']
        [_only] = self.api.get('/resource_providers')['resource_providers']
        self._agree()

    def test_creators_of_one_uuid(self):
        provider = str(uuid.uuid4())
        parents = [None, *(self.api.new_provider() for _ in range(3))]

        def create(number):
            return self.api.ask('POST', '/resource_providers', {
                'name': f'host {number}', 'uuid': provider,
                'parent_provider_uuid': parents[number % len(parents)]})

        answers = self._at_once(create, range(8))
        self.assertEqual(
            {200: 1, 409: 7},
            collections.Counter(one.status_int for one in answers))
        for answer in answers:
            if answer.status_int == 409:
                self.assertIn(f'uuid: {provider}', answer.text)
        self.assertEqual(4, len(
            self.api.get('/resource_providers')['resource_providers']))
        self._agree()

    def test_writers_with_one_generation(self):
        provider = self.api.new_provider(VCPU=1)

        def write(total):
            return self.api.ask(
                'PUT', f'/resource_providers/{provider}/inventories/VCPU',
                {'resource_provider_generation': 1, 'total': total})

        answers = self._at_once(write, range(1, 9))
        self.assertEqual(
            {200: 1, 409: 7},
            collections.Counter(one.status_int for one in answers))
        self.assertEqual(2, self.api.get(
            f'/resource_providers/{provider}')['generation'])
