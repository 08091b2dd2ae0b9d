# SPDX-License-Identifier: Apache-2.0
"""The candidates in a cloud of more hosts than fit into a page."""

import random
import uuid

import testtools

from cassandra_scheduler.mini_cloud import search
from cassandra_scheduler.model import resource_request as request_model
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.resource_types import loading
from cassandra_scheduler.scheduling import candidate_source
from cassandra_scheduler.scheduling import placement_request
from cassandra_scheduler.scheduling import sharing
from cassandra_scheduler.scheduling import transcript
from cassandra_scheduler.tests.fixtures import cassandra
from cassandra_scheduler.tests.fixtures import compute_hosts

HOSTS, PAGE = 12, 5
SHARING = 'MISC_SHARES_VIA_AGGREGATE'


def request(*, required=(), **resources):
    return request_model.ResourceRequest(groups=(
        request_model.ResourceGroup(
            resources=resources or {'VCPU': 1},
            required=tuple(frozenset({trait}) for trait in required)),))


class TestCandidateSource(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.cloud = self.useFixture(cassandra.Cloud())
        self.trees = [compute_hosts.write(self.cloud, f'host{number}',
                                          vcpus=8 + number % 2)
                      for number in range(HOSTS)]

    def read(self, *variants, seed=1, **fields):
        """Return (lists of host names, the Transcript) of all pages."""
        notes = transcript.Notes('request')
        source = candidate_source.CandidateSource(
            placement_request.PlacementRequest('request', (), variants,
                                               **fields),
            notes=notes, random=random.Random(seed), context=self.context())
        names = [[candidate.tree.root.name for candidate in page]
                 for page in source]
        return names, notes.transcript

    def context(self):
        return candidate_source.SchedulingContext(
            store=self.cloud.store, base_type=loading.get('base'),
            resource_type=loading.get('compute'),
            search=search.allocation_requests,
            options=placement_request.SchedulerOptions(page=PAGE),
            sharing=sharing.Sharing(self.cloud.store))

    def test_each_tree_is_seen_once(self):
        for seed in range(4):
            pages, _notes = self.read(request(), seed=seed)
            self.assertTrue(all(0 < len(names) <= PAGE for names in pages))
            self.assertEqual(sorted(tree.root.name for tree in self.trees),
                             sorted(sum(pages, [])))

    def test_a_large_cloud_is_entered_anywhere(self):
        self.read(request())
        self.assertTrue(self.cloud.store.scan.is_large())
        self.assertLess(1, len({self.read(request(), seed=seed)[0][0][0]
                                for seed in range(10)}))

    def test_what_fits_into_a_page_is_read_at_once(self):
        pages, notes = self.read(request(VCPU=9), host='host1')
        self.assertEqual([['host1']], pages)
        # And once more, before it would be refused.
        self.assertEqual(2, notes.queries)
        self.assertFalse(self.cloud.store.scan.is_large())

    def test_preferred_hosts_come_first(self):
        self.read(request())
        for seed in range(4):
            (first, *_others), _notes = self.read(
                request(),
                seed=seed,
                preferred_hosts=('host3', 'host7', 'gone'))
            self.assertLessEqual({'host3', 'host7'}, set(first))

    def test_variants_are_read_together(self):
        both = self.trees[0]
        self.cloud.write(both, both.with_provider(both.root.replace(
            inventories={**both.root.inventories,
                         'PCPU': tree_model.Inventory(4)})))
        pages, _notes = self.read(request(PCPU=1), request())
        self.assertEqual(sorted(tree.root.name for tree in self.trees),
                         sorted(sum(pages, [])))

    def test_nothing_to_allocate(self):
        pages, _notes = self.read(host='host2', node='host2')
        self.assertEqual([['host2']], pages)

    def test_a_pool_that_comes_meanwhile(self):
        aggregate = str(uuid.uuid4())
        compute_hosts.write(self.cloud, 'near', disk_gb=1,
                            aggregates=[aggregate])
        pool = tree_model.Provider(
            str(uuid.uuid4()), 'pool', traits=frozenset({SHARING}),
            aggregates=frozenset({aggregate}),
            inventories={'DISK_GB': tree_model.Inventory(9000)})
        found = iter(self.in_the_middle(request(VCPU=1, DISK_GB=5000)))
        self.assertEqual([], next(found))
        self.cloud.new_tree(pool)
        self.cloud.store.catalogue.create('sharing_tree', pool.uuid,
                                          write_id='op', now_ms=0)
        self.assertEqual(['near'], next(found))

    def in_the_middle(self, variant):
        """Yield the names that each consistency level found, also if none."""
        context = self.context()
        source = candidate_source.CandidateSource(
            placement_request.PlacementRequest('request', (), (variant,)),
            notes=transcript.Notes('request'), random=random.Random(1),
            context=context)
        for level in ('candidates', 'read'):
            if level == 'read':
                context.sharing.read_list()
            yield [candidate.tree.root.name
                   for page in source.pages_at(level) for candidate in page]
