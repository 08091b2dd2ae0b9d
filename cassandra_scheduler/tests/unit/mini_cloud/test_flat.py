# SPDX-License-Identifier: Apache-2.0

import hypothesis
from hypothesis import strategies as st
import testtools

from cassandra_scheduler.mini_cloud import flat
from cassandra_scheduler.mini_cloud import search
from cassandra_scheduler.model import resource_request as request_model
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.tests.fixtures import generated_trees as generated

_SETTINGS = hypothesis.settings(
    max_examples=150, deadline=None, database=None, derandomize=True,
    suppress_health_check=list(hypothesis.HealthCheck))

# A tree that makes upstream take its way for nested providers, and that no
# generated request can be satisfied from.
_NESTED = tree_model.Tree(id='nested', version=1, providers={
    'root': tree_model.Provider('root', 'root'),
    'child': tree_model.Provider('child', 'child', parent='root')})
# A provider that shares what nobody asks for, with everybody.
_SHARING = tree_model.Tree(id='sharing', version=1, providers={
    'pool': tree_model.Provider(
        'pool', 'pool', traits=frozenset({generated.SHARING}),
        inventories={'IPV4_ADDRESS': tree_model.Inventory(10)})})

_flat_clouds = generated.clouds(size=4, sharing=0, nested=False)
_flat_requests = generated.requests(most_groups=1).filter(
    flat.FlatRequest.possible)


def _frozen(found):
    return {tree_id: {(frozenset(one.amounts.items()),
                       frozenset(one.mappings.items())) for one in requests}
            for tree_id, requests in found.items() if requests}


class TestFlat(testtools.TestCase):
    """The short way and upstream's search give the same answers."""

    def test_same_as_upstream(self):
        satisfied = []

        @_SETTINGS
        @hypothesis.given(_flat_clouds, _flat_requests, st.sampled_from(
            ((), (_NESTED,), (_SHARING,), (_NESTED, _SHARING))))
        def compare(cloud, request, others):
            satisfied.append(self._compare(cloud[0], request, others))

        compare()
        # The generator must not make it easy for either answer.
        self.assertLess(len(satisfied) // 10, sum(satisfied))
        self.assertLess(len(satisfied) // 10,
                        len(satisfied) - sum(satisfied))

    def _compare(self, trees, request, others):
        """Compare both ways; return whether anything was found."""
        short, left = search._flat_ones(request, list(trees), others)
        self.assertEqual([], left)
        upstream = search._searched(request, [*trees, *others])
        self.assertEqual(_frozen(upstream), _frozen(short))
        return bool(short)

    def test_what_it_refuses(self):
        group = request_model.ResourceGroup
        possible = flat.FlatRequest.possible
        self.assertTrue(possible(request_model.ResourceRequest(
            groups=(group('', {'VCPU': 1}),))))
        for groups in ((group('_A', {'VCPU': 1}),),
                       (group('', {}),),
                       (group('', {'VCPU': 1}), group('_A', {'VGPU': 1}))):
            self.assertFalse(possible(
                request_model.ResourceRequest(groups=groups)))
