# SPDX-License-Identifier: Apache-2.0
"""Lookup rows that lead to no consumer go, and no consumer loses its own."""

import concurrent.futures
import contextlib
import uuid

from cassandra_scheduler.model import write
from cassandra_scheduler.store import lookups
from cassandra_scheduler.store import orphans
from cassandra_scheduler.store import token_ranges
from cassandra_scheduler.tests.contract import case
from cassandra_scheduler.tests.fixtures import cassandra
from cassandra_scheduler.tests.fixtures import hosts
from cassandra_scheduler.tests.fixtures import sessions

#: Longer than any test here.
YOUNG_S = 600
#: Parts of the statements that a sweep sends, in their order.
READS_HOME, WRITES_TOMBSTONE, DELETES = (
    'SELECT key, moved_to, fenced', 'home, fenced', 'IF op = ?')


class OrphansTestCase(case.StoreTestCase):

    def setUp(self):
        super().setUp()
        self.host = self.new_host()
        self.late = hosts.consumer(self.host.id)

    def begin_claim(self):
        """Write the lookup row of a claim; return the TreeChange to come."""
        self.assert_applied(self.store.consumer_homes.create(
            self.late.uuid, self.host.id, self.late.claim_id))
        return hosts.claiming(self.store.trees.find(self.host.id), self.late)

    def lookup_row(self, consumer=None):
        return self.store.consumer_homes.find((consumer or self.late).uuid)

    def sweep(self, store=None, *, older_than_s=0):
        """Sweep all parts; return the uuids of the orphans deleted."""
        return [found for part in token_ranges.parts()
                for found, _row in orphans.sweep(store or self.store, part,
                                                 older_than_s=older_than_s)]

    @contextlib.contextmanager
    def stopped(self, part):
        """Sweep, stop at a statement, do what is done inside, and go on."""
        session = sessions.BlockingSession(self.cloud.settings, part)
        self.addCleanup(session.go.set)
        self.swept = None
        with concurrent.futures.ThreadPoolExecutor(1) as threads:
            sweeping = threads.submit(self.sweep, self.store_over(session))
            self.assertTrue(session.reached.wait(10))
            yield
            session.go.set()
            self.swept = sweeping.result()

    def assert_held(self, consumer, tree_id):
        """Fail unless a consumer is found, with what it holds."""
        found = self.store.consumers.find(consumer.uuid)
        self.assertEqual(tree_id, found.lookup_row.value)
        self.assertEqual(sum(consumer.amounts.values()), sum(
            self.store.consumers.amounts(found).values()))


class TestSweep(OrphansTestCase):

    def test_an_orphan_goes(self):
        self.begin_claim()
        self.assertEqual([self.late.uuid], self.sweep())
        self.assertIsNone(self.lookup_row())
        self.assertEqual([], self.sweep())

    def test_a_young_one_stays(self):
        change = self.begin_claim()
        self.assertEqual([], self.sweep(older_than_s=YOUNG_S))
        self.assertIsNotNone(self.lookup_row())
        self.write(change)
        self.assert_held(self.late, self.host.id)

    def test_each_is_judged_by_its_own_age(self):
        old = str(uuid.uuid4())
        self.store.session.write(
            'INSERT INTO {keyspace}.consumer_homes '
            '(cloud, consumer, home, op) VALUES (?, ?, ?, ?) '
            'USING TIMESTAMP ?', (
                self.store.cloud, old, self.host.id, hosts.write_id(),
                (write.now_ms() - 2 * YOUNG_S * 1000) * 1000))
        self.begin_claim()
        self.assertEqual([old], self.sweep(older_than_s=YOUNG_S))
        self.assertIsNotNone(self.lookup_row())

    def test_one_to_a_tree_that_does_not_exist_goes(self):
        self.store.consumer_homes.create(self.late.uuid, str(uuid.uuid4()),
                                         self.late.claim_id)
        self.assertEqual([self.late.uuid], self.sweep())
        self.assertIsNone(self.lookup_row())

    def test_one_to_a_tombstone_goes(self):
        self.begin_claim()
        self.assert_applied(self.store.consumers.write_claim_tombstone(
            self.host.id, self.late.uuid, self.late.claim_id))
        self.assertEqual([self.late.uuid], self.sweep())

    def test_consumers_stay(self):
        held = [hosts.new_consumer(self.store, self.host.id)
                for _number in range(3)]
        self.begin_claim()
        self.assertEqual([self.late.uuid], self.sweep())
        for consumer in held:
            self.assert_held(consumer, self.host.id)

    def test_one_that_is_released_meanwhile_is_not_ours(self):
        self.write(self.begin_claim())
        with self.stopped(READS_HOME):
            self.write(hosts.releasing(self.store.trees.find(self.host.id),
                                       self.late))
            self.store.consumer_homes.release(self.late.uuid,
                                              self.late.claim_id)
        self.assertEqual([], self.swept)
        self.assertIsNone(self.store.trees.find_consumer(self.host.id,
                                                         self.late.uuid))

    def test_other_clouds_stay(self):
        change = self.begin_claim()
        other = self.useFixture(cassandra.Cloud()).store
        self.assertEqual([], self.sweep(other))
        self.write(change)

    def test_a_tree_that_cannot_be_read_stops_nothing(self):
        broken = self.new_host()
        self.store.consumer_homes.create('of-broken', broken.id, 'write')
        self.store.session.write_if([(
            "UPDATE {keyspace}.trees SET shape = '{' WHERE cloud = ? AND "
            "tree = ? AND kind = 'root' AND key = '' IF EXISTS",
            (self.store.cloud, broken.id))])
        self.begin_claim()
        self.assertEqual([self.late.uuid], self.sweep())
        self.assertIsNotNone(self.store.consumer_homes.find('of-broken'))

    def test_each_part_is_read_once(self):
        made = [hosts.new_consumer(self.store, self.host.id)
                for _number in range(8)]
        self.assertEqual(
            sorted(consumer.uuid for consumer in made),
            sorted(found for part in token_ranges.parts()
                   for found in self.store.full_scan.consumer_homes(part)))


class TestCreatedMeanwhile(OrphansTestCase):

    def test_the_late_creator_is_refused(self):
        late = self.begin_claim()
        self.assertEqual([self.late.uuid], self.sweep())
        refused = self.assert_rejected(self.store.trees.write(late))
        self.assertTrue(refused.winner.consumers[self.late.uuid].blocks(
            self.late.claim_id))
        self.assertEqual({}, self.store.trees.find(self.host.id).used)
        self.assertIsNone(self.lookup_row())

    def test_so_is_a_late_transaction(self):
        late, other = self.begin_claim(), self.new_host()
        self.assertEqual([self.late.uuid], self.sweep())
        self.assert_rejected(self.store.transactions.commit([
            late, hosts.TreeChange(other, other,
                                   write_id=hosts.write_id())]))
        self.assertEqual({}, self.store.trees.find(self.host.id).used)

    def test_one_that_is_faster_than_the_first_look_stays(self):
        change = self.begin_claim()
        with self.stopped(READS_HOME):
            self.write(change)
        self.assertEqual([], self.swept)
        self.assert_held(self.late, self.host.id)

    def test_one_that_is_faster_than_the_tombstone_stays(self):
        change = self.begin_claim()
        with self.stopped(WRITES_TOMBSTONE):
            self.write(change)
        self.assertEqual([], self.swept)
        self.assert_held(self.late, self.host.id)

    def test_one_that_takes_over_the_lookup_row_stays(self):
        self.begin_claim()
        again = self.late.replace(claim_id=hosts.write_id())
        with self.stopped(DELETES):
            self.assert_applied(self.store.consumers.claim_home(
                again.uuid, self.host.id, again.claim_id))
        self.assertEqual([], self.swept)
        self.assertEqual(lookups.LookupRow(self.host.id, again.claim_id),
                         self.lookup_row())

    def test_the_same_consumer_can_be_created_again(self):
        self.begin_claim()
        self.assertEqual([self.late.uuid], self.sweep())
        again = self.late.replace(claim_id=hosts.write_id())
        self.assert_applied(self.store.consumers.claim_home(
            again.uuid, self.host.id, again.claim_id))
        tree = self.store.trees.find(self.host.id)
        self.write(hosts.TreeChange(
            tree, tree.with_amounts(again.amounts), write_id=again.claim_id,
            put=(again,)))
        self.assertEqual([], self.sweep())
        self.assert_held(again, self.host.id)

    def test_one_whose_giving_back_died_goes(self):
        self.write(self.begin_claim())
        self.write(hosts.releasing(self.store.trees.find(self.host.id),
                                   self.late))
        self.assertEqual([self.late.uuid], self.sweep())
        self.assertIsNone(self.lookup_row())


class TestMovesMeanwhile(OrphansTestCase):

    def setUp(self):
        super().setUp()
        self.target = self.new_host()
        self.moved = hosts.new_consumer(self.store, self.host.id, 2)

    def test_one_that_moves_before_the_home_is_read_stays(self):
        with self.stopped(READS_HOME):
            self.assert_applied(hosts.move(self.store, self.moved.uuid,
                                           self.target.id))
        self.assertEqual([], self.swept)
        self.assert_held(self.moved, self.target.id)

    def test_one_whose_lookup_row_did_not_follow_stays(self):
        session = sessions.DyingSession(self.cloud.settings, 'SET seq',
                                        skip=3)
        session.go.set()
        self.assertRaises(sessions.Killed, hosts.move,
                          self.store_over(session), self.moved.uuid,
                          self.target.id)
        self.assertEqual(self.host.id, self.lookup_row(self.moved).value)
        self.assertEqual([], self.sweep())
        self.assert_held(self.moved, self.target.id)
        self.assertEqual(self.target.id, self.lookup_row(self.moved).value)

    def test_many_move_while_sweeps_go_on(self):
        moved = [hosts.new_consumer(self.store, self.host.id)
                 for _number in range(3)]

        def move_about():
            for target in (self.target, self.host) * 3:
                for consumer in moved:
                    self.assert_applied(hosts.move(
                        self.store, consumer.uuid, target.id))

        with concurrent.futures.ThreadPoolExecutor(1) as threads:
            moving = threads.submit(move_about)
            swept = self.sweep()
            while not moving.done():
                swept += self.sweep()
            moving.result()
        self.assertEqual([], swept)
        for consumer in moved:
            self.assert_held(consumer, self.host.id)
