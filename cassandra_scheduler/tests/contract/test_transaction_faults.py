# SPDX-License-Identifier: Apache-2.0
"""The coordinator of a transaction dies, or is cut off, at every step.

A consumer moves from one tree to the other, so the units in use are the same
before and after, and it must always be found in exactly one place.
"""

import json

import cassandra

from cassandra_scheduler.model import errors
from cassandra_scheduler.store import outcome
from cassandra_scheduler.tests.contract import test_transactions
from cassandra_scheduler.tests.fixtures import hosts
from cassandra_scheduler.tests.fixtures import sessions

#: What the coordinator has to say for itself at the end.
DEAD, NOTHING = 'dead', 'nothing happened'


class FaultsTestCase(test_transactions.TransactionsTestCase):

    def setUp(self):
        super().setUp()
        self.moved = hosts.new_consumer(self.store, self.first.id, 3)

    def move_until(self, session):
        """Move the consumer over this session; return what it came to."""
        try:
            return hosts.move(self.store_over(session), self.moved.uuid,
                              self.other(), deadline_s=0.15)
        except sessions.Killed:
            return DEAD
        except errors.StoreUnavailable:
            return NOTHING

    def where(self):
        """Return the id of the tree where all say that the consumer is."""
        found = self.store.consumers.find(self.moved.uuid)
        self.assertIsNotNone(found)
        here = found.state.tree.id
        self.assertEqual({(here, 'VCPU'): 3},
                         self.store.consumers.amounts(found))
        for tree in (self.first, self.second):
            units = 3 if tree.id == here else 0
            self.assertEqual(units, self.store.trees.find(
                tree.id).units_used(tree.id, 'VCPU'))
            self.assertEqual(
                [self.moved.uuid] if units else [],
                [consumer.uuid for consumer in
                 self.store.trees.list_consumers(tree.id)])
        return here

    def other(self):
        here = self.where()
        return next(tree.id for tree in (self.first, self.second)
                    if tree.id != here)

    def settle(self, left=()):
        """Let somebody step both trees, and see that nothing is left.

        The records of the transactions ``left`` there must go by themselves.
        """
        for tree in (self.first, self.second):
            self.assert_applied(
                self.store.write_tree(
                    tree.id, lambda state: hosts.TreeChange(
                        state.tree, state.tree, write_id=hosts.write_id())))
        self.assertEqual([], self.intents())
        kept = {record['txid']: record['ttl'] for record in self.records()}
        for txid in left:
            self.assertIsNotNone(kept.get(txid, 'gone'))

    def fail_everywhere(self, error, *, sent_at_last):
        """Yield (statement, what it came to, was it, is it) for each step.

        The last one is of a transaction that nothing stopped.
        """
        for stop_at in range(100):
            before, target = self.where(), self.other()
            session = sessions.StoppingSession(
                self.cloud.settings, stop_at, error=error,
                sent_at_last=sent_at_last)
            ended = self.move_until(session)
            left = [json.loads(intent)['txid'] for intent in self.intents()]
            at_once = self.where()
            self.settle(left)
            self.assertEqual(at_once, self.where())
            self.assertIn(at_once, (before, target))
            yield (session.sent[-1], ended, before, at_once)
            if not session.stopped:
                return
        self.fail('it never ended')


class TestKilled(FaultsTestCase):

    def check(self, *, sent_at_last):
        committed, ends = False, []
        for text, ended, before, after in self.fail_everywhere(
                sessions.Killed(), sent_at_last=sent_at_last):
            if test_transactions.COMMIT in text:
                committed = True
                self.assertEqual(sent_at_last, before != after, text)
            else:
                self.assertEqual(committed, before != after, text)
            ends.append(ended)
        self.assertEqual({DEAD}, set(ends[:-1]))
        self.assert_applied(ends[-1])
        # Reads of the consumer and both trees, then the transaction.
        self.assertLess(9, len(ends))

    def test_before_each_statement(self):
        self.check(sent_at_last=False)

    def test_after_each_statement(self):
        self.check(sent_at_last=True)


class TestSilence(FaultsTestCase):
    """Cassandra answers no more, and what is said at the end is true."""

    def check(self, *, sent_at_last):
        ends = []
        for text, ended, before, after in self.fail_everywhere(
                cassandra.OperationTimedOut(), sent_at_last=sent_at_last):
            match ended:
                case outcome.Applied():
                    self.assertNotEqual(before, after, text)
                case outcome.Unknown():
                    pass
                case _:
                    self.assertEqual(NOTHING, ended)
                    self.assertEqual(before, after, text)
            ends.append(type(ended))
        self.assertEqual({str, outcome.Unknown, outcome.Applied}, set(ends))

    def test_before_each_statement(self):
        self.check(sent_at_last=False)

    def test_after_each_statement(self):
        self.check(sent_at_last=True)


class TestOneLostCommit(FaultsTestCase):

    def test_it_is_unknown_when_nobody_is_there_afterwards(self):
        session = sessions.FailingSession(self.cloud.settings)
        commit, ask = "SET state = 'COMMITTED'", 'SELECT state, deadline'
        target = self.other()
        session.lose(commit, cassandra.OperationTimedOut())
        session.refuse(ask, cassandra.OperationTimedOut())
        for part in (commit, "SET state = 'ABORTED'"):
            session.refuse(part, cassandra.Unavailable('none'), times=9)
        self.assertIsInstance(self.move_until(session), outcome.Unknown)
        self.settle()
        self.assertEqual(target, self.where())


class TestHiccup(FaultsTestCase):
    """One answer is lost, and the transaction goes on."""

    def check(self, plan):
        for number in range(7):
            target = self.other()
            session = HiccupSession(self.cloud.settings, number, plan)
            written = hosts.move(self.store_over(session), self.moved.uuid,
                                 target)
            self.assertTrue(session.hiccuped)
            if isinstance(written, outcome.Rejected):
                self.assertNotEqual(target, self.where())
            else:
                self.assert_applied(written)
                self.assertEqual(target, self.where())
            self.settle()

    def test_written_and_lost(self):
        self.check('lose')

    def test_not_written_and_lost(self):
        self.check('refuse')


class HiccupSession(sessions.WiredSession):
    """Loses one of the conditional writes, counted from 0."""

    def __init__(self, settings, number, plan):
        super().__init__(settings)
        self._left, self._plan = number, plan
        self._now = False
        self.hiccuped = False

    def before(self, text):
        self._now = False
        if ' IF ' in text:
            self._now = self._left == 0
            self._left -= 1
        if self._now:
            self.hiccuped = True
        if self._now and self._plan == 'refuse':
            raise cassandra.OperationTimedOut()

    def after(self, text):
        if self._now and self._plan == 'lose':
            raise cassandra.OperationTimedOut()
