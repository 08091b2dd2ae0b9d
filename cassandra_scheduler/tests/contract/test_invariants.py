# SPDX-License-Identifier: Apache-2.0
"""Whatever several writers do at once, the sums are right at the end.

What is used of a provider is what its consumers hold, never more than there
is; a consumer is in one place; what was claimed and not released is there.
"""

import concurrent.futures

import hypothesis
from hypothesis import strategies as st
import testtools

from cassandra_scheduler.audit import invariants
from cassandra_scheduler.store import outcome
from cassandra_scheduler.tests.contract import case
from cassandra_scheduler.tests.fixtures import cassandra
from cassandra_scheduler.tests.fixtures import hosts

HOSTS, VCPU = 3, 6
CLAIM, RELEASE, MOVE = 'claim', 'release', 'move'

actions = st.one_of(
    st.tuples(st.just(CLAIM), st.integers(0, HOSTS - 1), st.integers(1, 4)),
    st.tuples(st.just(RELEASE), st.integers(0, 9)),
    st.tuples(st.just(MOVE), st.integers(0, 9), st.integers(0, HOSTS - 1)))
#: What each of the writers does, one after another.
plans = st.lists(st.lists(actions, min_size=1, max_size=8),
                 min_size=2, max_size=4)


class Writer:
    """Carries out a plan; ``held`` are its consumers, by their uuid."""

    def __init__(self, store, trees):
        self.store, self.trees = store, trees
        self.held = {}

    def carry_out(self, plan):
        for name, *arguments in plan:
            getattr(self, name)(*arguments)
        return self

    def claim(self, number, units):
        claimed = hosts.consumer(self.trees[number], units)
        written = hosts.claim(self.store, self.trees[number], claimed)
        if isinstance(written, outcome.Applied):
            self.held[claimed.uuid] = units

    def one_of_mine(self, number):
        return sorted(self.held)[number % len(self.held)]

    def release(self, number):
        if not self.held:
            return
        uuid = self.one_of_mine(number)
        found = self.store.consumers.find(uuid)
        written = self.store.write_tree(
            found.lookup_row.value,
            lambda state: hosts.releasing(state.tree, state.consumers[uuid]),
            consumers=[uuid])
        if not isinstance(written, outcome.Applied):
            raise AssertionError(f'{uuid} could not be released')
        self.store.consumer_homes.release(uuid, found.lookup_row.write_id)
        del self.held[uuid]

    def move(self, number, target):
        if not self.held:
            return
        uuid, target_id = self.one_of_mine(number), self.trees[target]
        if self.store.consumers.find(uuid).lookup_row.value != target_id:
            hosts.move(self.store, uuid, target_id)


class TestInvariants(testtools.TestCase):

    @hypothesis.settings(
        deadline=None, max_examples=25, database=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck))
    @hypothesis.given(plans)
    def test_sums_and_places(self, several):
        with cassandra.Cloud() as cloud:
            trees = [cloud.new_tree(hosts.provider(VCPU)).id
                     for _ in range(HOSTS)]
            with concurrent.futures.ThreadPoolExecutor(4) as threads:
                writers = list(threads.map(
                    lambda plan: Writer(cloud.store, trees).carry_out(plan),
                    several))
            held = {uuid: units for writer in writers
                    for uuid, units in writer.held.items()}
            self.check(cloud.store, trees, held)

    def check(self, store, trees, held):
        self.assertEqual([], invariants.violations(store))
        places = {}
        for tree_id in trees:
            for consumer in store.trees.list_consumers(tree_id):
                self.assertNotIn(consumer.uuid, places)
                places[consumer.uuid] = consumer.amounts
        self.assertEqual(held, {uuid: sum(amounts.values())
                                for uuid, amounts in places.items()})
        for uuid, amounts in places.items():
            found = store.consumers.find(uuid)
            self.assertEqual(amounts, store.consumers.amounts(found))


class TestOverCapacity(case.StoreTestCase):

    def test_the_last_slot_has_one_winner(self):
        tree = self.new_host(vcpu=1)
        with concurrent.futures.ThreadPoolExecutor(8) as threads:
            ends = list(threads.map(
                lambda claimed: hosts.claim(self.store, tree.id, claimed),
                [hosts.consumer(tree.id) for _ in range(8)]))
        self.assertEqual(1, sum(isinstance(end, outcome.Applied)
                                for end in ends))
        self.assertEqual(1, self.store.trees.find(tree.id).units_used(
            tree.id, 'VCPU'))
