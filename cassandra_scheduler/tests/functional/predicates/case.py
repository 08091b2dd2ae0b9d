# SPDX-License-Identifier: Apache-2.0
"""One predicate against its filter: generated hosts, generated requests.

For every pair of a host and a request: if Nova's filter passes the host, the
query has returned it; and if the predicate says that it is exact, nobody
else. The hosts are written as reporters and schedulers write them, the query
is the one that a request makes, and the filter judges the row that was read.

So many pairs are tried of each: sizes.PAIRS. Every 2,000 have other hosts.
"""

import collections
import functools
import logging
import math
import random

import fixtures
import hypothesis
import nova.conf
from nova import objects

from cassandra_scheduler.driver.host import instances
from cassandra_scheduler.driver import plugins
from cassandra_scheduler.driver.predicates import narrowing
from cassandra_scheduler.driver.predicates import predicate
from cassandra_scheduler.model import resource_request as request_model
from cassandra_scheduler.scheduling import candidate_source
from cassandra_scheduler.scheduling import placement_request as words
from cassandra_scheduler.scheduling import transcript
from cassandra_scheduler.store import session as store_session
from cassandra_scheduler.tests.fixtures import cassandra
from cassandra_scheduler.tests.fixtures import hosts
from cassandra_scheduler.tests.fixtures import varied_hosts
from cassandra_scheduler.tests.functional.driver import nova_cloud
from cassandra_scheduler.tests import sizes

HOSTS = 40
EXAMPLES = 50
#: One way to allocate, which says nothing: Nova's filters want one.
WAY = request_model.AllocationRequest({}, {})


@functools.lru_cache(maxsize=None)
def _ground(number):
    """Return (Cloud, Trees, uuids of instances) that all tests share."""
    cloud, draw = cassandra.Cloud(), random.Random(number)
    cloud.setUp()
    trees = [varied_hosts.write(cloud, f'host{each}', draw)
             for each in range(HOSTS)]
    return cloud, trees, [
        hosts.new_consumer(cloud.store, tree.id, consumer_type='INSTANCE'
                           ).uuid for tree in draw.sample(trees, 12)]


class PredicateTest(nova_cloud.NovaCloudTest):
    """Compares a predicate with its filter."""

    #: Whose the drawn options are.
    group = 'filter_scheduler'

    def setUp(self):
        super().setUp()
        # Filters tell of every host that they refuse.
        self.useFixture(fixtures.FakeLogger(level=logging.ERROR))

    def hold(self, name, cases, *, narrow=None, pairs=sizes.PAIRS):
        """Try the filter ``name`` on so many pairs; return Counts.

        ``cases``: strategy of (what ``request`` is given, options of
        ``group``). ``narrow`` stands in for the predicate's own.
        """
        examples = min(EXAMPLES, math.ceil(pairs / HOSTS))
        counts, number = collections.Counter(), 0
        while counts['pairs'] < pairs:
            self.new_hosts(number)
            self._try(name, cases, number=number, examples=examples,
                      narrow=narrow, counts=counts)
            number += 1
        # Otherwise it would say little that none was missed.
        self.assertLess(0, counts['passed'])
        self.assertLess(0, counts['read'])
        return counts

    def _try(self, name, cases, *, number, examples, narrow, counts):
        @hypothesis.seed(number)
        @hypothesis.settings(
            max_examples=examples, deadline=None, database=None,
            suppress_health_check=list(hypothesis.HealthCheck))
        @hypothesis.given(cases)
        def example(case):
            fields, options = case
            self.flags(enabled_filters=[name], group='filter_scheduler')
            self.flags(group=self.group, **options)
            counts.update(self.compare(self.request(**fields), narrow))

        example()

    def new_hosts(self, number):
        """Turn to the cloud whose hosts are drawn by this number."""
        ground = _ground(number)
        self.cloud, self.trees, self.servers = ground
        self.store = self.cloud.store
        self.flags(group='cassandra', cloud=self.cloud.settings.cloud)
        self.surround(random.Random(number))
        self.manager = self.start()
        self.everybody = self.store.query.read(()).trees
        self.assertEqual(HOSTS, len(self.everybody))

    def surround(self, draw):
        """Give the hosts what does not last, or is not in their rows."""

    def request(self, **fields):
        """Return a RequestSpec; ``servers`` are numbers of self.servers."""
        return nova_cloud.spec(**fields)

    def compare(self, spec, narrow=None):
        """Check one request on all hosts; return what to count."""
        loaded = plugins.Plugins()
        found, = loaded.enabled_filters
        asked = predicate.PredicateInput(
            spec, found, nova.conf.CONF,
            self.manager._wiring.aggregates.by_host,
            instances.RequestInstances(self.store, spec, self.context))
        narrowed = (narrow(asked) if narrow
                    else narrowing.of_filter(asked))
        read = self.found_by(narrowed.restrictions)
        passing = self.passing(loaded, spec)
        self.assertEqual(set(), passing - read,
                         f'passed, but not read: {narrowed}')
        if narrowed.exact:
            self.assertEqual(set(), read - passing,
                             f'read, but not passed: {narrowed}')
        return {'pairs': len(self.everybody), 'passed': len(passing),
                'read': len(read), 'exact': len(read) * narrowed.exact}

    def found_by(self, restrictions):
        """Return the ids of the trees that a request with these reads."""
        source = candidate_source.CandidateSource(
            words.PlacementRequest('request', (), (),
                                   restrictions=restrictions),
            context=self.manager._wiring.scheduling_context(),
            random=random.Random(1),
            notes=transcript.Notes('request'))
        return {candidate.tree.id for found in
                source.pages_at(store_session.CANDIDATES)
                for candidate in found}

    def passing(self, loaded, spec):
        """Return the ids of the trees that all enabled filters pass.

        Where a filter raises, Nova's request fails: it passes nobody.
        """
        self.manager._wiring.plugins = loaded
        evaluator = self.manager._wiring.evaluator(
            self.context, spec, on_first_candidates=lambda: None)
        passing = set()
        for tree in self.everybody:
            view = evaluator.view(words.Candidate(tree, (WAY,)))
            try:
                if all(each.host_passes(view, spec)
                       for each in loaded.enabled_filters):
                    passing.add(tree.id)
            except Exception:
                continue
        return passing


def image(**properties):
    """Return an ImageMeta with these properties."""
    return objects.ImageMeta(
        properties=objects.ImageMetaProps(**properties))
