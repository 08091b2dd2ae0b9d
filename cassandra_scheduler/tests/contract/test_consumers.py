# SPDX-License-Identifier: Apache-2.0

import concurrent.futures

from cassandra_scheduler.model import change as change_model
from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.store import lookups
from cassandra_scheduler.tests.contract import case
from cassandra_scheduler.tests.fixtures import hosts
from cassandra_scheduler.tests.fixtures import sessions

Consumer = consumer_model.Consumer
HomeMove = change_model.HomeMove
TreeChange = change_model.TreeChange


class ConsumersTestCase(case.StoreTestCase):

    def setUp(self):
        super().setUp()
        self.old, self.new = self.new_host(), self.new_host()
        self.consumer = hosts.new_consumer(self.store, self.old.id, 3,
                                           project_id='p')
        self.uuid = self.consumer.uuid

    def find(self):
        return self.store.consumers.find(self.uuid)

    def stubs(self, tree_id):
        return [row['key'] for row in self.rows(tree_id) if row['moved_to']]


class TestFind(ConsumersTestCase):

    def test_with_its_home_and_locator(self):
        found = self.find()
        self.assertEqual(self.consumer, found.consumer)
        self.assertEqual(self.store.trees.find(self.old.id),
                         found.state.tree)
        self.assertEqual(
            lookups.LookupRow(self.old.id, self.consumer.claim_id),
            found.lookup_row)
        self.assertIsNone(self.store.consumers.find('nobody'))

    def test_what_it_holds_in_other_trees(self):
        old = self.store.trees.find(self.old.id)
        here = self.consumer.replace(also_in=frozenset({self.new.id}),
                                     generation=1)
        there = Consumer(uuid=self.uuid, home=old.id,
                         amounts={(self.new.id, 'VCPU'): 2})
        self.assert_applied(self.store.transactions.commit([
            TreeChange(old, old, write_id=hosts.write_id(), put=(here,)),
            TreeChange(self.new, self.new.with_amounts(there.amounts),
                       write_id=hosts.write_id(), put=(there,))]))
        found = self.find()
        self.assertEqual({(old.id, 'VCPU'): 3, (self.new.id, 'VCPU'): 2},
                         self.store.consumers.amounts(found))
        self.assertEqual({old.id, self.new.id},
                         set(self.store.consumers.parts(found)))

    def test_a_locator_that_leads_nowhere(self):
        homes = self.store.consumer_homes
        homes.create('to-a-tree', self.old.id, 'op')
        homes.create('to-no-tree', 'no-tree', 'op')
        self.assertIsNone(self.store.consumers.find('to-a-tree'))
        self.assertIsNone(self.store.consumers.find('to-no-tree'))


class TestMove(ConsumersTestCase):

    def test_the_locator_follows_and_no_stub_stays(self):
        self.assert_applied(hosts.move(self.store, self.uuid, self.new.id))
        found = self.find()
        self.assertEqual(self.new.id, found.lookup_row.value)
        self.assertEqual(found.consumer.claim_id, found.lookup_row.write_id)
        self.assertEqual({(self.new.id, 'VCPU'): 3},
                         self.store.consumers.amounts(found))
        self.assertEqual([], self.store.trees.list_consumers(self.old.id))
        self.assertEqual([], self.stubs(self.old.id))
        self.assertEqual([(self.new.id, found.consumer)],
                         self.store.trees.list_consumers_of_project('p'))

    def test_there_and_back_again(self):
        for target in (self.new, self.old, self.new):
            self.assert_applied(hosts.move(self.store, self.uuid, target.id))
            self.assertEqual(target.id, self.find().lookup_row.value)
        self.assertEqual(3, self.find().consumer.generation)

    def abandoned(self):
        """Move the consumer, and die before the locator follows."""
        session = sessions.DyingSession(self.cloud.settings, 'SET seq',
                                        skip=3)
        session.go.set()
        self.assertRaises(sessions.Killed, hosts.move,
                          self.store_over(session), self.uuid, self.new.id)
        self.assertEqual(
            self.old.id, self.store.consumer_homes.find(self.uuid).value)
        self.assertEqual([self.uuid], self.stubs(self.old.id))

    def test_who_follows_a_stub_repairs_the_locator(self):
        self.abandoned()
        found = self.find()
        self.assertEqual(self.new.id, found.state.tree.id)
        self.assertEqual(found.lookup_row,
                         self.store.consumer_homes.find(self.uuid))
        self.assertEqual(self.new.id, found.lookup_row.value)
        self.assertEqual([], self.stubs(self.old.id))

    def test_a_stub_is_nobody_s_row(self):
        self.abandoned()
        self.assertEqual([], self.store.trees.list_consumers(self.old.id))
        [(tree_id, _)] = self.store.trees.list_consumers_of_project('p')
        self.assertEqual(self.new.id, tree_id)

    def test_many_find_it_while_it_moves(self):
        def look(_number):
            return [self.store.consumers.amounts(self.find())
                    for _ in range(20)]

        def move_about(_number):
            for target in (self.new, self.old) * 4:
                self.assert_applied(hosts.move(self.store, self.uuid,
                                               target.id))
            return []

        with concurrent.futures.ThreadPoolExecutor(4) as threads:
            moving = threads.submit(move_about, 0)
            seen = sum(threads.map(look, range(3)), [])
            moving.result()
        self.assertEqual(60, len(seen))
        for amounts in seen:
            self.assertEqual([3], list(amounts.values()))

    def test_the_home_moves_and_something_stays(self):
        old = self.store.trees.find(self.old.id)
        write_id = hosts.write_id()
        stays = Consumer(uuid=self.uuid, home=self.new.id,
                         amounts={(old.id, 'VCPU'): 3})
        home = self.consumer.replace(
            home=self.new.id, claim_id=write_id, also_in=frozenset({old.id}),
            amounts={(self.new.id, 'VCPU'): 1})
        changes = [TreeChange(old, old, write_id=write_id, put=(stays,)),
                   TreeChange(self.new, self.new.with_amounts(home.amounts),
                              write_id=write_id, put=(home,))]
        self.assert_applied(self.store.transactions.commit(
            changes, homes=[HomeMove(self.uuid, self.consumer.claim_id,
                                     self.new.id, write_id)]))
        found = self.find()
        self.assertEqual({(old.id, 'VCPU'): 3, (self.new.id, 'VCPU'): 1},
                         self.store.consumers.amounts(found))
        [row] = self.store.trees.list_consumers(old.id)
        self.assertEqual(stays, row)


class TestTakeOver(ConsumersTestCase):

    def setUp(self):
        super().setUp()
        self.late = hosts.consumer(self.old.id)
        self.store.consumer_homes.create(self.late.uuid, self.old.id,
                                         self.late.claim_id)
        self.location = self.store.consumer_homes.find(self.late.uuid)

    def take(self, write_id='taker', home=None):
        return self.store.consumers.claim_home(
            self.late.uuid, home or self.new.id, write_id)

    def create(self, tree_id, consumer):
        """Write the row, as the one that claimed the lookup row does."""
        return self.store.write_tree(
            tree_id,
            lambda state: None
            if consumer.uuid in state.consumers else hosts.claiming(
                state.tree, consumer),
            consumers=[consumer.uuid])

    def test_a_dangling_locator_changes_hands(self):
        moved = self.assert_applied(self.take())
        self.assertEqual(lookups.LookupRow(self.new.id, 'taker'),
                         moved.state)
        self.assertIsNone(self.store.consumers.find(self.late.uuid))
        mine = hosts.consumer(self.new.id).replace(uuid=self.late.uuid)
        self.assert_applied(self.create(self.new.id, mine))
        self.assertEqual(mine, self.store.consumers.find(
            self.late.uuid).consumer)

    def test_the_late_creator_is_refused(self):
        tree = self.store.trees.find(self.old.id)
        self.assert_applied(self.take())
        refused = self.assert_rejected(self.store.trees.write(
            hosts.claiming(tree, self.late)))
        row = refused.winner.consumers[self.late.uuid]
        self.assertEqual((self.location.write_id,), row.blocked_claims)
        self.assert_rejected(self.create(self.old.id, self.late))
        self.assertEqual(tree.used, self.store.trees.find(self.old.id).used)
        self.assertNotIn(self.late.uuid, [
            consumer.uuid for consumer in
            self.store.trees.list_consumers(self.old.id)])

    def test_so_is_a_second_one_who_may_overwrite_the_fence(self):
        self.assert_applied(self.take('second', home=self.old.id))
        tree = self.store.trees.find(self.old.id)
        again = self.late.replace(claim_id='second')
        late = TreeChange(tree, tree.with_amounts(again.amounts),
                          write_id='second', put=(again,))
        first, self.location = self.location, (
            self.store.consumer_homes.find(self.late.uuid))
        self.assert_applied(self.take('third'))
        refused = self.assert_rejected(self.store.trees.write(late))
        row = refused.winner.consumers[self.late.uuid]
        self.assertTrue(row.blocks('second') and row.blocks(first.write_id))
        self.assertEqual(tree.used, self.store.trees.find(self.old.id).used)

    def test_a_late_transaction_is_refused(self):
        tree = self.store.trees.find(self.old.id)
        self.assert_applied(self.take())
        self.assert_rejected(self.store.transactions.commit([
            hosts.claiming(tree, self.late),
            TreeChange(self.new, self.new, write_id=hosts.write_id())]))
        self.assertEqual(tree.used, self.store.trees.find(self.old.id).used)

    def test_a_consumer_that_was_created_meanwhile_stays(self):
        self.assert_applied(self.create(self.old.id, self.late))
        refused = self.assert_rejected(self.take())
        self.assertEqual(self.late, refused.winner.consumer)
        self.assertEqual(self.location,
                         self.store.consumer_homes.find(self.late.uuid))

    def test_only_the_last_taker_can_create(self):
        self.assert_applied(self.take('one'))
        tree = self.store.trees.find(self.new.id)
        self.assert_applied(self.take('two', home=self.old.id))
        self.assert_rejected(self.store.trees.write(hosts.claiming(
            tree, hosts.consumer(self.new.id).replace(
                uuid=self.late.uuid, claim_id='one'))))
        self.assert_applied(self.take('two', home=self.old.id))

    def test_where_the_tree_is_gone(self):
        self.store.consumer_homes.create('c', 'no-tree', 'op')
        self.assert_applied(self.store.consumers.claim_home(
            'c', self.new.id, 'taker'))
        self.assertEqual('taker', self.store.consumer_homes.find('c').write_id)

    def test_in_the_same_tree(self):
        self.assert_applied(self.take(home=self.old.id))
        again = self.late.replace(claim_id='taker')
        row = self.store.trees.find_consumer(self.old.id, self.late.uuid)
        self.assertEqual((self.location.write_id,), row.blocked_claims)
        self.assert_applied(
            self.store.write_tree(
                self.old.id, lambda state: TreeChange(state.tree,
                                                      state.tree.with_amounts(
                                                          again.amounts),
                                                      write_id='taker',
                                                      put=(again, ))))
        self.assertEqual(again, self.store.consumers.find(
            self.late.uuid).consumer)

    def test_a_creation_that_is_being_decided_is_waited_for(self):
        session = sessions.BlockingSession(self.cloud.settings,
                                           "SET state = 'COMMITTED'")
        self.addCleanup(session.go.set)
        tree = self.store.trees.find(self.old.id)
        with concurrent.futures.ThreadPoolExecutor(2) as threads:
            ending = threads.submit(
                self.store_over(session).transactions.commit, [
                    hosts.claiming(tree, self.late),
                    TreeChange(self.new, self.new, write_id=hosts.write_id())])
            self.assertTrue(session.reached.wait(10))
            taking = threads.submit(self.take)
            session.go.set()
            self.assert_applied(ending.result())
            refused = self.assert_rejected(taking.result())
        self.assertEqual(self.late, refused.winner.consumer)
