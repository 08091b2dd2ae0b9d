# SPDX-License-Identifier: Apache-2.0
"""select_destinations over hosts in a real Cassandra."""

import json

from nova import exception
from oslo_messaging.rpc import dispatcher

from cassandra_scheduler.tests.functional.driver import nova_cloud

spec = nova_cloud.spec


class TestPlacing(nova_cloud.NovaCloudTest):

    def test_one_server(self):
        tree = self.add_host('one')
        (uuid,), ((chosen,),) = self.select(spec())
        self.assertEqual('one', chosen.service_host)
        self.assertEqual(self.nova.cell.uuid, chosen.cell_uuid)
        self.assertEqual(tree.id, chosen.compute_node_uuid)
        self.assertEqual('1.36', chosen.allocation_request_version)
        self.assertEqual(
            {'allocations': {tree.id: {'resources': {
                'VCPU': 1, 'MEMORY_MB': 1024, 'DISK_GB': 10}}},
             'mappings': {'': [tree.id]}},
            json.loads(chosen.allocation_request))
        after = self.store.trees.find(tree.id)
        self.assertEqual(1, after.units_used(tree.id, 'VCPU'))
        self.assertEqual({'vcpus': 1, 'memory_mb': 1024, 'disk_gb': 10,
                          'instances': 1, 'io_ops': 1},
                         after.pending[uuid].usage)
        self.assertEqual(2, after.root.generation)
        consumer = self.store.consumers.find(uuid).consumer
        self.assertEqual((1, 'project', 'user', 'INSTANCE'),
                         (consumer.generation, consumer.project_id,
                          consumer.user_id, consumer.consumer_type))

    def test_none_fits(self):
        self.add_host('small', vcpus=2)
        refused = self.assertRaises(dispatcher.ExpectedException,
                                    self.select, spec(vcpus=4))
        self.assertIsInstance(refused.exc_info[1], exception.NoValidHost)
