# SPDX-License-Identifier: Apache-2.0

import json
import threading
import uuid

import testtools

from cassandra_scheduler.model import change as change_model
from cassandra_scheduler.model import errors
from cassandra_scheduler.model import report as report_model
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.reporter import publishing
from cassandra_scheduler.resource_types import loading
from cassandra_scheduler.store import opening
from cassandra_scheduler.tests.fixtures import cassandra

REPORT = report_model.HostReport('{"host":"host1","nodename":"node1"}')


class PublishingTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.cloud = self.useFixture(cassandra.Cloud())
        self.store = self.cloud.store
        self.node = str(uuid.uuid4())
        self.publisher = publishing.Publisher(self.store)

    def new_node(self, **fields):
        return self.cloud.new_tree(
            tree_model.Provider(uuid=self.node, name='node1', inventories={
                'VCPU': tree_model.Inventory(total=8)}), **fields)


class TestPublish(PublishingTestCase):

    def test_the_report_is_stored_and_can_be_searched(self):
        self.new_node()
        self.publisher.publish(self.node, REPORT, set())
        tree = self.store.trees.find(self.node)
        self.assertEqual((REPORT, 'compute'),
                         (tree.report, tree.resource_type))
        kind = loading.get('compute')
        self.assertEqual('host1', kind.searchable(tree)['host'])

    def test_the_same_again_writes_nothing(self):
        self.new_node()
        first = self.publisher.publish(self.node, REPORT, set())
        again = self.publisher.publish(self.node, REPORT, set())
        self.assertEqual(first.version, again.version)
        self.assertEqual(first.version,
                         self.store.trees.find(self.node).version)

    def test_what_others_wrote_stays(self):
        tree = self.new_node()
        self.publisher.publish(self.node, REPORT, set())
        tree = self.store.trees.find(self.node)
        self.cloud.write(tree, tree.with_amounts({(self.node, 'VCPU'): 2}))
        other = report_model.HostReport('{"host":"host2"}')
        self.publisher.publish(self.node, other, set())
        tree = self.store.trees.find(self.node)
        self.assertEqual(2, tree.units_used(self.node, 'VCPU'))
        self.assertEqual(other, tree.report)
        self.assertEqual(0, tree.root.generation)

    def test_without_a_provider(self):
        error = self.assertRaises(errors.NotFound, self.publisher.publish,
                                  self.node, REPORT, set())
        self.assertIn('cassandra-placement-api', str(error))
        self.assertIsNone(self.store.trees.find(self.node))

    def test_a_provider_that_has_moved_to_another_tree(self):
        tree = self.new_node()
        self.publisher.publish(self.node, REPORT, set())
        tree = self.store.trees.find(self.node)
        self.cloud.write(tree, tree.replace(providers={}))
        root = tree_model.Provider(uuid=str(uuid.uuid4()), name='rack')
        elsewhere = self.cloud.new_tree(root, tree_model.Provider(
            uuid=self.node, name='node1', parent=root.uuid))
        location = self.store.provider_trees.find(self.node)
        self.store.provider_trees.move(self.node, elsewhere.id, write_id='op',
                                       from_write_id=location.write_id)
        self.publisher.publish(self.node, REPORT, set())
        self.assertEqual(REPORT, self.store.trees.find(elsewhere.id).report)
        self.assertIsNone(self.store.trees.find(self.node))

    def test_an_unreachable_cassandra(self):
        self.new_node()
        nowhere = publishing.Publisher(opening.open_store(
            cassandra.settings(port=1, connect_timeout=0.5)))
        error = self.assertRaises(errors.StoreUnavailable, nowhere.publish,
                                  self.node, REPORT, set())
        self.assertIn('[cassandra] contact_points', str(error))
        self.publisher.publish(self.node, REPORT, set())
        self.assertEqual(REPORT, self.store.trees.find(self.node).report)


class TestConfirm(PublishingTestCase):

    def claimed(self, *instances):
        return {instance: tree_model.Pending('claim', 1, {'vcpus': 1})
                for instance in instances}

    def test_only_what_is_counted_is_confirmed(self):
        self.new_node(pending=self.claimed('counted', 'on-its-way'))
        tree = self.publisher.publish(self.node, REPORT,
                                      {'counted', 'of-long-ago'})
        self.assertEqual({'on-its-way'}, set(tree.pending))
        self.assertEqual(tree, self.store.trees.find(self.node))

    def test_in_the_very_write_that_brings_the_report(self):
        before = self.new_node(pending=self.claimed('counted'))
        after = self.publisher.publish(self.node, REPORT, {'counted'})
        self.assertEqual(before.version + 1, after.version)
        self.assertEqual((REPORT, {}), (after.report, after.pending))

    def test_a_confirmed_claim_alone_is_worth_a_write(self):
        self.new_node(pending=self.claimed('counted'))
        before = self.publisher.publish(self.node, REPORT, set())
        after = self.publisher.publish(self.node, REPORT, {'counted'})
        self.assertEqual({}, after.pending)
        self.assertEqual(before.version + 1, after.version)

    def test_no_reader_sees_an_instance_twice_or_not_at_all(self):
        """Claims and reports race; each state counts every instance once."""
        self.new_node()
        instances = [f'instance{number}' for number in range(12)]
        arrived, seen = [], []

        def claim(instance):
            def advance(state):
                return change_model.TreeChange(
                    before=state.tree, write_id=str(uuid.uuid4()),
                    after=state.tree.with_pending(
                        instance, tree_model.Pending('claim', 1)))
            self.store.write_tree(self.node, advance)
            arrived.append(instance)

        def claim_all():
            for instance in instances:
                claim(instance)

        scheduler = threading.Thread(target=claim_all)
        scheduler.start()
        while len(seen) < len(instances):
            counted = set(arrived)
            tree = self.publisher.publish(
                self.node, report_model.HostReport(
                    json.dumps({'seen': sorted(counted)})), counted)
            seen = tree.report.fields['seen']
            self.assertEqual(counted, set(seen))
            known = set(arrived)
            stored = self.store.trees.find(self.node)
            included = set(stored.report.fields['seen'])
            self.assertEqual(set(), included & set(stored.pending))
            self.assertEqual(set(), known - included - set(stored.pending))
        scheduler.join()
        self.assertEqual({}, self.store.trees.find(self.node).pending)


class TestBeat(PublishingTestCase):

    BEAT = tree_model.Heartbeat(last_seen_ms=1700000000000, disabled=True,
                                forced_down=False,
                                service=report_model.ServiceRecord('{}'))

    def test_reaches_every_published_node(self):
        self.new_node()
        self.publisher.publish(self.node, REPORT, set())
        self.publisher.write_heartbeat(self.BEAT)
        tree = self.store.trees.find(self.node)
        self.assertEqual(self.BEAT, tree.heartbeat)
        self.assertEqual(REPORT, tree.report)

    def test_reaches_no_node_before_it_is_published(self):
        self.new_node()
        self.publisher.write_heartbeat(self.BEAT)
        self.assertIsNone(
            self.store.trees.find(self.node).heartbeat.last_seen_ms)

    def test_not_again_while_the_last_is_young(self):
        self.new_node()
        self.publisher.publish(self.node, REPORT, set())
        self.publisher.write_heartbeat(self.BEAT, older_than=60)
        self.publisher.write_heartbeat(tree_model.Heartbeat(1), older_than=60)
        self.assertEqual(self.BEAT, self.store.trees.find(
            self.node).heartbeat)
        self.publisher.write_heartbeat(tree_model.Heartbeat(1))
        self.assertEqual(1, self.store.trees.find(
            self.node).heartbeat.last_seen_ms)

    def test_a_forgotten_node_has_no_more(self):
        self.new_node()
        self.publisher.publish(self.node, REPORT, set())
        self.publisher.remove_node(self.node)
        self.publisher.write_heartbeat(self.BEAT)
        self.assertIsNone(
            self.store.trees.find(self.node).heartbeat.last_seen_ms)
