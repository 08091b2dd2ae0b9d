# SPDX-License-Identifier: Apache-2.0

import json
import time
import uuid

import fixtures
from nova import exception
from nova import objects
import testtools

from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.reporter import heartbeat
from cassandra_scheduler.reporter import publishing
from cassandra_scheduler.resource_types import loading
from cassandra_scheduler.store import opening
from cassandra_scheduler.tests.fixtures import cable
from cassandra_scheduler.tests.fixtures import cassandra

objects.register_all()


class TestPulse(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.logged = self.useFixture(fixtures.FakeLogger(
            'cassandra_scheduler'))
        self.cloud = self.useFixture(cassandra.Cloud())
        self.node = str(uuid.uuid4())
        self.cloud.new_tree(tree_model.Provider(uuid=self.node, name='node1'))

    def pulse(self, **changes):
        """Return a Pulse of one published node; changes of the Settings."""
        store = opening.open_store(
            cassandra.settings(cloud=self.cloud.settings.cloud, **changes),
            loading.installed())
        if changes:
            # Nobody else uses this connection.
            self.addCleanup(store.session.close)
        publisher = publishing.Publisher(store)
        publisher.publish(self.node, '{}', set())
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
        self.pulse().follow(service)
        self.assertIsNone(self.stored().last_seen_ms)
        service.save()
        first = self.stored()
        self.assertTrue(first.disabled)
        self.assertEqual('host1', json.loads(first.service)['host'])
        service.save()
        self.assertGreaterEqual(self.stored().last_seen_ms,
                                first.last_seen_ms)

    def test_a_save_that_failed_is_no_sign_of_life(self):
        def save():
            raise ValueError('no database')
        service = self.service(save)
        self.pulse().follow(service)
        self.assertRaises(ValueError, service.save)
        self.assertIsNone(self.stored().last_seen_ms)

    def test_two_services_of_a_process_do_not_mix(self):
        followed, other = self.service(), self.service(host='host2')
        self.pulse().follow(followed)
        other.save()
        self.assertIsNone(self.stored().last_seen_ms)

    def test_nothing_is_said_after_a_goodbye(self):
        pulse, service = self.pulse(), self.service()
        pulse.follow(service)
        service.save()
        pulse.leave(service)
        for _time in range(2):
            self.assertEqual(0, self.stored().last_seen_ms)
            self.assertIn('left_at_ms', self.stored().service)
            service.save()

    def test_returns_at_once_after_a_goodbye(self):
        pulse, service = self.pulse(), self.service()
        pulse.leave(service)
        pulse.follow(service)
        pulse.beat(service, older_than=3600)
        self.assertNotEqual(0, self.stored().last_seen_ms)
        self.assertNotIn('left_at_ms', self.stored().service)

    def test_leaves_when_its_record_was_deleted(self):
        def save():
            if gone:
                raise exception.ServiceNotFound(service_id=1)
        gone = []
        service = self.service(save)
        self.pulse().follow(service)
        service.save()
        self.assertNotEqual(0, self.stored().last_seen_ms)
        gone.append(True)
        self.assertRaises(exception.ServiceNotFound, service.save)
        self.assertEqual(0, self.stored().last_seen_ms)

    def test_says_once_that_cassandra_is_away_and_once_that_it_is_back(self):
        line = self.useFixture(cable.Cable())
        pulse = self.pulse(port=line.port, request_timeout=2.0)
        service = self.service()
        line.cut()
        pulse.beat(service)
        pulse.beat(service)
        lines = self.logged.output.splitlines()
        self.assertEqual(1, len([line for line in lines
                                 if 'is not in Cassandra' in line]))
        self.assertIsNone(self.stored().last_seen_ms)
        line.mend()
        until = time.monotonic() + 30
        while self.stored().last_seen_ms is None:
            self.assertLess(time.monotonic(), until, self.logged.output)
            pulse.beat(service)
        self.assertIn('is in Cassandra again', self.logged.output)
        self.assertNotIn('Traceback', self.logged.output)
