# SPDX-License-Identifier: Apache-2.0

import datetime

from nova import servicegroup
import testtools

from cassandra_scheduler.driver import services
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.tests.fixtures import compute_hosts


class TestFromHeartbeat(testtools.TestCase):

    def test_a_record_that_nova_understands(self):
        record = services.from_heartbeat('one', compute_hosts.heartbeat(
            'one', disabled=True))
        self.assertEqual(('one', 'nova-compute', True, False), (
            record['host'], record['binary'], record['disabled'],
            record['forced_down']))
        self.assertIsInstance(record['created_at'], datetime.datetime)
        self.assertTrue(servicegroup.API().service_is_up(record))

    def test_silent_and_forced_down(self):
        for beat in ({'age_s': 3600}, {'forced_down': True}):
            record = services.from_heartbeat(
                'one', compute_hosts.heartbeat('one', **beat))
            self.assertFalse(servicegroup.API().service_is_up(record))

    def test_a_host_that_was_never_heard_of(self):
        record = services.from_heartbeat('one', tree_model.Heartbeat())
        self.assertFalse(servicegroup.API().service_is_up(record))
