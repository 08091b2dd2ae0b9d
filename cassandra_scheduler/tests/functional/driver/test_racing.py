# SPDX-License-Identifier: Apache-2.0
"""Several schedulers and one cloud that is too small for all they want."""

import collections
import concurrent.futures

from nova import exception
from oslo_messaging.rpc import dispatcher

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
