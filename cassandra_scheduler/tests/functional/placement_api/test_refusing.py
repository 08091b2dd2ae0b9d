# SPDX-License-Identifier: Apache-2.0
"""What the Placement API says to values and to a store that cannot be."""

import uuid

import testtools

from cassandra_scheduler.tests.fixtures import placement_service as service
from cassandra_scheduler.tests.fixtures import strange


class TestValues(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.api = self.useFixture(service.PlacementService())

    def _providers(self):
        return self.api.get('/resource_providers')['resource_providers']

    def _state(self):
        """Return the content of all trees of the cloud."""
        return [(tree.version, tree.providers, tree.used) for tree in
                self.api.store.query.read(()).trees]

    def _refused(self, status, *question, **options):
        """Send a request that must be refused; return the text, one line."""
        before = self._state()
        response = self.api.expect(status, *question, **options)
        self.assertEqual(before, self._state(), 'something was written')
        detail = response.json['errors'][0]['detail']
        self.assertNotIn('Traceback', detail)
        return detail

    def test_strange_names_are_kept_as_they_are(self):
        for name in strange.NAMES:
            self.api.new_provider(name)
        self.assertEqual(
            sorted(strange.NAMES),
            sorted(provider['name'] for provider in self._providers()))

    def test_a_strange_name_is_found_and_freed(self):
        for name in strange.NAMES:
            provider = self.api.new_provider(name)
            self._refused(409, 'POST', '/resource_providers',
                          {'name': name, 'uuid': str(uuid.uuid4())})
            self.api.expect(204, 'DELETE', f'/resource_providers/{provider}')
            self.api.new_provider(name)

    def test_a_uuid_and_a_name_that_are_taken(self):
        provider = self.api.new_provider('host')
        detail = self._refused(409, 'POST', '/resource_providers',
                               {'name': 'host', 'uuid': provider})
        # Nova takes a conflict of names for another provider's.
        self.assertIn(f'uuid: {provider}', detail)
        self.assertNotIn('name:', detail)

    def test_a_name_that_is_no_text(self):
        # Half a surrogate pair: JSON allows it, UTF-8 does not.
        name, provider = 'half \ud83d', str(uuid.uuid4())
        self._refused(400, 'POST', '/resource_providers',
                      {'name': name, 'uuid': provider})
        self.assertIsNone(self.api.store.provider_trees.find(provider))

    def test_a_trait_of_ten_thousand_characters(self):
        provider = self.api.new_provider()
        trait = 'CUSTOM_' + 'A' * 9993
        self._refused(400, 'PUT', f'/traits/{trait}')
        self._refused(
            400, 'PUT', f'/resource_providers/{provider}/traits',
            {'resource_provider_generation': 0, 'traits': [trait]})
        self._refused(400, 'GET', f'/resource_providers?required={trait}')

    def test_a_uuid_that_is_none(self):
        for wrong in ('x', "' OR 1 = 1", 'f' * 70000):
            self._refused(400, 'POST', '/resource_providers',
                          {'name': 'host', 'uuid': wrong})
        self.api.expect(404, 'GET', '/resource_providers/nobody')
        self.api.expect(400, 'GET', '/resource_providers/' + 'f' * 70000)

    def test_amounts_that_are_none(self):
        provider = self.api.new_provider(VCPU=4)
        path = f'/allocations/{uuid.uuid4()}'
        for wrong in (-1, 0, 1.5, '1', None):
            self._refused(400, 'PUT', path,
                          service.consumer_of({provider: {'VCPU': wrong}}))
        for wrong in (5, 2 ** 31, 2 ** 64):
            self._refused(409, 'PUT', path,
                          service.consumer_of({provider: {'VCPU': wrong}}))

    def test_inventories_that_are_none(self):
        provider = self.api.new_provider(VCPU=4)
        for wrong in ({'total': -1}, {'total': 0},
                      {'total': 4, 'reserved': -1},
                      {'total': 4, 'min_unit': -1},
                      {'total': 4, 'allocation_ratio': -1.0}):
            self._refused(
                400, 'PUT',
                f'/resource_providers/{provider}/inventories/VCPU',
                {'resource_provider_generation': 1, **wrong})

    def test_candidates_that_cannot_be(self):
        self.api.new_provider(VCPU=4)
        for wrong in ('VCPU:-1', 'VCPU:0', 'CUSTOM_NOBODY:1'):
            detail = self._refused(
                400, 'GET', f'/allocation_candidates?resources={wrong}')
            self.assertIn(wrong.partition(':')[0], detail)

    def test_an_unknown_resource_class(self):
        provider = self.api.new_provider(VCPU=4)
        detail = self._refused(
            400, 'PUT', f'/allocations/{uuid.uuid4()}',
            service.consumer_of({provider: {'CUSTOM_NOBODY': 1}}))
        self.assertIn('CUSTOM_NOBODY', detail)
        self._refused(
            400, 'PUT', f'/resource_providers/{provider}/inventories',
            {'resource_provider_generation': 1,
             'inventories': {'CUSTOM_NOBODY': {'total': 1}}})

    def test_names_in_use_stay(self):
        for name in ('CUSTOM_CLASS', 'CUSTOM_TRAIT'):
            kind = 'traits' if 'TRAIT' in name else 'resource_classes'
            self.api.expect(201, 'PUT', f'/{kind}/{name}')
        provider = self.api.new_provider(CUSTOM_CLASS=1)
        self.api.expect(
            200, 'PUT', f'/resource_providers/{provider}/traits',
            {'resource_provider_generation': 1, 'traits': ['CUSTOM_TRAIT']})
        for path in ('/resource_classes/CUSTOM_CLASS',
                     '/traits/CUSTOM_TRAIT'):
            self._refused(409, 'DELETE', path)
        self.api.expect(204, 'DELETE', f'/resource_providers/{provider}')
        for path in ('/resource_classes/CUSTOM_CLASS',
                     '/traits/CUSTOM_TRAIT'):
            self.api.expect(204, 'DELETE', path)
            self.api.expect(404, 'GET', path)

    def test_an_allocation_ratio_that_is_none(self):
        provider = self.api.new_provider()
        for wrong in (float('nan'), float('inf')):
            self._refused(
                400, 'PUT', f'/resource_providers/{provider}/inventories',
                {'resource_provider_generation': 0, 'inventories': {
                    'VCPU': {'total': 1, 'allocation_ratio': wrong}}})

    def test_too_much(self):
        small, large = (self.api.new_provider(VCPU=total)
                        for total in (1, 100))
        consumer = str(uuid.uuid4())
        self._refused(
            409, 'PUT', f'/allocations/{consumer}',
            service.consumer_of({large: {'VCPU': 2}, small: {'VCPU': 2}}))
        self.assertIsNone(self.api.store.consumer_homes.find(consumer))

    def test_one_of_many_consumers_is_refused(self):
        provider = self.api.new_provider(VCPU=2)
        consumers = [str(uuid.uuid4()) for _ in range(3)]
        self._refused(409, 'POST', '/allocations', {
            consumer: service.consumer_of({provider: {'VCPU': 1}})
            for consumer in consumers})
        self.assertEqual({}, self.api.store.consumer_homes.find_many(
            consumers))


class RefusingStoreTestCase(testtools.TestCase):
    """Every answer says in one line what is wrong with the store."""

    def check_every_door(self, *parts, **settings):
        self.api = self.useFixture(service.PlacementService(
            settings=service.cassandra.settings(**settings)))
        provider, consumer = uuid.uuid4(), uuid.uuid4()
        for method, path, body in (
                ('GET', '/resource_providers', None),
                ('GET', f'/resource_providers/{provider}', None),
                ('GET', f'/allocations/{consumer}', None),
                ('GET', '/traits', None),
                ('GET', '/allocation_candidates?resources=VCPU:1', None),
                ('POST', '/resource_providers',
                 {'name': 'host', 'uuid': str(provider)}),
                ('PUT', f'/allocations/{consumer}',
                 service.consumer_of({str(provider): {'VCPU': 1}}))):
            response = self.api.expect(503, method, path, body)
            [error] = response.json['errors']
            # What webob says of the status, and a line of ours.
            [_explanation, line] = filter(str.strip,
                                          error['detail'].splitlines())
            for part in parts:
                self.assertIn(part, line)
            self.assertNotIn('Traceback', error['detail'])
            self.assertIn('openstack-api-version', response.headers)


class TestWithoutCassandra(RefusingStoreTestCase):

    def test_every_door_says_so_in_one_line(self):
        # Nothing listens on port 1.
        self.check_every_door(
            '[cassandra] contact_points', port=1, connect_timeout=1.0,
            contact_points=('127.0.0.1',))
        # The versions are told all the same.
        self.api.expect(200, 'GET', '/')


class TestKeyspace(RefusingStoreTestCase):

    def test_there_is_none(self):
        self.check_every_door('nobody_made_this', 'cassandra-scheduler db '
                              'sync', keyspace='nobody_made_this')

    def test_it_is_too_old(self):
        old = self.useFixture(service.cassandra.OldKeyspace())
        self.check_every_door(
            f'schema {old.version}', f'needs {old.version + 1}',
            keyspace=old.name)
        old.bring_up()
        # It need not be started again.
        self.assertEqual([], self.api.get('/resource_providers')[
            'resource_providers'])
