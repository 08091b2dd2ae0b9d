# SPDX-License-Identifier: Apache-2.0

import uuid

import fixtures
from nova.compute import resource_tracker
import nova.conf
from nova import context as nova_context
from nova import objects
import testtools

from cassandra_scheduler.conf import registration
from cassandra_scheduler.model import restriction
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.store import opening
from cassandra_scheduler.tests.fixtures import cassandra
from cassandra_scheduler.tests.fixtures import strange
from cassandra_scheduler.tests.fixtures import trackers

objects.register_all()


class Driver:
    """As much of a hypervisor as a tracker asks about."""

    capabilities = {}

    def node_is_available(self, nodename):
        return True


class TestTracker(testtools.TestCase):
    """Nova's part of an update is left out; what counts is ours."""

    def setUp(self):
        super().setUp()
        registration.register_opts(nova.conf.CONF)
        self.logged = self.useFixture(fixtures.FakeLogger(
            'cassandra_scheduler'))
        self.useFixture(fixtures.MockPatchObject(
            resource_tracker.ResourceTracker, '_update'))
        self.cloud = self.useFixture(cassandra.Cloud())
        self.context = nova_context.RequestContext(is_admin=True)
        self.tracker = self.new_tracker(self.cloud.store)

    def new_tracker(self, store):
        return trackers.tracker_of(store, Driver())

    def new_node(self, name, *pending):
        node = objects.ComputeNode(
            uuid=str(uuid.uuid4()), host='host1', hypervisor_hostname=name,
            vcpus=8, memory_mb=4096, local_gb=10, vcpus_used=0,
            memory_mb_used=0, local_gb_used=0, numa_topology=None, id=1)
        self.tracker.compute_nodes[name] = node
        self.cloud.new_tree(
            tree_model.Provider(uuid=node.uuid, name=name),
            pending={instance: tree_model.Pending('claim', 1)
                     for instance in pending})
        return node

    def count(self, node, instance_uuid, **changes):
        """Make the tracker count an instance on a node, as in its audit."""
        flavor = objects.Flavor(memory_mb=1, vcpus=1, root_gb=1, swap=0,
                                ephemeral_gb=0)
        values = {'uuid': instance_uuid, 'host': 'host1', 'flavor': flavor,
                  'vm_state': 'active', 'task_state': None,
                  'project_id': 'p', 'os_type': None, 'node':
                  node.hypervisor_hostname, 'numa_topology': None,
                  'resources': None}
        self.tracker.is_bfv[instance_uuid] = False
        self.tracker._update_usage_from_instance(
            self.context, objects.Instance(**{**values, **changes}),
            node.hypervisor_hostname)

    def migrate(self, instance_uuid, node):
        self.tracker.tracked_migrations[instance_uuid] = objects.Migration(
            dest_compute='host1', dest_node=node.hypervisor_hostname)

    def update(self, node):
        self.tracker._update(self.context, node)
        return self.cloud.store.trees.find(node.uuid)

    def test_an_update_is_published_with_a_first_heartbeat(self):
        tree = self.update(self.new_node('node1'))
        self.assertEqual('node1', tree.report.nodename)
        self.assertIsNotNone(tree.heartbeat.last_seen_ms)
        self.assertEqual('', self.logged.output)

    def test_updates_do_not_replace_the_heartbeat(self):
        node = self.new_node('node1')
        first = self.update(node)
        node.vcpus_used = 3
        second = self.update(node)
        self.assertNotEqual(first.report, second.report)
        self.assertEqual(first.heartbeat, second.heartbeat)

    def test_an_instance_confirms_its_claim_once_it_is_counted(self):
        node = self.new_node('node1', 'instance1')
        self.assertEqual({'instance1'}, set(self.update(node).pending))
        self.count(node, 'instance1')
        tree = self.update(node)
        self.assertEqual(set(), set(tree.pending))
        self.assertEqual(1, tree.report.compute_node['vcpus_used'])

    def test_what_instances_have_from_their_images_is_counted(self):
        one, two = self.new_node('node1'), self.new_node('node2')
        for node, name, bus in ((one, 'instance1', 'virtio'),
                                (one, 'instance2', 'virtio'),
                                (two, 'instance3', 'scsi')):
            self.count(node, name, image_ref='', system_metadata={
                'image_hw_disk_bus': bus})
        self.assertEqual({'hw_disk_bus': {'virtio': 2}},
                         self.images(self.update(one)))
        self.assertEqual({'hw_disk_bus': {'scsi': 1}},
                         self.images(self.update(two)))
        # Its metadata need not be at hand each time.
        self.count(one, 'instance1')
        self.tracker.tracked_instances.discard('instance2')
        self.assertEqual({'hw_disk_bus': {'virtio': 1}},
                         self.images(self.update(one)))

    def test_an_image_that_cannot_be_read_is_left_out(self):
        node = self.new_node('node1')
        self.count(node, 'instance1', image_ref='', system_metadata={
            'image_hw_disk_bus': 'nonsense'})
        self.assertEqual({}, self.images(self.update(node)))

    def images(self, tree):
        return tree.report.image_properties

    def test_an_instance_confirms_no_claim_on_another_node(self):
        one = self.new_node('node1', 'instance1')
        two = self.new_node('node2', 'instance1')
        self.count(one, 'instance1')
        self.assertEqual({'instance1'}, set(self.update(two).pending))
        self.assertEqual(set(), set(self.update(one).pending))

    def test_an_instance_that_left_confirms_no_later_claim(self):
        node = self.new_node('node1', 'instance1')
        self.count(node, 'instance1')
        self.tracker.tracked_instances.discard('instance1')
        self.assertEqual({'instance1'}, set(self.update(node).pending))

    def test_an_incoming_migration_confirms_its_claim(self):
        node = self.new_node('node1', 'instance1')
        other = self.new_node('node2', 'instance1')
        self.migrate('instance1', node)
        self.assertEqual(set(), set(self.update(node).pending))
        self.assertEqual({'instance1'}, set(self.update(other).pending))

    def test_a_resize_on_this_host_is_confirmed_by_its_migration(self):
        node = self.new_node('node1', 'instance1')
        self.count(node, 'instance1', task_state='resize_prep')
        self.assertEqual({'instance1'}, set(self.update(node).pending))
        self.migrate('instance1', node)
        self.assertEqual(set(), set(self.update(node).pending))

    def test_a_removed_node_is_not_vouched_for(self):
        node = self.new_node('node1')
        before = self.update(node)
        self.tracker.remove_node('node1')
        self.tracker._heartbeat_writer.write_heartbeat(
            self.tracker.service_ref)
        self.assertEqual(before.heartbeat,
                         self.cloud.store.trees.find(node.uuid).heartbeat)

    def test_without_cassandra_the_tracker_goes_on(self):
        node = self.new_node('node1', 'instance1')
        nowhere = self.new_tracker(opening.open_store(
            cassandra.settings(port=1, connect_timeout=0.5)))
        nowhere._update(self.context, node)
        lines = self.logged.output.splitlines()
        self.assertEqual(1, len(lines), lines)
        self.assertIn('[cassandra] contact_points', lines[0])

    def test_without_a_keyspace_the_tracker_goes_on(self):
        node = self.new_node('node1')
        nowhere = self.new_tracker(opening.open_store(
            cassandra.settings(keyspace='nobody_made_this')))
        nowhere._update(self.context, node)
        [line] = self.logged.output.splitlines()
        self.assertIn('"cassandra-scheduler db sync"', line)
        self.assertIsNone(self.cloud.store.trees.find(node.uuid).report)

    def test_strange_names_are_reported_as_they_are(self):
        for name in strange.NAMES:
            node = self.new_node(name)
            node.host = name
            tree = self.update(node)
            self.assertEqual((name, name),
                             (tree.report.host, tree.report.nodename))
            for column in ('host', 'nodename'):
                found = self.cloud.store.query.read(
                    (restriction.Restriction(column, '=', name),)).trees
                self.assertEqual([tree.id], [each.id for each in found])
        self.assertEqual('', self.logged.output)

    def test_what_failed_is_made_up_for(self):
        node = self.new_node('node1', 'instance1')
        self.count(node, 'instance1')
        lookups = self.cloud.store.provider_trees
        row = lookups.find(node.uuid)
        lookups.release(node.uuid, row.write_id)
        self.assertIsNone(self.update(node).report)
        self.assertIn('cassandra-placement-api', self.logged.output)
        lookups.create(node.uuid, row.value, 'again')
        tree = self.update(node)
        self.assertIsNotNone(tree.report)
        self.assertEqual({}, tree.pending)

    def test_an_audit_frees_what_leaked(self):
        node = self.new_node('node1', 'instance1')
        self.update(node)
        self.useFixture(fixtures.MockPatchObject(
            objects.Instance, 'get_by_uuid',
            return_value=objects.Instance(deleted=True, hidden=False)))
        self.useFixture(fixtures.MockPatchObject(
            resource_tracker.ResourceTracker, '_update_available_resource'))
        self.tracker._update_available_resource(
            self.context, {'hypervisor_hostname': 'node1'})
        self.assertEqual(
            {}, self.cloud.store.trees.find(node.uuid).pending)
