# SPDX-License-Identifier: Apache-2.0

import time
import uuid

import fixtures
from nova import exception
from nova import objects
import testtools

from cassandra_scheduler.model import report
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.reporter import heartbeat
from cassandra_scheduler.reporter import publishing
from cassandra_scheduler.resource_types import loading
from cassandra_scheduler.store import opening
from cassandra_scheduler.tests.fixtures import cable
from cassandra_scheduler.tests.fixtures import cassandra

objects.register_all()


class TestHeartbeatWriter(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.logged = self.useFixture(fixtures.FakeLogger(
            'cassandra_scheduler'))
        self.cloud = self.useFixture(cassandra.Cloud())
        self.node = str(uuid.uuid4())
        self.cloud.new_tree(tree_model.Provider(uuid=self.node, name='node1'))

    def writer(self, **changes):
        """Return a HeartbeatWriter of one node; ``changes`` of the Settings.
        """
        store = opening.open_store(
            cassandra.settings(cloud=self.cloud.settings.cloud, **changes),
            loading.installed())
        if changes:
            # No other test uses this connection.
            self.addCleanup(store.session.close)
        publisher = publishing.Publisher(store)
        publisher.publish(self.node, report.HostReport('{}'), set())
        return heartbeat.HeartbeatWriter(publisher)

    def service(self, save=lambda: None, **changes):
        service = objects.Service(**{
            'host': 'host1', 'disabled': False, 'forced_down': False,
            **changes})
        service.save = save
        return service

    def stored(self):
        return self.cloud.store.trees.find(self.node).heartbeat

    def test_follows_every_save(self):
        service = self.service(lambda: setattr(service, 'disabled', True))
        self.writer().follow(service)
        self.assertIsNone(self.stored().last_seen_ms)
        service.save()
        first = self.stored()
        self.assertTrue(first.disabled)
        self.assertEqual('host1', first.service.fields['host'])
        service.save()
        self.assertGreaterEqual(self.stored().last_seen_ms,
                                first.last_seen_ms)

    def test_a_save_that_failed_is_no_heartbeat(self):
        def save():
            raise ValueError('no database')
        service = self.service(save)
        self.writer().follow(service)
        self.assertRaises(ValueError, service.save)
        self.assertIsNone(self.stored().last_seen_ms)

    def test_two_services_of_a_process_do_not_mix(self):
        followed, other = self.service(), self.service(host='host2')
        self.writer().follow(followed)
        other.save()
        self.assertIsNone(self.stored().last_seen_ms)

    def test_nothing_is_written_after_mark_down(self):
        writer, service = self.writer(), self.service()
        writer.follow(service)
        service.save()
        writer.mark_down(service)
        for _time in range(2):
            self.assertEqual(0, self.stored().last_seen_ms)
            self.assertIsNotNone(self.stored().service.left_at_ms)
            service.save()

    def test_a_service_that_starts_again_is_up_at_once(self):
        writer, service = self.writer(), self.service()
        writer.mark_down(service)
        writer.follow(service)
        writer.write_heartbeat(service, older_than=3600)
        self.assertNotEqual(0, self.stored().last_seen_ms)
        self.assertNotIn('left_at_ms', self.stored().service.fields)

    def test_a_deleted_record_marks_the_service_down(self):
        def save():
            if gone:
                raise exception.ServiceNotFound(service_id=1)
        gone = []
        service = self.service(save)
        self.writer().follow(service)
        service.save()
        self.assertNotEqual(0, self.stored().last_seen_ms)
        gone.append(True)
        self.assertRaises(exception.ServiceNotFound, service.save)
        self.assertEqual(0, self.stored().last_seen_ms)

    def test_an_outage_is_logged_once_and_its_end_once(self):
        line = self.useFixture(cable.Cable())
        writer = self.writer(port=line.port, request_timeout=2.0)
        service = self.service()
        line.cut()
        writer.write_heartbeat(service)
        writer.write_heartbeat(service)
        lines = self.logged.output.splitlines()
        self.assertEqual(1, len([line for line in lines
                                 if 'is not in Cassandra' in line]))
        self.assertIsNone(self.stored().last_seen_ms)
        line.mend()
        until = time.monotonic() + 30
        while self.stored().last_seen_ms is None:
            self.assertLess(time.monotonic(), until, self.logged.output)
            writer.write_heartbeat(service)
        self.assertIn('is in Cassandra again', self.logged.output)
        self.assertNotIn('Traceback', self.logged.output)
