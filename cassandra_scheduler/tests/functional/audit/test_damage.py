# SPDX-License-Identifier: Apache-2.0
"""Each kind of damage is found, mended, and found no more."""

import json
import time
import uuid

from cassandra_scheduler.audit import consumers
from cassandra_scheduler.audit import intents
from cassandra_scheduler.audit import invariants
from cassandra_scheduler.audit import providers
from cassandra_scheduler.audit import sharing
from cassandra_scheduler.audit import trees
from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.store import intents as store_intents
from cassandra_scheduler.store import transaction_records as records
from cassandra_scheduler.tests.fixtures import hosts
from cassandra_scheduler.tests.functional.audit import case

#: Long enough for anything that this test does.
WHILE_S = 600


class TestNoDamage(case.AuditTestCase):

    def test_a_cloud_in_which_much_has_happened(self):
        hosts.move(self.store, self.holder.uuid, self.second.id)
        hosts.new_consumer(self.store, self.first.id)
        self.assert_nothing_to_do()
        report = self.audit()
        self.assertEqual((2, 2), (report.trees, report.consumers))
        self.assertTrue(report.clean)

    def test_an_empty_cloud(self):
        store = self.store_over(self.store.session)
        self.assertEqual([], invariants.violations(store))

    def test_what_is_checked_without_nova_is_said(self):
        [line] = self.audit().not_checked
        self.assertIn('Nova was not asked', line)
        self.assertEqual((), self.audit(
            gone=lambda uuids: frozenset()).not_checked)


class TestTrees(case.AuditTestCase):

    def test_a_counter_that_counts_too_much(self):
        self.set_used(self.first, 5)
        self.assert_found_and_healed(trees.COUNTER)
        self.assertEqual(2, self.store.trees.find(
            self.first.id).units_used(self.first.id, 'VCPU'))

    def test_a_counter_of_nobody(self):
        self.set_used(self.second, 1)
        self.assert_found_and_healed(trees.COUNTER)

    def test_a_row_that_vanished(self):
        self.delete_row(self.first, self.holder.uuid)
        self.assert_found_and_healed(trees.COUNTER, consumers.DANGLING)

    def test_a_digest_of_another_state(self):
        self.set_root(self.first, digest=7)
        self.assert_found_and_healed(trees.COLUMNS)

    def test_a_text_that_was_edited(self):
        self.set_root(self.first, used=json.dumps(
            {self.first.id: {'VCPU': 2}}, indent=4))
        self.assert_found_and_healed(trees.COLUMNS)

    def test_a_column_by_which_nobody_finds_the_host(self):
        self.set_root(self.first, free_vcpu=0, root_of=None)
        self.assert_found_and_healed(trees.COLUMNS)

    def test_a_claim_that_waits_for_ever(self):
        self.set_state(self.first, pending={
            str(uuid.uuid4()): ['claim', 1, {}],
            self.holder.uuid: ['another claim', 1, {}]})
        self.assert_found_and_healed(trees.PENDING, trees.PENDING)

    def test_a_claim_that_may_still_be_settled(self):
        now_ms = int(time.time() * 1000)
        self.set_state(self.first, pending={
            str(uuid.uuid4()): ['claim', now_ms, {}],
            self.holder.uuid: [self.holder.claim_id, 1, {}]})
        self.assertTrue(self.audit(heal=True, older_than_s=WHILE_S).clean)
        self.assertEqual(2, len(self.store.trees.find(
            self.first.id).pending))

    def test_rows_where_no_tree_is(self):
        nowhere = tree_model.Tree(id=str(uuid.uuid4()))
        lost = self.holder.replace(uuid=str(uuid.uuid4()), home=nowhere.id)
        self.put_row(nowhere, lost)
        self.set_lookup_row('consumer_homes', consumer=lost.uuid,
                            home=nowhere.id)
        self.assert_found_and_healed(trees.TREELESS)
        self.assertIsNone(self.store.consumer_homes.find(lost.uuid))

    def test_more_used_than_there_is_is_a_warning(self):
        [shape] = json.loads(self.rows(self.first.id)[-1]['shape'])
        shape['inventories']['VCPU'][0] = 1
        self.set_state(self.first, shape=[shape])
        self.set_root(self.first, free_vcpu=0)
        report = self.audit(heal=True)
        self.assertTrue(report.clean)
        [found] = report.warnings
        self.assertEqual(trees.CAPACITY, found.kind)

    def test_what_only_a_person_can_decide(self):
        self.set_state(self.first, generations={self.first.id: -1})
        self.set_root(self.second, shape='{')
        report = self.audit(heal=True)
        self.assertEqual((), report.healed)
        self.assertLessEqual({trees.GENERATION, trees.UNREADABLE},
                             {one.kind for one in report.left})
        self.assertFalse(report.clean)


class TestConsumers(case.AuditTestCase):

    def test_no_lookup_row(self):
        self.delete_lookup_row('consumer_homes', consumer=self.holder.uuid)
        self.assert_found_and_healed(consumers.HOME)
        self.assertIsNotNone(self.store.consumers.find(self.holder.uuid))

    def test_a_lookup_row_that_leads_elsewhere(self):
        self.set_lookup_row('consumer_homes', consumer=self.holder.uuid,
                            home=self.second.id)
        self.assert_found_and_healed(consumers.HOME)

    def test_a_lookup_row_without_a_consumer(self):
        self.set_lookup_row('consumer_homes', consumer=str(uuid.uuid4()),
                            home=self.second.id)
        self.assert_found_and_healed(consumers.DANGLING)

    def test_a_lookup_row_to_nowhere(self):
        self.set_lookup_row('consumer_homes', consumer=str(uuid.uuid4()),
                            home=str(uuid.uuid4()))
        self.assert_found_and_healed(consumers.DANGLING)

    def test_a_consumer_that_is_being_made(self):
        made = hosts.consumer(self.second.id)
        self.store.consumer_homes.create(made.uuid, self.second.id,
                                         made.claim_id)
        self.assertTrue(self.audit(heal=True, older_than_s=WHILE_S).clean)
        self.assert_applied(hosts.claim(self.store, self.second.id, made))
        self.assert_nothing_to_do()

    def test_a_late_creator_is_refused(self):
        made = hosts.consumer(self.second.id)
        self.store.consumer_homes.create(made.uuid, self.second.id,
                                         made.claim_id)
        late = hosts.claiming(self.store.trees.find(self.second.id), made)
        self.assert_found_and_healed(consumers.DANGLING)
        self.assert_rejected(self.store.trees.write(late))
        self.assert_nothing_to_do()

    def test_a_move_that_nobody_finished(self):
        uuid_, target = self.holder.uuid, self.second.id
        hosts.move(self.store, uuid_, target)
        self.put_row(self.first,
                     case.forwarding_row(uuid_, self.first.id, target))
        self.assert_found_and_healed(consumers.FORWARDING)
        self.put_row(self.first,
                     case.forwarding_row(uuid_, self.first.id, target))
        self.set_lookup_row('consumer_homes', consumer=uuid_,
                            home=self.first.id)
        self.assert_found_and_healed(consumers.HOME)

    def test_a_part_of_which_the_home_says_nothing(self):
        self.put_row(self.second, amounts={(self.second.id, 'VCPU'): 1})
        self.set_used(self.second, 1)
        self.assert_found_and_healed(consumers.ALSO_IN)
        found = self.store.consumers.find(self.holder.uuid)
        self.assertEqual(3, sum(
            self.store.consumers.amounts(found).values()))

    def test_a_part_that_is_not_there(self):
        self.put_row(self.first, also_in=frozenset({self.second.id}))
        self.assert_found_and_healed(consumers.ALSO_IN)

    def test_a_part_of_a_consumer_without_a_home(self):
        lost = self.holder.replace(uuid=str(uuid.uuid4()),
                                   home=self.first.id,
                                   amounts={(self.second.id, 'VCPU'): 3})
        self.put_row(self.second, lost)
        self.set_used(self.second, 3)
        self.assert_found_and_healed(consumers.PART)
        self.assertEqual(0, self.store.trees.find(
            self.second.id).units_used(self.second.id, 'VCPU'))

    def test_a_part_that_names_another_home(self):
        self.put_row(self.first, also_in=frozenset({self.second.id}))
        self.put_row(self.second, amounts={(self.second.id, 'VCPU'): 1},
                     home='another')
        self.set_used(self.second, 1)
        self.assert_found_and_healed(consumers.PART)

    def test_two_homes_are_for_a_person(self):
        self.put_row(self.second, home=self.second.id,
                     amounts={(self.second.id, 'VCPU'): 1})
        self.set_used(self.second, 1)
        report = self.audit(heal=True)
        self.assertEqual([consumers.HOMES],
                         [one.kind for one in report.left])
        self.assertFalse(report.clean)


class TestProviders(case.AuditTestCase):

    def name(self):
        return self.first.root.name

    def test_no_lookup_row(self):
        self.delete_lookup_row('provider_trees', provider=self.first.id)
        self.assert_found_and_healed(providers.TREE)

    def test_a_lookup_row_that_leads_elsewhere(self):
        self.set_lookup_row('provider_trees', provider=self.first.id,
                            tree=self.second.id)
        self.assert_found_and_healed(providers.TREE)

    def test_a_lookup_row_without_a_provider(self):
        self.set_lookup_row('provider_trees', provider=str(uuid.uuid4()),
                            tree=self.second.id)
        self.assert_found_and_healed(providers.STALE_TREE)

    def test_no_name(self):
        self.delete_lookup_row('provider_names', name=self.name())
        self.assert_found_and_healed(providers.NAME)

    def test_a_name_that_leads_to_another(self):
        self.set_lookup_row('provider_names', name=self.name(),
                            provider=self.second.id)
        self.assert_found_and_healed(providers.NAME)

    def test_a_name_that_nobody_bears(self):
        for named in (self.second.id, str(uuid.uuid4())):
            self.set_lookup_row('provider_names', name='nobody',
                                provider=named)
            self.assert_found_and_healed(providers.STALE_NAME)

    def test_a_provider_that_is_being_made(self):
        made = str(uuid.uuid4())
        self.store.provider_trees.create(made, made, hosts.write_id())
        self.store.provider_names.create('new', made, hosts.write_id())
        self.assertTrue(self.audit(heal=True, older_than_s=WHILE_S).clean)
        self.assertIsNotNone(self.store.provider_names.find('new'))
        self.assert_found_and_healed(providers.STALE_TREE,
                                     providers.STALE_NAME)

    def test_one_name_of_two_is_for_a_person(self):
        self.new_host(name=self.name())
        report = self.audit(heal=True)
        self.assertEqual([providers.NAME_TWICE],
                         [one.kind for one in report.left])


class TestSharing(case.AuditTestCase):

    def test_a_tree_that_no_search_looks_at(self):
        self.new_host(traits=frozenset({tree_model.SHARING_TRAIT}))
        self.assert_found_and_healed(sharing.SHARING)


class TestTransactions(case.AuditTestCase):

    def prepare(self, state, *, overdue=True):
        """Leave a transaction as if its coordinator had died."""
        now_ms = int(time.time() * 1000)
        record = records.Record(
            uuid.uuid4().hex, records.PENDING,
            now_ms + (-1 if overdue else 60_000),
            (self.first.id, self.second.id))
        rows = records.TransactionRecords(self.store.session,
                                          self.store.cloud)
        self.assert_applied(rows.begin(record))
        prepared = store_intents.Intents(self.store.full_scan._rows, rows)
        for tree in (self.first, self.second):
            now = self.store.trees.find(tree.id)
            claimed = hosts.consumer(tree.id)
            self.store.consumer_homes.create(claimed.uuid, tree.id,
                                             claimed.claim_id)
            self.assert_applied(prepared.prepare(
                hosts.claiming(now, claimed), record.txid))
        if state == records.COMMITTED:
            self.assert_applied(rows.commit(record))
        elif state == records.ABORTED:
            self.assert_applied(rows.abort(record.txid))
        return record

    def intents(self):
        return [row['intent'] for tree in (self.first, self.second)
                for row in self.rows(tree.id) if row['intent']]

    def used(self):
        return [self.store.trees.find(tree.id).units_used(tree.id, 'VCPU')
                for tree in (self.first, self.second)]

    def heal(self):
        found = self.audit()
        self.assertEqual({intents.INTENT},
                         {one.kind for one in found.left} -
                         {consumers.DANGLING})
        self.assertEqual(2, len(self.intents()))
        self.assertEqual((), self.audit(heal=True).left)
        self.assertEqual([], self.intents())
        self.assert_nothing_to_do()

    def test_nobody_committed(self):
        for state in (records.PENDING, records.ABORTED):
            self.prepare(state)
            self.heal()
            self.assertEqual([2, 0], self.used())

    def test_it_was_committed(self):
        self.prepare(records.COMMITTED)
        self.heal()
        self.assertEqual([3, 1], self.used())

    def test_one_that_is_under_way(self):
        self.prepare(records.PENDING, overdue=False)
        self.assertTrue(self.audit(heal=True, older_than_s=WHILE_S).clean)
        self.assertEqual(2, len(self.intents()))

    def test_an_intent_without_a_record(self):
        record = self.prepare(records.PENDING)
        self.damage((
            'DELETE FROM {keyspace}.transactions WHERE cloud = ? AND '
            'txid = ? IF EXISTS', (self.store.cloud, record.txid)))
        self.heal()
        self.assertEqual([2, 0], self.used())

    def test_a_record_on_no_tree(self):
        record = self.prepare(records.COMMITTED)
        for tree in (self.first, self.second):
            self.store.transactions.resolve_intent(self.store.full_scan.trees(
                [tree.id])[0].tree)
            self.damage((
                'UPDATE {keyspace}.transactions SET state = ? WHERE '
                "cloud = ? AND txid = ? IF state = 'COMMITTED'",
                ('COMMITTED', self.store.cloud, record.txid)))
        self.assert_found_and_healed(intents.RECORD)

    def test_an_intent_that_makes_no_sense(self):
        self.set_root(self.first, intent='{}')
        report = self.audit(heal=True)
        self.assertIn(trees.UNREADABLE, {one.kind for one in report.left})


class TestInstances(case.AuditTestCase):

    def setUp(self):
        super().setUp()
        self.server = hosts.new_consumer(
            self.store, self.second.id, 3, consumer_type='INSTANCE',
            created_ms=1, updated_ms=1)

    def gone(self, uuids):
        self.asked = set(uuids)
        return frozenset({self.server.uuid} & self.asked)

    def test_a_claim_of_no_instance(self):
        self.assert_found_and_healed('claim without instance',
                                     gone=self.gone)
        self.assertIsNone(self.store.consumers.find(self.server.uuid))
        self.assertIsNone(self.store.consumer_homes.find(self.server.uuid))
        self.assertEqual(0, self.store.trees.find(
            self.second.id).units_used(self.second.id, 'VCPU'))

    def test_in_several_trees(self):
        tree = self.store.trees.find(self.first.id)
        home = self.store.trees.find(self.second.id)
        part = consumer_model.Consumer(
            self.server.uuid, home=home.id, claim_id='part',
            amounts={(tree.id, 'VCPU'): 1})
        self.assert_applied(self.store.transactions.commit([
            hosts.claiming(tree, part),
            hosts.TreeChange(home, home, write_id=hosts.write_id(), put=(
                self.server.replace(also_in=frozenset({tree.id})),))]))
        self.assert_found_and_healed('claim without instance',
                                     gone=self.gone)
        self.assertEqual(2, self.store.trees.find(
            tree.id).units_used(tree.id, 'VCPU'))

    def test_only_old_instances_are_asked_for(self):
        young = hosts.new_consumer(
            self.store, self.second.id, consumer_type='INSTANCE',
            updated_ms=int(time.time() * 1000))
        self.audit(gone=self.gone, older_than_s=WHILE_S)
        self.assertEqual({self.server.uuid}, self.asked)
        self.audit(gone=lambda uuids: frozenset(uuids), heal=True,
                   older_than_s=WHILE_S)
        self.assertIsNone(self.store.consumers.find(self.server.uuid))
        for kept in (young, self.holder):
            self.assertIsNotNone(self.store.consumers.find(kept.uuid))

    def test_nova_thinks_again(self):
        answers = [{self.server.uuid}, {self.server.uuid}]
        report = self.audit(heal=True, gone=lambda uuids: frozenset(
            answers.pop() if answers else ()))
        self.assertEqual((), report.healed)
        self.assertIsNotNone(self.store.consumers.find(self.server.uuid))
