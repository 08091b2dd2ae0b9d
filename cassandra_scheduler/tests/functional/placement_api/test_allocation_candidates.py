# SPDX-License-Identifier: Apache-2.0

import uuid

import hypothesis
from hypothesis import strategies as st
from placement import exception
import testtools

from cassandra_scheduler.mini_cloud import cloud as mini_cloud
from cassandra_scheduler.mini_cloud import context as search_context
from cassandra_scheduler.mini_cloud import search
from cassandra_scheduler.mini_cloud import translation
from cassandra_scheduler.model import resource_request as request_model
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.placement_api.objects import attribute_cache
from cassandra_scheduler.placement_api.providers import candidate_search
from cassandra_scheduler.store import catalogue
from cassandra_scheduler.tests.fixtures import cassandra
from cassandra_scheduler.tests.fixtures import generated_trees as generated

_SETTINGS = hypothesis.settings(
    max_examples=12, deadline=None, database=None, derandomize=True,
    suppress_health_check=list(hypothesis.HealthCheck),
    phases=[hypothesis.Phase.generate])


class Context:
    """What a request context of the Placement API offers to the search."""

    def __init__(self, store):
        self.store = store
        self.config = search_context.default_config()
        self.rc_cache = attribute_cache.ResourceClassCache(self)
        self.trait_cache = attribute_cache.TraitCache(self)


def _requests(found):
    return {(frozenset((wanted.resource_provider.uuid, wanted.resource_class,
                        wanted.amount) for wanted in one.resource_requests),
             frozenset((suffix, frozenset(uuids))
                       for suffix, uuids in one.mappings.items()))
            for one in found.allocation_requests}


def _summaries(found):
    return {one.resource_provider.uuid: one.traits
            for one in found.provider_summaries}


def _simple(resources, **fields):
    return request_model.ResourceRequest(groups=(
        request_model.ResourceGroup(resources=resources, **fields),))


class Base(testtools.TestCase):

    def _cloud(self, trees=(), traits=()):
        """Return the Context of a new cloud with these trees and traits."""
        cloud = self.useFixture(cassandra.Cloud())
        for tree in trees:
            if any(one.shares for one in tree.providers.values()):
                cloud.store.catalogue.create(
                    catalogue.SHARING_TREE, tree.root.uuid, write_id='test',
                    now_ms=1)
            cloud.new_tree(*tree.providers.values(), used=tree.used)
        for number, name in enumerate(traits):
            cloud.store.catalogue.create(catalogue.TRAIT,
                                         name,
                                         write_id='test',
                                         now_ms=number)
        return Context(cloud.store)

    def _find(self, context, request, *, limit=None):
        params = translation.params_to_upstream(request)
        params.limit = limit
        return candidate_search.get_by_requests(
            context, translation.groups_to_upstream(request), params)


class TestNarrowing(Base):
    """Narrowing in Cassandra changes no answer."""

    @_SETTINGS
    @hypothesis.given(generated.clouds(), st.lists(
        generated.requests(), min_size=8, max_size=8))
    def test_same_as_without(self, cloud, requests):
        trees = [*cloud[0], *cloud[1]]
        context = self._cloud(trees, (
            generated.STRANGE_TRAIT, *generated.TRAITS[2:]))
        for request in requests:
            everything = search.candidates(
                search_context.SearchContext(mini_cloud.MiniCloud(trees)),
                translation.groups_to_upstream(request),
                translation.params_to_upstream(request))
            found = self._find(context, request)
            self.assertEqual(_requests(everything), _requests(found))
            self.assertEqual(_summaries(everything).keys(),
                             _summaries(found).keys())


class TestLimit(Base):

    def setUp(self):
        super().setUp()
        # Odd ones have too large a step, which no restriction can see.
        self.trees = [self._tree(number, step=1 + number % 2 * 6)
                      for number in range(130)]
        self.context = self._cloud(self.trees)

    @staticmethod
    def _tree(number, *, step):
        identity = str(uuid.uuid4())
        inventory = tree_model.Inventory(12, step_size=step)
        return tree_model.Tree(id=identity, providers={
            identity: tree_model.Provider(
                identity, f'host-{number}', inventories={'VCPU': inventory})})

    def test_reads_on_until_there_are_enough(self):
        for limit, expected in ((1, 1), (60, 60), (65, 65), (100, 65),
                                (None, 65)):
            found = self._find(self.context, _simple({'VCPU': 1}),
                               limit=limit)
            self.assertEqual(expected, len(_requests(found)))
            self.assertEqual(expected, len(_summaries(found)))

    def test_reads_no_more_than_it_needs(self):
        searched = []

        def run(trees):
            cloud = mini_cloud.MiniCloud(trees)
            searched.append(len(trees))
            return cloud, search.candidates(
                search_context.SearchContext(cloud), groups, params)

        request = _simple({'VCPU': 1})
        groups = translation.groups_to_upstream(request)
        params = translation.params_to_upstream(request)
        candidate_search._until(
            1, candidate_search._pages(self.context, request, (), 1),
            run)
        self.assertEqual([candidate_search.SMALLEST_PAGE], searched)

    def test_from_a_random_place(self):
        config = search_context.default_config.__wrapped__()
        config.set_override('randomize_allocation_candidates', True,
                            group='placement')
        self.context.config = config
        beginnings = {frozenset(_summaries(self._find(
            self.context, _simple({'VCPU': 1}), limit=10)))
            for _attempt in range(5)}
        self.assertLess(1, len(beginnings))
        for found in beginnings:
            self.assertEqual(10, len(found))


class TestNames(Base):

    def test_unknown_names(self):
        context = self._cloud()
        self.assertRaises(exception.ResourceClassNotFound, self._find,
                          context, _simple({'CUSTOM_NO': 1}))
        for fields in ({'required': (frozenset({'CUSTOM_NO'}),)},
                       {'forbidden': frozenset({'CUSTOM_NO'})}):
            self.assertRaises(exception.TraitNotFound, self._find, context,
                              _simple({'VCPU': 1}, **fields))

    def test_traits_stand_in_the_order_of_their_creation(self):
        identity = str(uuid.uuid4())
        custom = ('CUSTOM_Z', 'CUSTOM_A', 'CUSTOM_M')
        context = self._cloud([tree_model.Tree(id=identity, providers={
            identity: tree_model.Provider(
                identity, 'host', traits=frozenset(custom) | {
                    'HW_CPU_X86_AVX', 'COMPUTE_NODE'},
                inventories={'VCPU': tree_model.Inventory(8)})})], custom)
        found = self._find(context, _simple({'VCPU': 1}))
        self.assertEqual(
            {identity: ['COMPUTE_NODE', 'HW_CPU_X86_AVX', *custom]},
            _summaries(found))


class TestInTree(Base):

    def setUp(self):
        super().setUp()
        self.host, self.other, self.pool = (
            self._provider(name) for name in ('host', 'other', 'pool'))

    @staticmethod
    def _provider(name):
        shares = name == 'pool'
        return tree_model.Provider(
            str(uuid.uuid4()), name, aggregates=frozenset({'rack'}),
            traits=frozenset({generated.SHARING} if shares else ()),
            inventories={'DISK_GB' if shares else 'VCPU':
                         tree_model.Inventory(100)})

    def _ask(self, **in_tree):
        context = self._cloud(
            tree_model.Tree(id=one.uuid, providers={one.uuid: one})
            for one in (self.host, self.other, self.pool))
        found = self._find(context, request_model.ResourceRequest(groups=(
            request_model.ResourceGroup('', {'VCPU': 1},
                                        in_tree=in_tree.get('cpu')),
            request_model.ResourceGroup('_D', {'DISK_GB': 1},
                                        in_tree=in_tree.get('disk')))))
        return {frozenset(uuid for uuid, _name, _units in amounts)
                for amounts, _mappings in _requests(found)}

    def test_of_a_host(self):
        self.assertEqual({frozenset({self.host.uuid, self.pool.uuid})},
                         self._ask(cpu=self.host.uuid))

    def test_of_a_pool(self):
        self.assertEqual({frozenset({self.host.uuid, self.pool.uuid}),
                          frozenset({self.other.uuid, self.pool.uuid})},
                         self._ask(disk=self.pool.uuid))

    def test_of_nothing(self):
        self.assertEqual(set(), self._ask(cpu=str(uuid.uuid4())))
