# SPDX-License-Identifier: Apache-2.0
"""Several schedulers and one group whose members must stay apart."""

import collections
import concurrent.futures
import uuid

from nova import exception
from nova import objects
from oslo_messaging.rpc import dispatcher

from cassandra_scheduler.tests.functional.driver import nova_cloud

HOSTS, MEMBERS = 3, 6


class TestRacingGroups(nova_cloud.NovaCloudTest):

    def test_members_do_not_meet(self):
        for number in range(HOSTS):
            self.add_host(f'host{number}')
        schedulers = [self.manager, self.start()]
        members = [str(uuid.uuid4()) for _ in range(MEMBERS)]

        def boot(number):
            group = objects.InstanceGroup(
                uuid='0c5ff1ce-0000-4000-8000-00000000000a', name='group',
                policy='anti-affinity', policies=['anti-affinity'],
                members=members, hosts=[], rules={})
            try:
                _uuids, ((chosen, *_spares),) = self.select(
                    nova_cloud.spec(instance_group=group),
                    uuids=[members[number]], manager=schedulers[number % 2])
            except dispatcher.ExpectedException as refused:
                return refused.exc_info[0]
            return chosen.service_host

        with concurrent.futures.ThreadPoolExecutor(MEMBERS) as pool:
            results = collections.Counter(pool.map(boot, range(MEMBERS)))
        self.assertEqual({'host0': 1, 'host1': 1, 'host2': 1,
                          exception.NoValidHost: MEMBERS - HOSTS}, results)
