# SPDX-License-Identifier: Apache-2.0

import concurrent.futures

from cassandra_scheduler.model import change as change_model
from cassandra_scheduler.store import outcome
from cassandra_scheduler.tests.contract import case
from cassandra_scheduler.tests.fixtures import hosts
from cassandra_scheduler.tests.fixtures import sessions

TreeChange = change_model.TreeChange
STEP, COMMIT = 'SET seq', "SET state = 'COMMITTED'"


class TransactionsTestCase(case.StoreTestCase):

    def setUp(self):
        super().setUp()
        # The transaction prepares them in this order.
        self.first, self.second = sorted(
            (self.new_host(), self.new_host()), key=lambda tree: tree.id)

    def adding(self, tree, vcpu=1):
        """Return the change by which a tree gets a new consumer."""
        return hosts.claiming(tree, hosts.consumer(tree.id, vcpu))

    def used(self):
        return tuple(self.store.trees.find(tree.id).units_used(
            tree.id, 'VCPU') for tree in (self.first, self.second))

    def intents(self):
        """Return the intents that stand on the two trees."""
        return [row['intent'] for tree in (self.first, self.second)
                for row in self.rows(tree.id) if row['intent'] is not None]

    def records(self):
        return self.store.session.rows(
            'SELECT txid, state, ttl(state) AS ttl FROM '
            '{keyspace}.transactions WHERE cloud = ? ALLOW FILTERING',
            (self.store.cloud,))


class TestCommit(TransactionsTestCase):

    def test_all_trees_are_written(self):
        changes = [self.adding(self.second), self.adding(self.first, 2)]
        written = self.assert_applied(self.store.transactions.commit(changes))
        self.assertEqual(
            {tree.id: self.store.trees.find(tree.id)
             for tree in (self.first, self.second)}, written.state)
        self.assertEqual((2, 1), self.used())
        for change in changes:
            [claimed] = change.put
            self.assertEqual([claimed], self.store.trees.list_consumers(
                change.after.id))
        self.assertEqual(([], []), (self.intents(), self.records()))

    def test_one_change_is_one_statement(self):
        session = sessions.WiredSession(self.cloud.settings)
        written = self.store_over(session).transactions.commit(
            [self.adding(self.first)])
        stands = self.store.trees.find(self.first.id)
        self.assertEqual({self.first.id: stands},
                         self.assert_applied(written).state)
        self.assertEqual(1, len(session.sent))
        refused = self.store.transactions.commit([self.adding(self.first)])
        self.assertEqual(
            {self.first.id: change_model.TreeState(stands)},
            self.assert_rejected(refused).winner)

    def test_two_changes_are_seven_statements(self):
        session = sessions.WiredSession(self.cloud.settings)
        self.assert_applied(self.store_over(session).transactions.commit(
            [self.adding(self.first), self.adding(self.second)]))
        self.assertEqual(7, len(session.sent))

    def test_one_overtaken_tree_refuses_all(self):
        for overtaken in (self.first, self.second):
            first, second = (self.store.trees.find(tree.id) for tree in
                             (self.first, self.second))
            before = self.used()
            stale = next(tree for tree in (first, second)
                         if tree.id == overtaken.id)
            winner = self.write(
                TreeChange(stale, stale, write_id=hosts.write_id()))
            refused = self.assert_rejected(self.store.transactions.commit(
                [self.adding(first), self.adding(second)]))
            self.assertEqual({first.id, second.id}, set(refused.winner))
            self.assertEqual(winner, refused.winner[overtaken.id].tree)
            for tree_id, state in refused.winner.items():
                self.assertEqual(self.store.trees.find(tree_id), state.tree)
            self.assertEqual(before, self.used())
            self.assertEqual([], self.intents())

    def test_a_consumer_that_exists_refuses_all(self):
        there = hosts.consumer(self.second.id)
        stands = self.write(hosts.claiming(self.second, there))
        again = there.replace(claim_id=hosts.write_id())
        refused = self.assert_rejected(self.store.transactions.commit(
            [self.adding(self.first), hosts.claiming(stands, again)]))
        self.assertEqual({there.uuid: there},
                         refused.winner[self.second.id].consumers)
        self.assertEqual((0, 1), self.used())
        self.assertEqual([], self.intents())

    def test_trees_may_begin_and_end(self):
        root = hosts.provider()
        new = case.empty(root.uuid).with_provider(
            root).with_amounts({(root.uuid, 'VCPU'): 3})
        written = self.assert_applied(
            self.store.transactions.commit([
                TreeChange(self.first,
                           self.first.replace(providers={}),
                           write_id=hosts.write_id()),
                TreeChange(case.empty(root.uuid),
                           new,
                           write_id=hosts.write_id())
            ]))
        self.assertIsNone(written.state[self.first.id])
        self.assertEqual([], self.rows(self.first.id))
        self.assertEqual(self.store.trees.find(root.uuid),
                         written.state[root.uuid])
        self.assertEqual([self.second.id, root.uuid], sorted(
            (tree.id for tree in self.store.query.read([]).trees),
            key=lambda tree_id: tree_id == root.uuid))

    def test_a_tree_that_could_not_begin_leaves_nothing(self):
        root = hosts.provider()
        stale = self.second
        self.write(TreeChange(stale, stale, write_id=hosts.write_id()))
        refused = self.assert_rejected(self.store.transactions.commit([
            TreeChange(case.empty(root.uuid),
                       case.empty(root.uuid).with_provider(root),
                       write_id=hosts.write_id()),
            self.adding(stale)]))
        self.assertIsNone(refused.winner[root.uuid].tree)
        self.assertEqual([], self.rows(root.uuid))

    def test_rows_are_put_and_deleted(self):
        gone = hosts.new_consumer(self.store, self.first.id, project_id='p')
        first = self.store.trees.find(self.first.id)
        far = hosts.consumer(self.second.id).replace(
            uuid=gone.uuid, also_in=frozenset({'a', 'b'}), project_id='q',
            user_id='u', consumer_type='INSTANCE', generation=7,
            created_ms=5, updated_ms=1700000000123)
        self.assert_applied(self.store.transactions.commit([
            hosts.releasing(first, gone),
            TreeChange(self.second, self.second, write_id=hosts.write_id(),
                       put=(far,))]))
        self.assertEqual([], self.store.trees.list_consumers(first.id))
        self.assertEqual([far],
                         self.store.trees.list_consumers(self.second.id))

    def test_nonsense_is_refused_before_anything_is_sent(self):
        commit = self.store.transactions.commit
        self.assertRaises(ValueError, commit, [])
        self.assertRaises(ValueError, commit, [
            self.adding(self.first), self.adding(self.first)])
        self.assertRaises(ValueError, commit, [
            self.adding(self.first), self.adding(self.second)],
            homes=[change_model.HomeMove('c', 'op', self.second.id, 'o')])
        self.assertEqual([], self.records())


class TestMeetings(TransactionsTestCase):
    """Others come while a transaction is under way."""

    def setUp(self):
        super().setUp()
        threads = concurrent.futures.ThreadPoolExecutor(4)
        self.addCleanup(threads.shutdown)
        self.start = threads.submit

    def paused(self, part, *, skip=0, deadline_s=10.0,
               kind=sessions.BlockingSession):
        """Start to add to both trees, and stop before such a statement.

        Returns the BlockingSession and the future Outcome.
        """
        session = kind(self.cloud.settings, part, skip=skip)
        self.addCleanup(session.go.set)
        ending = self.start(
            self.store_over(session).transactions.commit,
            [self.adding(self.first), self.adding(self.second)],
            deadline_s=deadline_s)
        self.assertTrue(session.reached.wait(10))
        return session, ending

    def test_before_the_commit_everybody_reads_as_before(self):
        session, ending = self.paused(COMMIT)
        self.assertEqual(2, len(self.intents()))
        both = [self.first.id, self.second.id]
        self.assertEqual([self.first, self.second],
                         [self.store.trees.find(one) for one in both])
        self.assertEqual([self.first, self.second],
                         self.store.trees.find_many(both))
        state = self.store.trees.find_state(self.first.id, ['nobody'])
        self.assertEqual(change_model.TreeState(self.first), state)
        self.assertEqual([], self.store.trees.list_consumers(both[1]))
        session.go.set()
        self.assert_applied(ending.result())
        self.assertEqual((1, 1), self.used())

    def test_after_the_commit_everybody_reads_all_of_it(self):
        # The third step of a tree is the first that applies.
        session, ending = self.paused(STEP, skip=2)
        self.assertEqual(2, len(self.intents()))
        self.assertEqual((1, 1), self.used())
        self.assertEqual([], self.intents())
        for tree in (self.first, self.second):
            [_] = self.store.trees.list_consumers(tree.id)
        [record] = self.records()
        self.assertEqual('COMMITTED', record['state'])
        self.assertIsNotNone(record['ttl'])
        session.go.set()
        written = self.assert_applied(ending.result())
        self.assertEqual(self.store.trees.find(self.first.id),
                         written.state[self.first.id])
        self.assertEqual([], self.records())

    def test_a_step_waits_for_the_end(self):
        session, ending = self.paused(COMMIT)
        candidate = next(tree for tree in
                         self.store.query.read([]).trees
                         if tree.id == self.first.id)
        self.assertIsNotNone(candidate.intent)
        claimed = hosts.consumer(self.first.id, 2)
        seen = []

        def advance(state):
            seen.append(state.tree)
            return hosts.claiming(state.tree, claimed)

        step = self.start(self.store.write_tree, self.first.id, advance)
        session.go.set()
        self.assert_applied(ending.result())
        self.assert_applied(step.result())
        self.assertEqual((3, 1), self.used())
        self.assertEqual([None], [tree.intent for tree in seen])

    def test_a_write_from_the_former_state_is_refused(self):
        session, ending = self.paused(COMMIT)
        late = self.start(self.store.trees.write, self.adding(self.first))
        session.go.set()
        self.assert_applied(ending.result())
        refused = self.assert_rejected(late.result())
        self.assertIsNone(refused.winner.tree.intent)
        self.assertEqual((1, 1), self.used())

    def test_an_intent_is_never_written_over(self):
        session, ending = self.paused(COMMIT)
        with_intent = next(tree for tree in
                           self.store.query.read([]).trees
                           if tree.id == self.first.id)
        late = self.start(self.store.trees.write, self.adding(with_intent))
        session.go.set()
        self.assert_applied(ending.result())
        refused = self.assert_rejected(late.result())
        self.assertEqual((1, None), (refused.winner.tree.units_used(
            self.first.id, 'VCPU'), refused.winner.tree.intent))

    def test_a_coordinator_past_its_deadline_is_aborted(self):
        session, ending = self.paused(COMMIT, deadline_s=0.2)
        self.abort_by_a_step()
        session.go.set()
        self.assert_rejected(ending.result())
        self.assertEqual((3, 0), self.used())
        self.assertEqual([], self.intents())

    def abort_by_a_step(self):
        """Step the first tree, past the deadline of who holds it."""
        self.assert_applied(
            self.store.write_tree(self.first.id,
                                  lambda state: self.adding(state.tree, 3)))

    def test_a_prepare_that_is_late_is_taken_back(self):
        session, ending = self.paused(STEP, skip=1, deadline_s=0.2)
        self.abort_by_a_step()
        session.go.set()
        self.assert_rejected(ending.result())
        self.assertEqual((3, 0), self.used())
        self.assertEqual([], self.intents())

    def test_a_prepare_that_is_late_is_cleared_by_who_meets_it(self):
        session, ending = self.paused(STEP, skip=1, deadline_s=0.2,
                                      kind=sessions.DyingSession)
        self.abort_by_a_step()
        session.go.set()
        self.assertIsInstance(ending.exception(), sessions.Killed)
        self.assertEqual(1, len(self.intents()))
        self.assertEqual((3, 0), self.used())
        self.assertEqual([], self.intents())

    def test_settling_says_what_came_of_it(self):
        session, ending = self.paused(COMMIT)
        [held] = [tree for tree in self.store.query.read([]).trees
                  if tree.id == self.first.id]
        settling = self.start(self.store.transactions.resolve_intent, held)
        session.go.set()
        written = self.assert_applied(ending.result())
        self.assertEqual(written.state[self.first.id], settling.result())
        free = written.state[self.second.id]
        self.assertEqual(free, self.store.transactions.resolve_intent(free))


class TestCrossing(TransactionsTestCase):

    def test_two_transactions_on_the_same_trees(self):
        def add_to_both(_number):
            ends = []
            for _ in range(5):
                changes = [self.adding(self.store.trees.find(tree.id))
                           for tree in (self.second, self.first)]
                ends.append(self.store.transactions.commit(changes))
            return sum(isinstance(end, outcome.Applied) for end in ends)

        with concurrent.futures.ThreadPoolExecutor(4) as threads:
            won = sum(threads.map(add_to_both, range(4)))
        self.assertGreater(won, 0)
        self.assertEqual((won, won), self.used())
        for tree in (self.first, self.second):
            self.assertEqual(won, len(
                self.store.trees.list_consumers(tree.id)))
        self.assertEqual([], self.intents())

    def test_consumers_that_change_places(self):
        one = hosts.new_consumer(self.store, self.first.id, 5)
        two = hosts.new_consumer(self.store, self.second.id, 3)
        with concurrent.futures.ThreadPoolExecutor(2) as threads:
            ends = list(threads.map(
                lambda move: hosts.move(self.store, *move),
                [(one.uuid, self.second.id), (two.uuid, self.first.id)]))
        won = sum(isinstance(end, outcome.Applied) for end in ends)
        self.assertGreater(won, 0)
        self.assertEqual(8, sum(self.used()))
        for consumer, units in ((one, 5), (two, 3)):
            found = self.store.consumers.find(consumer.uuid)
            self.assertEqual({(found.state.tree.id, 'VCPU'): units},
                             self.store.consumers.amounts(found))
