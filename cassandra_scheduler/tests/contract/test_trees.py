# SPDX-License-Identifier: Apache-2.0

import dataclasses
import uuid

from cassandra_scheduler.model import change as change_model
from cassandra_scheduler.model import report as report_model
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.store import opening
from cassandra_scheduler.store import session as store_session
from cassandra_scheduler.tests.contract import case
from cassandra_scheduler.tests.fixtures import hosts

TreeChange = change_model.TreeChange


class TestWrite(case.StoreTestCase):

    def test_a_tree_is_read_as_it_was_written(self):
        root = hosts.provider(
            traits=frozenset({'HW_CPU_X86_AVX2', 'CUSTOM_A'}), generation=3,
            aggregates=frozenset({str(uuid.uuid4())}),
            created_ms=1, updated_ms=2)
        child = hosts.provider(parent=root.uuid, inventories={
            'VGPU': tree_model.Inventory(4, 1, 1, 2, 1, 1.5, 7, 8)})
        pending = {str(uuid.uuid4()): tree_model.Pending(
            hosts.write_id(), 17, {'vcpus': 2})}
        tree = self.cloud.new_tree(
            root, child, used={(root.uuid, 'VCPU'): 3}, pending=pending,
            resource_type='compute', report=report_model.HostReport(
                '{"host": "h", "nodename": "n"}'))
        self.assertEqual(tree, self.store.trees.find(tree.id))
        self.assertEqual([tree], self.store.trees.find_many(
            [tree.id, str(uuid.uuid4())]))

    def test_there_may_be_no_tree(self):
        nobody = str(uuid.uuid4())
        self.assertIsNone(self.store.trees.find(nobody))
        state = self.store.trees.find_state(nobody, [nobody])
        self.assertEqual(change_model.TreeState(None), state)

    def test_a_step_counts_one(self):
        tree = self.new_host()
        written = self.write(
            TreeChange(tree,
                       tree.with_amounts({(tree.id, 'VCPU'): 2}),
                       write_id=hosts.write_id()))
        self.assertEqual(tree.version + 1, written.version)
        self.assertEqual(written, self.store.trees.find(tree.id))

    def test_a_step_from_an_old_state_gets_the_winner(self):
        tree = self.new_host()
        winner = self.write(hosts.claiming(tree, hosts.consumer(tree.id)))
        late = hosts.consumer(tree.id, 3)
        refused = self.assert_rejected(
            self.store.trees.write(hosts.claiming(tree, late)))
        self.assertEqual(winner, refused.winner.tree)
        self.assertEqual({}, refused.winner.consumers)
        self.assertEqual(winner, self.store.trees.find(tree.id))
        self.assertIsNone(self.store.trees.find_consumer(tree.id, late.uuid))

    def test_a_claim_that_stands_already_comes_with_the_refusal(self):
        tree = self.new_host()
        first = hosts.consumer(tree.id)
        tree = self.write(hosts.claiming(tree, first))
        again = first.replace(claim_id=hosts.write_id(), amounts={
            (tree.id, 'VCPU'): 5})
        refused = self.assert_rejected(
            self.store.trees.write(hosts.claiming(tree, again)))
        self.assertEqual({first.uuid: first}, refused.winner.consumers)
        self.assertEqual(tree, refused.winner.tree)

    def test_what_a_late_step_would_change_comes_with_the_refusal(self):
        tree = self.new_host()
        kept, gone = (hosts.consumer(tree.id) for _ in range(2))
        tree = self.write(hosts.claiming(tree, kept, gone))
        new = hosts.consumer(tree.id)
        winner = self.write(hosts.claiming(tree, hosts.consumer(tree.id)))
        refused = self.assert_rejected(self.store.trees.write(TreeChange(
            tree, tree.with_amounts(new.amounts), write_id=hosts.write_id(),
            put=(new, kept), delete=(gone.uuid,),
            create=frozenset({new.uuid}))))
        self.assertEqual(winner, refused.winner.tree)
        self.assertEqual({kept.uuid: kept, gone.uuid: gone},
                         refused.winner.consumers)

    def test_the_same_claim_sent_twice_is_applied_once(self):
        tree = self.new_host()
        change = hosts.claiming(tree, hosts.consumer(tree.id, 3))
        written = self.write(change)
        self.assertEqual(written, self.write(change))
        self.assertEqual(written, self.store.trees.find(tree.id))

    def test_a_release_removes_the_row(self):
        tree = self.new_host()
        holder = hosts.consumer(tree.id, 3, project_id='p', user_id='u')
        tree = self.write(hosts.claiming(tree, holder))
        self.assertEqual([holder], self.store.trees.list_consumers(tree.id))
        tree = self.write(hosts.releasing(tree, holder))
        self.assertEqual([], self.store.trees.list_consumers(tree.id))
        self.assertEqual(0, tree.units_used(tree.id, 'VCPU'))

    def test_amounts_are_kept_negative(self):
        tree = self.new_host()
        self.write(hosts.claiming(tree, hosts.consumer(tree.id, 3)))
        [row] = [row for row in self.rows(tree.id)
                 if row['kind'] == 'consumer']
        self.assertEqual({f'{tree.id}/VCPU': -3}, dict(row['amounts']))


class TestLives(case.StoreTestCase):
    """A tree may end and begin again; its numbers may not."""

    def end(self, tree):
        written = self.store.trees.write(TreeChange(
            tree, tree.replace(providers={}), write_id=hosts.write_id()))
        self.assertIsNone(self.assert_applied(written).state)

    def test_a_deleted_tree_is_gone(self):
        tree = self.new_host()
        self.end(tree)
        self.assertIsNone(self.store.trees.find(tree.id))
        self.assertEqual([], self.rows(tree.id))

    def test_deleting_from_an_old_state_is_refused(self):
        tree = self.new_host()
        winner = self.write(hosts.claiming(tree, hosts.consumer(tree.id)))
        refused = self.assert_rejected(self.store.trees.write(TreeChange(
            tree, tree.replace(providers={}), write_id=hosts.write_id())))
        self.assertEqual(winner, refused.winner.tree)

    def test_a_second_life_does_not_count_through_the_first(self):
        tree = self.new_host()
        first = {tree.version + later for later in range(1000)}
        self.end(tree)
        self.assertNotIn(self.cloud.new_tree(tree.root).version, first)
        refused = self.store.trees.write(
            hosts.claiming(tree, hosts.consumer(tree.id)))
        self.assert_rejected(refused)

    def test_two_cannot_both_begin_it(self):
        tree = self.new_host()
        other = tree.root.replace(name='other')
        refused = self.assert_rejected(self.store.trees.write(TreeChange(
            case.empty(tree.id), case.empty(tree.id).with_provider(other),
            write_id=hosts.write_id())))
        self.assertEqual(tree, refused.winner.tree)


class TestHeartbeat(case.StoreTestCase):

    BEAT = tree_model.Heartbeat(1700000000123, True, False,
                                report_model.ServiceRecord('{"id": 1}'))

    def test_a_beat_is_no_step(self):
        tree = self.new_host()
        self.store.trees.write_heartbeat(tree.id, self.BEAT)
        self.assertEqual(dataclasses.replace(tree, heartbeat=self.BEAT),
                         self.store.trees.find(tree.id))
        self.write(hosts.claiming(tree, hosts.consumer(tree.id)))
        self.assertEqual(self.BEAT,
                         self.store.trees.find(tree.id).heartbeat)

    def test_a_late_beat_makes_no_tree(self):
        tree = self.new_host()
        self.write(TreeChange(tree, tree.replace(providers={}),
                              write_id=hosts.write_id()))
        self.store.trees.write_heartbeat(tree.id, self.BEAT)
        self.assertEqual(1, len(self.rows(tree.id)))
        self.assertIsNone(self.store.trees.find(tree.id))
        self.assertEqual([], self.store.trees.find_many([tree.id]))
        again = self.cloud.new_tree(tree.root)
        self.assertEqual(again.version, self.store.trees.find(tree.id).version)


class TestConsumersOfAProject(case.StoreTestCase):

    def test_home_rows_of_one_project_in_one_cloud(self):
        tree, other = self.new_host(), self.new_host()
        mine = hosts.consumer(tree.id, project_id='mine', user_id='u')
        far = hosts.consumer(other.id, project_id='mine', user_id='u')
        self.write(hosts.claiming(
            tree, mine, hosts.consumer(tree.id, project_id='theirs'),
            hosts.consumer(tree.id)))
        self.write(hosts.claiming(other, far))
        self.assertEqual(
            {(tree.id, mine.uuid), (other.id, far.uuid)},
            {(tree_id, found.uuid) for tree_id, found in
             self.store.trees.list_consumers_of_project('mine')})

    def test_a_cloud_whose_name_looks_like_another_s_project(self):
        tree = self.new_host()
        self.write(hosts.claiming(
            tree, hosts.consumer(tree.id, project_id='a/b')))
        longer = opening.open_store(dataclasses.replace(
            self.cloud.settings, cloud=f'{self.store.cloud}/a'))
        self.assertEqual([], longer.trees.list_consumers_of_project('b'))


class TestNames(case.StoreTestCase):
    """Whatever a name says, it is a value and never a statement."""

    EVIL = ("'; DROP TABLE trees; --", '"double"', "it''s", '{keyspace}',
            '%s ? $1', 'new\nline \u2603 \U0001f4a9 \x00 nul', '')

    def test_in_every_text_that_is_kept(self):
        for evil in self.EVIL:
            root = hosts.provider(name=evil, traits=frozenset({evil}),
                                  aggregates=frozenset({evil}), inventories={
                                      evil: tree_model.Inventory(8)})
            tree = self.cloud.new_tree(root, report=report_model.HostReport(
                '{"host": "h"}'))
            holder = hosts.consumer(tree.id, project_id=evil, user_id=evil,
                                    consumer_type=evil,
                                    amounts={(root.uuid, evil): 1})
            tree = self.write(hosts.claiming(tree, holder))
            self.assertEqual(tree, self.store.trees.find(tree.id))
            self.assertEqual(holder, self.store.trees.find_consumer(
                tree.id, holder.uuid, level=store_session.SERIAL))
            self.assertEqual(
                [(tree.id, holder)],
                self.store.trees.list_consumers_of_project(evil))

    def test_in_keys(self):
        for evil in self.EVIL[:-1]:
            locator = self.store.provider_names
            self.assert_applied(locator.create(evil, 'u', 'op'))
            self.assertEqual('u', locator.find(evil).value)
            self.assertIsNone(locator.find(evil + ' '))
