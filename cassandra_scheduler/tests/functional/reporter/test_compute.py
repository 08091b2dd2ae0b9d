# SPDX-License-Identifier: Apache-2.0

import types
import uuid

import fixtures
from nova.compute import manager as compute_manager
import nova.conf
from nova import objects
from oslo_config import fixture as config_fixture
import testtools

from cassandra_scheduler.model import report
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.reporter import compute
from cassandra_scheduler.reporter import heartbeat
from cassandra_scheduler.reporter import publishing
from cassandra_scheduler.tests.fixtures import cassandra

objects.register_all()


class TestHeartbeats(testtools.TestCase):
    """What Nova's compute manager does itself is left out."""

    def setUp(self):
        super().setUp()
        self.logged = self.useFixture(fixtures.FakeLogger(
            'cassandra_scheduler'))
        self.conf = self.useFixture(config_fixture.Config(nova.conf.CONF))
        for name in ('__init__', 'pre_start_hook', 'set_host_enabled',
                     'graceful_shutdown'):
            self.useFixture(fixtures.MockPatchObject(
                compute_manager.ComputeManager, name, return_value=None))
        self.cloud = self.useFixture(cassandra.Cloud())
        self.node = str(uuid.uuid4())
        self.cloud.new_tree(tree_model.Provider(uuid=self.node, name='node1'))
        publisher = publishing.Publisher(self.cloud.store)
        publisher.publish(self.node, report.HostReport('{}'), set())
        self.manager = compute.CassandraComputeManager.__new__(
            compute.CassandraComputeManager)
        self.manager.host = 'host1'
        self.manager._heartbeat_writer = heartbeat.HeartbeatWriter(publisher)
        self.manager.rt = types.SimpleNamespace(service_ref=None)

    def record(self, **changes):
        """Give the database this record of the service."""
        record = objects.Service(**{'host': 'host1', 'disabled': False,
                                    'forced_down': False, **changes})
        self.find(return_value=record)
        return record

    def find(self, **answer):
        self.useFixture(fixtures.MockPatchObject(
            objects.Service, 'get_by_host_and_binary', **answer))

    def stored(self):
        return self.cloud.store.trees.find(self.node).heartbeat

    def test_the_record_of_the_start_is_followed(self):
        record = self.record()
        self.useFixture(fixtures.MockPatchObject(objects.Service, 'save'))
        self.manager.pre_start_hook(record)
        self.assertIsNone(self.stored().last_seen_ms)
        record.save()
        self.assertIsNotNone(self.stored().last_seen_ms)

    def test_disabled_is_told_at_once_with_the_record_of_the_moment(self):
        self.record(disabled=True, disabled_reason='repair')
        self.manager.set_host_enabled(None, False)
        self.assertTrue(self.stored().disabled)
        self.assertEqual('repair', self.stored().service.disabled_reason)

    def test_a_service_that_stops_says_goodbye(self):
        self.manager.rt.service_ref = self.record()
        self.manager.set_host_enabled(None, True)
        self.assertNotEqual(0, self.stored().last_seen_ms)
        self.manager.graceful_shutdown(10)
        self.assertEqual(0, self.stored().last_seen_ms)
        compute_manager.ComputeManager.graceful_shutdown.\
            assert_called_once_with(10)

    def test_a_service_that_never_started_can_be_stopped(self):
        self.manager.graceful_shutdown(10)
        self.assertIsNone(self.stored().last_seen_ms)

    def test_a_service_without_a_record_is_gone(self):
        self.manager.rt.service_ref = objects.Service(host='host1')
        self.find(return_value=None)
        self.manager.set_host_enabled(None, True)
        self.assertEqual(0, self.stored().last_seen_ms)

    def test_a_record_that_cannot_be_read_makes_no_heartbeat(self):
        self.find(side_effect=RuntimeError('no conductor'))
        self.manager.set_host_enabled(None, False)
        self.assertIsNone(self.stored().last_seen_ms)
        self.assertIn('no conductor', self.logged.output)
        self.assertNotIn('Traceback', self.logged.output)

    def test_a_periodic_task_writes_for_another_service_group(self):
        self.record()
        write = self.manager._write_heartbeat_without_database
        write(None)
        self.assertIsNone(self.stored().last_seen_ms)
        self.conf.config(servicegroup_driver='mc')
        write(None)
        self.assertIsNotNone(self.stored().last_seen_ms)

    def test_it_is_a_periodic_task(self):
        self.assertIn('_write_heartbeat_without_database', [
            name for name, _task in
            compute.CassandraComputeManager._periodic_tasks])
