# SPDX-License-Identifier: Apache-2.0

import json
import subprocess
import sys
import urllib.parse

import hypothesis
from hypothesis import strategies as st
from placement.handlers import allocation_candidate as handler
import testtools

from cassandra_scheduler.mini_cloud import cloud as mini_cloud
from cassandra_scheduler.mini_cloud import context as search_context
from cassandra_scheduler.mini_cloud import search
from cassandra_scheduler.mini_cloud import translation
from cassandra_scheduler.tests.fixtures import generated_trees as generated
from cassandra_scheduler.tests.functional.mini_cloud import stock
from cassandra_scheduler.tests import sizes

_SETTINGS = hypothesis.settings(
    max_examples=sizes.CANDIDATE_CLOUDS, deadline=None, database=None,
    derandomize=True, suppress_health_check=list(hypothesis.HealthCheck),
    phases=[hypothesis.Phase.generate])
_INVENTORY = ('total', 'reserved', 'min_unit', 'max_unit', 'step_size',
              'allocation_ratio')


class Stock:
    """The process with the stock Placement."""

    def __init__(self):
        self._process = subprocess.Popen(
            [sys.executable, '-m',
             'cassandra_scheduler.tests.functional.mini_cloud.stock'],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, trees, queries):
        """Return the bodies that answer these queries in this cloud."""
        self._process.stdin.write(json.dumps({
            'providers': [_provider(provider) for tree in trees
                          for provider in tree.providers.values()],
            'used': [[*key, units] for tree in trees
                     for key, units in tree.used.items()],
            'queries': queries}) + '\n')
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self):
        """End the process."""
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


def _provider(provider):
    return {'uuid': provider.uuid, 'name': provider.name,
            'parent': provider.parent, 'traits': sorted(provider.traits),
            'aggregates': sorted(provider.aggregates),
            'inventories': {
                name: {field: getattr(inventory, field)
                       for field in _INVENTORY}
                for name, inventory in provider.inventories.items()}}


def _query(request):
    """Return the query string that says the same as a ResourceRequest."""
    parts = [('group_policy', request.group_policy)]
    for group in request.groups:
        suffix = group.suffix
        if group.resources:
            parts.append((f'resources{suffix}', ','.join(
                f'{name}:{units}'
                for name, units in group.resources.items())))
        parts += [(f'required{suffix}', f'in:{",".join(sorted(any_of))}')
                  for any_of in group.required]
        parts += [(f'required{suffix}', f'!{name}')
                  for name in sorted(group.forbidden)]
        parts += [(f'member_of{suffix}', f'in:{",".join(sorted(any_of))}')
                  for any_of in group.member_of]
        if group.forbidden_aggregates:
            parts.append((f'member_of{suffix}', '!in:' + ','.join(
                sorted(group.forbidden_aggregates))))
        if group.in_tree:
            parts.append((f'in_tree{suffix}', group.in_tree))
    root = sorted(request.root_required) + [
        f'!{name}' for name in sorted(request.root_forbidden)]
    if root:
        parts.append(('root_required', ','.join(root)))
    parts += [('same_subtree', ','.join(sorted(suffixes)))
              for suffixes in request.same_subtrees]
    return urllib.parse.urlencode(parts)


def _ours(request, trees):
    """Return the body that our search makes, as the stock one does."""
    groups = translation.groups_to_upstream(request)
    found = search.candidates(
        search_context.SearchContext(mini_cloud.MiniCloud(trees)), groups,
        translation.params_to_upstream(request))
    return json.loads(json.dumps(handler._transform_allocation_candidates(
        found, groups, stock.VERSION), default=list))


def _request_set(body):
    return {(frozenset((uuid, name, units)
                       for uuid, wanted in one['allocations'].items()
                       for name, units in wanted['resources'].items()),
             frozenset((suffix, frozenset(uuids))
                       for suffix, uuids in one['mappings'].items()))
            for one in body['allocation_requests']}


def _summaries(body):
    return {uuid: {**summary, 'traits': set(summary['traits'])}
            for uuid, summary in body['provider_summaries'].items()}


def _model_set(found):
    return {(frozenset((*key, units) for key, units in one.amounts.items()),
             frozenset((suffix, frozenset(uuids))
                       for suffix, uuids in one.mappings.items()))
            for requests in found.values() for one in requests}


def _is_the_same_twice(request):
    """Return whether upstream's amounts are the same in any order of search.

    With another group policy than 'none' it adds one combination's amounts
    to the next one's, and which comes next is chance.
    """
    names = [name for group in request.groups for name in group.resources]
    return request.group_policy == 'none' or len(set(names)) == len(names)


def _is_definite(found, trees):
    """Return whether upstream has no choice about this request of a set.

    Where the group without suffix takes from sharing providers only, it may
    be anchored in many trees, and upstream goes on with any one of them.
    """
    sharing = {tree.root.uuid for tree in trees
               if generated.SHARING in tree.root.traits}
    _amounts, mappings = found
    uuids = dict(mappings)
    return len(uuids) == 1 or not sharing.issuperset(uuids.get('', {''}))


class TestAgainstStock(testtools.TestCase):
    """Generated clouds and requests, against a Placement on SQLite."""

    def setUp(self):
        super().setUp()
        self.stock = Stock()
        self.addCleanup(self.stock.close)
        self.satisfied = 0

    def test_same_candidates(self):
        self._compare_generated()
        self.assertLess(100 * sizes.CANDIDATE_CLOUDS // 60, self.satisfied)

    @_SETTINGS
    @hypothesis.given(
        generated.clouds(),
        st.lists(generated.requests().filter(_is_the_same_twice), min_size=5,
                 max_size=10))
    def _compare_generated(self, cloud, requests):
        trees = [*cloud[0], *cloud[1]]
        bodies = self.stock.ask(trees, [_query(one) for one in requests])
        for request, body in zip(requests, bodies):
            self._compare(request, trees, body)
            self.satisfied += bool(body['allocation_requests'])

    def _compare(self, request, trees, body):
        ours = _ours(request, trees)
        theirs = _request_set(body)
        found = {'upstream objects': _request_set(ours),
                 'model': _model_set(
                     search.allocation_requests(request, trees))}
        definite = {one for one in theirs if _is_definite(one, trees)}
        for what, requests in found.items():
            self.assertEqual(
                definite, {one for one in requests
                           if _is_definite(one, trees)},
                f'{what}: {_query(request)}')
        if definite == theirs == found['upstream objects']:
            self.assertEqual(_summaries(body), _summaries(ours))
