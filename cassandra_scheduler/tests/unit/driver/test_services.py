# SPDX-License-Identifier: Apache-2.0

import datetime

from nova import objects
from nova import servicegroup
from oslo_utils import timeutils
import testtools

from cassandra_scheduler.driver.host import service_record
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.reporter import figures
from cassandra_scheduler.tests.fixtures import compute_hosts


class TestFromHeartbeat(testtools.TestCase):

    def test_a_record_that_nova_understands(self):
        record = service_record.from_heartbeat('one', compute_hosts.heartbeat(
            'one', disabled=True))
        self.assertEqual(('one', 'nova-compute', True, False), (
            record['host'], record['binary'], record['disabled'],
            record['forced_down']))
        self.assertIsInstance(record['created_at'], datetime.datetime)
        self.assertTrue(servicegroup.API().service_is_up(record))

    def test_silent_and_forced_down(self):
        for fields in ({'age_s': 3600}, {'forced_down': True}):
            record = service_record.from_heartbeat(
                'one', compute_hosts.heartbeat('one', **fields))
            self.assertFalse(servicegroup.API().service_is_up(record))

    def test_a_host_without_heartbeat(self):
        record = service_record.from_heartbeat('one', tree_model.Heartbeat())
        self.assertFalse(servicegroup.API().service_is_up(record))

    def test_a_host_that_was_marked_down(self):
        service = objects.Service(
            host='one', disabled=False, forced_down=False,
            created_at=timeutils.utcnow())
        record = service_record.from_heartbeat(
            'one', figures.down_heartbeat_of(service))
        # Service groups that read no heartbeat need it.
        self.assertTrue(record['forced_down'])
        self.assertNotIn('left_at_ms', record)
        record['forced_down'] = False
        self.assertFalse(servicegroup.API().service_is_up(record))
        self.assertTrue(servicegroup.API().service_is_up(
            service_record.from_heartbeat('one',
                                          figures.heartbeat_of(service))))
