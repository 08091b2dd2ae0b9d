# SPDX-License-Identifier: Apache-2.0
"""Rounds of candidates in a cloud of more hosts than fit into a page."""

import random
import uuid

import testtools

from cassandra_scheduler.mini_cloud import search
from cassandra_scheduler.model import resource_request as request_model
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.resource_types import loading
from cassandra_scheduler.scheduling import candidate_source
from cassandra_scheduler.scheduling import placement_request as words
from cassandra_scheduler.scheduling import ring
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


class TestRounds(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.cloud = self.useFixture(cassandra.Cloud())
        self.ring = ring.Ring()
        self.trees = [compute_hosts.write(self.cloud, f'host{number}',
                                          vcpus=8 + number % 2)
                      for number in range(HOSTS)]

    def rounds(self, *variants, seed=1, **wanted):
        """Return (lists of host names, the Transcript) of all rounds."""
        store = self.cloud.store
        notes = transcript.Notes('request')
        found = candidate_source.CandidateSource(
            words.PlacementRequest('request', (), variants, **wanted),
            notes=notes,
            random=random.Random(seed),
            context=candidate_source.SchedulingContext(
                store=store,
                base=loading.get('base'),
                kind=loading.get('compute'),
                search=search.allocation_requests,
                options=words.SchedulerOptions(page=PAGE),
                sharing=sharing.Sharing(store),
                ring=self.ring))
        names = [[candidate.tree.root.name for candidate in each]
                 for each in found]
        return names, notes.transcript

    def test_everyone_is_seen_once(self):
        for seed in range(4):
            rounds, _notes = self.rounds(request(), seed=seed)
            self.assertTrue(all(0 < len(names) <= PAGE for names in rounds))
            self.assertEqual(sorted(tree.root.name for tree in self.trees),
                             sorted(sum(rounds, [])))

    def test_a_large_cloud_is_entered_anywhere(self):
        self.rounds(request())
        self.assertTrue(self.ring.large)
        self.assertLess(1, len({self.rounds(request(), seed=seed)[0][0][0]
                                for seed in range(10)}))

    def test_what_fits_into_a_page_is_read_at_once(self):
        rounds, notes = self.rounds(request(VCPU=9), host='host1')
        self.assertEqual([['host1']], rounds)
        # And once more, before it would be refused.
        self.assertEqual(2, notes.queries)
        self.assertFalse(self.ring.large)

    def test_hosts_beside_come_first(self):
        self.rounds(request())
        for seed in range(4):
            (first, *_others), _notes = self.rounds(
                request(),
                seed=seed,
                preferred_hosts=('host3', 'host7', 'gone'))
            self.assertLessEqual({'host3', 'host7'}, set(first))

    def test_variants_are_one_round(self):
        both = self.trees[0]
        self.cloud.write(both, both.with_provider(both.root.replace(
            inventories={**both.root.inventories,
                         'PCPU': tree_model.Inventory(4)})))
        rounds, _notes = self.rounds(request(PCPU=1), request())
        self.assertEqual(sorted(tree.root.name for tree in self.trees),
                         sorted(sum(rounds, [])))

    def test_nothing_to_allocate(self):
        rounds, _notes = self.rounds(host='host2', node='host2')
        self.assertEqual([['host2']], rounds)

    def test_a_pool_that_comes_meanwhile(self):
        aggregate = str(uuid.uuid4())
        compute_hosts.write(self.cloud, 'near', disk_gb=1,
                            aggregates=[aggregate])
        pool = tree_model.Provider(
            str(uuid.uuid4()), 'pool', traits=frozenset({SHARING}),
            aggregates=frozenset({aggregate}),
            inventories={'DISK_GB': tree_model.Inventory(9000)})
        rounds = iter(self.in_the_middle(request(VCPU=1, DISK_GB=5000)))
        self.assertEqual([], next(rounds))
        self.cloud.new_tree(pool)
        self.cloud.store.catalogue.create('sharing_tree', pool.uuid,
                                          write_id='op', now_ms=0)
        self.assertEqual(['near'], next(rounds))

    def in_the_middle(self, variant):
        """Yield the names of each walk by itself, empty ones as well."""
        store = self.cloud.store
        found = candidate_source.CandidateSource(
            words.PlacementRequest('request', (), (variant,)),
            notes=transcript.Notes('request'), random=random.Random(1),
            context=candidate_source.SchedulingContext(
                store=store, base=loading.get('base'),
                kind=loading.get('compute'),
                search=search.allocation_requests,
                options=words.SchedulerOptions(page=PAGE),
                sharing=sharing.Sharing(store), ring=self.ring))
        for level in ('candidates', 'read'):
            if level == 'read':
                found._world.sharing.changed()
            yield [candidate.tree.root.name
                   for each in found._walks(level) for candidate in each]
