# SPDX-License-Identifier: Apache-2.0

import dataclasses

import hypothesis
from hypothesis import strategies as st
import testtools

from cassandra_scheduler.mini_cloud import search
from cassandra_scheduler.model import resource_request as request_model
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.resource_types import base
from cassandra_scheduler.resource_types import compute
from cassandra_scheduler.scheduling import sharing as sharing_trees
from cassandra_scheduler.tests.fixtures import generated_trees as generated

_SETTINGS = hypothesis.settings(
    max_examples=60, deadline=None, database=None, derandomize=True,
    suppress_health_check=list(hypothesis.HealthCheck))
_COMPARE = {'=': lambda value, wanted: value == wanted,
            '>=': lambda value, wanted: value >= wanted,
            'CONTAINS': lambda value, wanted: wanted in (value or ())}


def _tree(*providers, used=()):
    return tree_model.Tree(
        id=f'tree of {providers[0].uuid}', version=1, used=dict(used),
        providers={provider.uuid: provider for provider in providers})


def _provider(uuid, inventories, *, parent=None, traits=(), aggregates=()):
    return tree_model.Provider(
        uuid, uuid, parent=parent, traits=frozenset(traits),
        aggregates=frozenset(aggregates),
        inventories={name: tree_model.Inventory(total)
                     for name, total in inventories.items()})


def _request(**groups):
    return request_model.ResourceRequest(
        groups=tuple(request_model.ResourceGroup(suffix.lstrip('_'), wanted)
                     for suffix, wanted in groups.items()),
        group_policy='isolate')


def _amounts(requests):
    return [one.amounts for one in requests]


HOST = _tree(_provider('host', {'VCPU': 8}, aggregates={'rack'}))
POOL = _tree(_provider('pool', {'DISK_GB': 100}, aggregates={'rack'},
                       traits={generated.SHARING}))


class TestSharing(testtools.TestCase):

    def test_a_host_takes_what_it_has_not_from_the_pool(self):
        found = search.allocation_requests(
            _request(_={'VCPU': 1, 'DISK_GB': 10}), [HOST], sharing=[POOL])
        self.assertEqual({HOST.id: [{('host', 'VCPU'): 1,
                                     ('pool', 'DISK_GB'): 10}]},
                         {key: _amounts(value)
                          for key, value in found.items()})

    def test_a_host_outside_the_aggregate_gets_nothing(self):
        outside = _tree(_provider('host', {'VCPU': 8}, aggregates={'other'}))
        self.assertEqual({}, search.allocation_requests(
            _request(_={'VCPU': 1, 'DISK_GB': 10}), [outside],
            sharing=[POOL]))

    def test_the_pool_itself_is_only_found_where_it_is_asked_for(self):
        request = _request(_={'DISK_GB': 10})
        self.assertEqual({}, search.allocation_requests(
            request, [_tree(_provider('host', {'VCPU': 8}))],
            sharing=[POOL]))
        self.assertEqual([POOL.id], list(search.allocation_requests(
            request, [POOL])))

    def test_a_pool_that_is_not_a_root(self):
        site = _tree(_provider('site', {}),
                     _provider('pool', {'DISK_GB': 100}, parent='site',
                               aggregates={'rack'},
                               traits={generated.SHARING}))
        found = search.allocation_requests(
            _request(_={'VCPU': 1, 'DISK_GB': 10}), [HOST], sharing=[site])
        self.assertEqual([{('host', 'VCPU'): 1, ('pool', 'DISK_GB'): 10}],
                         _amounts(found[HOST.id]))

    def test_a_tree_given_twice_counts_once(self):
        found = search.allocation_requests(
            _request(_={'VCPU': 1, 'DISK_GB': 10}), [HOST, POOL],
            sharing=[POOL])
        self.assertEqual([HOST.id], list(found))
        self.assertEqual(1, len(found[HOST.id]))


class TestAmounts(testtools.TestCase):

    def _found(self, policy):
        numa = _tree(_provider('host', {'VCPU': 8}),
                     _provider('node', {'VCPU': 4}, parent='host'))
        request = dataclasses.replace(
            _request(_={'VCPU': 1}, _A={'VCPU': 2}), group_policy=policy)
        found = search.allocation_requests(request, [numa])
        return {tuple(sorted((uuid, units)
                             for (uuid, _name), units in amounts.items()))
                for amounts in _amounts(found[numa.id])}

    def test_groups_of_one_class_add_up_where_they_meet(self):
        self.assertEqual(
            {(('host', 3),), (('node', 3),), (('host', 1), ('node', 2)),
             (('host', 2), ('node', 1))}, self._found('none'))

    def test_they_add_up_to_too_much_with_other_policies(self):
        # As upstream's own search does today.
        self.assertNotEqual({3}, {sum(units for _uuid, units in amounts)
                                  for amounts in self._found('isolate')})

    @_SETTINGS
    @hypothesis.given(generated.clouds(), generated.requests())
    def test_nothing_is_lost_and_nothing_added(self, cloud, request):
        hypothesis.assume(request.group_policy == 'none')
        trees, sharing = cloud
        for requests in search.allocation_requests(
                request, trees, sharing=sharing).values():
            for one in requests:
                totals = {}
                for (_uuid, name), units in one.amounts.items():
                    totals[name] = totals.get(name, 0) + units
                self.assertEqual({name: request.total(name) for name in
                                  request.resource_classes}, totals)


class TestNarrowing(testtools.TestCase):
    """A restriction never excludes a tree that has candidates."""

    def test_sound(self):
        checked = []

        @_SETTINGS
        @hypothesis.given(generated.clouds(), st.lists(
            generated.requests(), min_size=3, max_size=3))
        def check(cloud, requests):
            for request in requests:
                checked.extend(self._check(*cloud, request))

        check()
        self.assertLess(40, len(checked))

    def _check(self, trees, sharing, request):
        """Check one request; yield each restriction that was looked at."""
        classes = sharing_trees.classes(sharing)
        restrictions = (
            base.Base().restrictions(request, shared_classes=classes) +
            compute.Compute().amount_restrictions(
                request, shared_classes=classes))
        found = search.allocation_requests(request, trees, sharing=sharing)
        for tree in trees:
            values = {**base.Base().searchable(tree),
                      **compute.Compute().searchable(tree)}
            for one in restrictions if tree.id in found else ():
                self.assertTrue(
                    _COMPARE[one.operator](values[one.column], one.value),
                    f'{one} excludes {tree} for {request}')
                yield one
