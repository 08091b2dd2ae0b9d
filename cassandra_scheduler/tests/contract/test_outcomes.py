# SPDX-License-Identifier: Apache-2.0
"""A write has three ends, and a lost answer does not stay the third."""

import concurrent.futures

import cassandra
from cassandra import cluster
from cassandra import connection
from cassandra import policies
from cassandra import protocol

from cassandra_scheduler.model import errors
from cassandra_scheduler.store import catalogue
from cassandra_scheduler.store import session as store_session
from cassandra_scheduler.store import tree_versions
from cassandra_scheduler.tests.contract import case
from cassandra_scheduler.tests.fixtures import hosts
from cassandra_scheduler.tests.fixtures import sessions

CAS = cassandra.WriteType.CAS
SILENCE = cassandra.OperationTimedOut()
CAS_UNKNOWN = protocol.ErrorMessage(
    code=0x1700, message='CAS operation result is unknown', info=None)
#: What a node says that is being stopped.
TURNED_AWAY = protocol.OverloadedErrorMessage(
    code=0x1001, message='', info=None)
#: After any of these the write may have happened.
LOST = (SILENCE, CAS_UNKNOWN,
        cassandra.WriteTimeout('timed out', write_type=CAS),
        cassandra.WriteFailure('failed', write_type=CAS),
        cassandra.ReadTimeout('timed out'),
        connection.ConnectionShutdown('connection reset'))


class OutcomesTestCase(case.StoreTestCase):

    def setUp(self):
        super().setUp()
        self.session = sessions.FailingSession(self.cloud.settings)
        self.over_wire = self.store_over(self.session)
        keyspace = self.cloud.settings.keyspace
        self.step = f'UPDATE {keyspace}.trees SET seq'
        self.read = f'SELECT * FROM {keyspace}.trees'

    def claim(self, tree):
        claimed = hosts.consumer(tree.id)
        return claimed, self.over_wire.trees.write(
            hosts.claiming(tree, claimed))


class TestTrees(OutcomesTestCase):

    def test_applied_and_lost_is_applied(self):
        for error in LOST:
            tree = self.new_host()
            self.session.lose(self.step, error)
            claimed, written = self.claim(tree)
            self.assertEqual(tree.version + 1,
                             self.assert_applied(written).state.version)
            self.assertEqual([claimed],
                             self.store.trees.list_consumers(tree.id))

    def test_not_applied_and_lost_is_rejected(self):
        for error in LOST:
            tree = self.new_host()
            self.session.refuse(self.step, error)
            claimed, written = self.claim(tree)
            self.assertEqual({}, self.assert_rejected(
                written).winner.tree.used)
            self.assertEqual([], self.store.trees.list_consumers(tree.id))

    def test_what_was_rejected_cannot_come_late(self):
        tree = self.new_host()
        late = hosts.claiming(tree, hosts.consumer(tree.id))
        self.session.refuse(self.step, SILENCE)
        rejected = self.assert_rejected(self.over_wire.trees.write(late))
        self.assert_rejected(self.store.trees.write(late))
        stands = self.store.trees.find(tree.id)
        self.assertEqual(rejected.winner.tree, stands)
        self.assertEqual({}, stands.used)

    def test_an_own_step_below_later_ones_is_seen(self):
        tree = self.new_host()
        change = hosts.claiming(tree, hosts.consumer(tree.id))
        stands = self.write(change)
        for _ in range(tree_versions.RECENT_WRITES - 1):
            stands = self.write(hosts.claiming(
                stands, hosts.consumer(tree.id)))
        settled = self.store.trees.settle(change)
        self.assertEqual(stands, self.assert_applied(settled).state)

    def test_a_step_that_others_hide_stays_unknown(self):
        tree = self.new_host()
        lost = hosts.releasing(tree, hosts.consumer(tree.id))
        stands = tree
        for _ in range(tree_versions.RECENT_WRITES + 1):
            stands = self.write(hosts.releasing(
                stands, hosts.consumer(tree.id)))
        self.assert_unknown(self.store.trees.settle(lost))

    def test_another_s_step_is_not_taken_for_one_s_own(self):
        tree = self.new_host()
        self.write(hosts.claiming(tree, hosts.consumer(tree.id)))
        self.session.refuse(self.step, SILENCE)
        _claimed, written = self.claim(tree)
        self.assert_rejected(written)

    def test_nobody_to_ask_is_unknown(self):
        tree = self.new_host()
        self.session.lose(self.step, SILENCE)
        self.session.refuse(self.read, SILENCE)
        claimed, written = self.claim(tree)
        self.assert_unknown(written)
        self.assertIn('OperationTimedOut', written.cause)

    def test_a_step_asks_until_it_knows(self):
        tree = self.new_host()
        self.session.lose(self.step, SILENCE)
        self.session.refuse(self.read, SILENCE, times=3)
        claimed = hosts.consumer(tree.id)
        written = self.over_wire.writer.write_change(
            hosts.claiming(tree, claimed))
        self.assert_applied(written)
        self.assertEqual(tree.version + 1,
                         self.store.trees.find(tree.id).version)
        self.assertEqual(1, len([text for text in self.session.sent
                                 if text.startswith(self.step)]))

    def test_deleted_and_lost_is_applied(self):
        tree = self.new_host()
        self.session.lose('DELETE', SILENCE)
        written = self.over_wire.trees.write(hosts.TreeChange(
            tree, tree.replace(providers={}), write_id=hosts.write_id()))
        self.assertIsNone(self.assert_applied(written).state)

    def test_created_and_lost_is_applied(self):
        self.session.lose(self.step, SILENCE)
        root = hosts.provider()
        before = case.empty(root.uuid)
        written = self.over_wire.trees.write(hosts.TreeChange(
            before, before.with_provider(root), write_id=hosts.write_id()))
        self.assertEqual(self.store.trees.find(root.uuid),
                         self.assert_applied(written).state)

    def test_what_was_never_sent_is_certain(self):
        tree = self.new_host()
        for error in (cluster.NoHostAvailable('none', {}),
                      cassandra.Unavailable('too few')):
            before = len(self.session.sent)
            self.session.refuse(self.step, error)
            self.assertRaises(errors.StoreUnavailable, self.claim, tree)
            self.assertEqual(1, len(self.session.sent) - before)
        self.assertEqual(tree, self.store.trees.find(tree.id))


class TestSmallRows(OutcomesTestCase):

    def test_a_lookup_row_that_was_written_and_lost(self):
        homes = self.over_wire.consumer_homes
        for part, write in (
                ('INSERT', lambda: homes.create('c', 'tree', '1')),
                ('UPDATE', lambda: homes.move('c', 'new', write_id='2',
                                              from_write_id='1')),
                ('DELETE', lambda: homes.release('c', '2'))):
            self.session.lose(part, SILENCE)
            self.assert_applied(write())
        self.assertIsNone(homes.find('c'))

    def test_a_lookup_row_that_was_not_written_and_lost(self):
        homes = self.over_wire.consumer_homes
        self.session.refuse('INSERT', CAS_UNKNOWN)
        self.assert_applied(homes.create('c', 'tree', '1'))
        self.assertEqual('1', self.store.consumer_homes.find('c').write_id)

    def test_a_lookup_row_that_another_claimed_meanwhile(self):
        self.store.consumer_homes.create('c', 'theirs', '2')
        self.session.refuse('INSERT', SILENCE)
        lost = self.assert_rejected(
            self.over_wire.consumer_homes.create('c', 'mine', '1'))
        self.assertEqual('theirs', lost.winner.value)

    def test_nobody_to_ask_is_unknown(self):
        self.session.lose('INSERT', SILENCE)
        self.session.refuse('SELECT', SILENCE)
        self.session.refuse('INSERT', cluster.NoHostAvailable('none', {}))
        self.assert_unknown(
            self.over_wire.consumer_homes.create('c', 'tree', '1'))

    def test_a_name_that_was_written_and_lost(self):
        names = self.over_wire.catalogue
        self.session.lose('INSERT', SILENCE)
        self.assert_applied(names.create(catalogue.TRAIT, 'CUSTOM_A',
                                         write_id='1', now_ms=1))
        self.session.lose('DELETE', SILENCE)
        self.assert_applied(names.delete(catalogue.TRAIT, 'CUSTOM_A'))
        self.assertEqual([], names.list(catalogue.TRAIT))

    def test_a_name_whose_delete_was_not_sent_is_deleted(self):
        names = self.over_wire.catalogue
        names.create(catalogue.TRAIT, 'CUSTOM_A', write_id='1', now_ms=1)
        self.session.refuse('DELETE', SILENCE)
        self.assert_applied(names.delete(catalogue.TRAIT, 'CUSTOM_A'))
        self.assertEqual([], names.list(catalogue.TRAIT))

    def test_a_name_whose_delete_nobody_can_look_up_is_unknown(self):
        names = self.over_wire.catalogue
        names.create(catalogue.TRAIT, 'CUSTOM_A', write_id='1', now_ms=1)
        self.session.refuse('DELETE', SILENCE, times=2)
        self.assert_unknown(names.delete(catalogue.TRAIT, 'CUSTOM_A'))
        self.assertEqual(1, len(names.list(catalogue.TRAIT)))

    def test_a_late_delete_spares_a_name_that_was_created_since(self):
        names, late = self.over_wire.catalogue, sessions.BlockingSession(
            self.cloud.settings, 'DELETE')
        names.create(catalogue.TRAIT, 'CUSTOM_A', write_id='1', now_ms=1)
        with concurrent.futures.ThreadPoolExecutor(1) as threads:
            deleting = threads.submit(self.store_over(late).catalogue.delete,
                                      catalogue.TRAIT, 'CUSTOM_A')
            self.assertTrue(late.reached.wait(10))
            self.assert_applied(names.delete(catalogue.TRAIT, 'CUSTOM_A'))
            names.create(catalogue.TRAIT, 'CUSTOM_A', write_id='2', now_ms=2)
            late.go.set()
            self.assert_applied(deleting.result())
        self.assertEqual('2', names.find(catalogue.TRAIT,
                                         'CUSTOM_A').write_id)


class TestDriver(case.StoreTestCase):

    def setUp(self):
        super().setUp()
        self.profiles = self.store.session._connected(
            ).cluster.profile_manager.profiles

    def decisions(self, name, error, *, attempts):
        policy = self.profiles[name].retry_policy
        return [policy.on_request_error(None, None, error, retry_num=number)[0]
                for number in range(attempts)]

    def test_it_repeats_no_write(self):
        for name in (cluster.EXEC_PROFILE_DEFAULT, store_session.READ,
                     store_session.CANDIDATES, store_session.SERIAL,
                     store_session.WRITE):
            profile = self.profiles[name]
            self.assertIsInstance(profile.retry_policy,
                                  policies.FallthroughRetryPolicy)
            self.assertIsInstance(profile.speculative_execution_policy,
                                  policies.NoSpeculativeExecutionPolicy)
        for name in (cluster.EXEC_PROFILE_DEFAULT, store_session.WRITE):
            self.assertEqual([policies.RetryPolicy.RETHROW], self.decisions(
                name, TURNED_AWAY, attempts=1))

    def test_it_asks_one_more_node_for_what_is_read(self):
        for name in (store_session.READ, store_session.CANDIDATES,
                     store_session.SERIAL):
            self.assertEqual(
                [policies.RetryPolicy.RETRY_NEXT_HOST,
                 policies.RetryPolicy.RETHROW],
                self.decisions(name, TURNED_AWAY, attempts=2))
