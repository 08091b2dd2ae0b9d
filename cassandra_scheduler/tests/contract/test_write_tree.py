# SPDX-License-Identifier: Apache-2.0

import concurrent.futures
import dataclasses
import time

from cassandra_scheduler.model import change as change_model
from cassandra_scheduler.model import errors
from cassandra_scheduler.tests.contract import case
from cassandra_scheduler.tests.fixtures import hosts

TreeChange = change_model.TreeChange


class TestStep(case.StoreTestCase):

    def count_up(self, state):
        """Advance by one VCPU used."""
        return TreeChange(
            state.tree, write_id=hosts.write_id(),
            after=state.tree.with_amounts({(state.tree.id, 'VCPU'): 1}))

    def test_it_composes_again_from_what_won(self):
        old = self.new_host()
        seen = []

        def compose(state):
            if not seen:
                self.write(self.count_up(state))
            seen.append(state.tree.units_used(old.id, 'VCPU'))
            return self.count_up(state)

        written = self.store.write_tree(old.id, compose)
        self.assertEqual([0, 1], seen)
        self.assertEqual(2, self.assert_applied(written).state.units_used(
            old.id, 'VCPU'))

    def test_what_changes_nothing_is_not_written(self):
        tree = self.new_host()
        written = self.store.write_tree(tree.id, lambda state: (
            change_model.TreeChange(state.tree, state.tree, 'id')))
        self.assertEqual(tree, self.assert_applied(written).state)
        self.assertEqual(tree, self.store.trees.find(tree.id))

    def test_nothing_to_do_writes_nothing(self):
        tree = self.new_host()
        refused = self.store.write_tree(tree.id, lambda state: None)
        self.assertEqual(tree, self.assert_rejected(refused).winner.tree)
        self.assertEqual(tree, self.store.trees.find(tree.id))

    def test_it_sees_the_consumers_it_asks_for(self):
        tree = self.new_host()
        holder = hosts.consumer(tree.id)
        self.write(hosts.claiming(tree, holder))
        refused = self.store.write_tree(tree.id,
                                        lambda state: None,
                                        consumers=[holder.uuid])
        self.assertEqual({holder.uuid: holder}, refused.winner.consumers)

    def test_it_goes_on_seeing_them(self):
        tree = self.new_host()
        holder, other = hosts.consumer(tree.id), hosts.consumer(tree.id)
        tree = self.write(hosts.claiming(tree, holder))
        seen = []

        def advance(state):
            if not seen:
                self.write(self.count_up(state))
            seen.append(set(state.consumers))
            return change(state)

        for change in (
                self.count_up,
                lambda state: hosts.claiming(state.tree, other),
                lambda state: dataclasses.replace(self.count_up(state),
                                                  put=(holder,)),
                lambda state: hosts.releasing(state.tree, holder)):
            seen.clear()
            self.assert_applied(
                self.store.write_tree(tree.id,
                                      advance,
                                      consumers=[holder.uuid]))
            self.assertEqual([{holder.uuid}] * 2, seen)

    def test_a_refusal_shows_all_consumers_of_the_change(self):
        tree = self.new_host()
        one, two, new = (hosts.consumer(tree.id) for _ in range(3))
        stands = self.write(hosts.claiming(tree, one, two))
        change = dataclasses.replace(
            hosts.claiming(tree, new), put=(new, one), delete=(two.uuid,))
        refused = self.assert_rejected(self.store.trees.write(change))
        self.assertEqual(change_model.TreeState(stands, {
            one.uuid: one, two.uuid: two}), refused.winner)

    def test_it_stops_trying_in_time(self):
        tree = self.new_host()

        def always_late(state):
            self.write(self.count_up(state))
            return self.count_up(state)

        began = time.monotonic()
        error = self.assertRaises(errors.Contended, self.store.write_tree,
                                  tree.id, always_late, deadline_s=0.3)
        self.assertIn(tree.id, str(error))
        self.assertLess(time.monotonic() - began, 5)

    def test_thirty_two_threads_take_two_hundred_slots(self):
        tree = self.new_host(vcpu=200)
        claimed = []

        def take_seven(number):
            for _ in range(7):
                one = hosts.consumer(tree.id)
                written = hosts.claim(self.store, tree.id, one)
                claimed.append((one.uuid, type(written).__name__))

        with concurrent.futures.ThreadPoolExecutor(32) as threads:
            list(threads.map(take_seven, range(32)))
        winners = {uuid for uuid, ended in claimed if ended == 'Applied'}
        self.assertEqual((224, 200), (len(claimed), len(winners)))
        stands = self.store.trees.find(tree.id)
        self.assertEqual(200, stands.units_used(tree.id, 'VCPU'))
        self.assertEqual(tree.version + 200, stands.version)
        held = self.store.trees.list_consumers(tree.id)
        self.assertEqual(winners, {consumer.uuid for consumer in held})
