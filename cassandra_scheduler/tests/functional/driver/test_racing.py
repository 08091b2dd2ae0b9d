# SPDX-License-Identifier: Apache-2.0
"""Several schedulers and one cloud that is too small for all they want."""

import collections
import concurrent.futures

from nova import exception
from oslo_messaging.rpc import dispatcher

from cassandra_scheduler.tests.fixtures import topologies
from cassandra_scheduler.tests.functional.driver import nova_cloud

HOSTS, SLOTS, BOOTS, THREADS = 10, 15, 200, 8


class TestRacing(nova_cloud.NovaCloudTest):

    def test_two_schedulers_share_the_last_slots(self):
        trees = [self.add_host(f'host{number}', vcpus=SLOTS,
                               disk_gb=1000)
                 for number in range(HOSTS)]
        schedulers = [self.manager, self.start()]

        def boot(number):
            try:
                _uuids, ((chosen, *_alternates),) = self.select(
                    nova_cloud.spec(), manager=schedulers[number % 2])
            except dispatcher.ExpectedException as refused:
                return refused.exc_info[0]
            return chosen.service_host

        with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
            results = collections.Counter(pool.map(boot, range(BOOTS)))

        self.assertEqual(BOOTS - HOSTS * SLOTS,
                         results.pop(exception.NoValidHost))
        self.assertEqual({f'host{number}': SLOTS for number in range(HOSTS)},
                         dict(results))
        for tree in trees:
            now = self.store.trees.find(tree.id)
            claims = [row.amounts[tree.id, 'VCPU']
                      for row in self.store.trees.list_consumers(tree.id)]
            self.assertEqual(SLOTS, sum(claims))
            self.assertEqual(SLOTS, now.units_used(tree.id, 'VCPU'))
            self.assertEqual(SLOTS, len(now.pending))


class TestRacingForCores(nova_cloud.NovaCloudTest):

    def test_a_core_is_promised_once(self):
        self.flags(group='filter_scheduler',
                   enabled_filters=['NUMATopologyFilter'])
        schedulers = [self.start(), self.start()]
        # Placement would take twice as many.
        self.add_host('one', vcpus=8, figures={
            'numa_topology': topologies.host(pcpus=4)})

        def boot(number):
            try:
                self.select(nova_cloud.spec(
                    vcpus=2, extra_specs={'hw:cpu_policy': 'dedicated'},
                    numa_topology=topologies.instance(cpus=2)),
                    manager=schedulers[number % 2])
            except dispatcher.ExpectedException as refused:
                return refused.exc_info[0]
            return 'placed'

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            results = collections.Counter(pool.map(boot, range(4)))
        self.assertEqual({'placed': 2, exception.NoValidHost: 2}, results)
