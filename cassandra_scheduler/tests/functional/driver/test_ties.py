# SPDX-License-Identifier: Apache-2.0
"""Which host is chosen among equal ones."""

import collections

from nova import context as nova_context

from cassandra_scheduler.tests.functional.driver import nova_cloud

HOSTS, REQUESTS = 12, 40


class TestTies(nova_cloud.NovaCloudTest):

    def choose(self, manager=None, *, request_id=None):
        """Return the host that a request would get; it claims nothing."""
        manager = manager or self.manager
        context = nova_context.RequestContext(
            user_id='user', project_id='project', is_admin=True)
        if request_id is not None:
            context.request_id = request_id
        (chosen,), = manager.select_destinations(
            context, spec_obj=nova_cloud.spec(), instance_uuids=None,
            return_objects=True)
        return chosen.service_host

    def add_hosts(self, **memory_mb):
        for name, memory in memory_mb.items():
            self.add_host(name, memory_mb=memory)

    def test_schedulers_do_not_meet(self):
        self.add_hosts(**{f'host{number}': 16384
                          for number in range(HOSTS)})
        other = self.start()
        pairs = [(self.choose(), self.choose(other))
                 for _ in range(REQUESTS)]
        met = sum(one == another for one, another in pairs)
        self.assertLess(met, REQUESTS // 2)
        for chosen in zip(*pairs):
            # No host is preferred: of 40 draws from 12 one has 3 or 4.
            counts = collections.Counter(chosen)
            self.assertGreater(len(counts), HOSTS // 2)
            self.assertLess(max(counts.values()), REQUESTS // 2)

    def test_requests_without_an_id_do_not_meet(self):
        self.add_hosts(**{f'host{number}': 16384
                          for number in range(HOSTS)})
        chosen = {self.choose(request_id='') for _ in range(REQUESTS // 2)}
        self.assertGreater(len(chosen), HOSTS // 3)

    def test_only_the_best_are_equal(self):
        self.add_hosts(one=16384, two=16384, three=8192, four=4096)
        for shuffle in (False, True):
            self.flags(group='filter_scheduler',
                       shuffle_best_same_weighed_hosts=shuffle)
            self.assertEqual({'one', 'two'}, {
                self.choose() for _ in range(REQUESTS // 2)})

    def test_the_best_few(self):
        self.add_hosts(one=16384, two=12288, three=8192, four=4096)
        self.flags(group='filter_scheduler', host_subset_size=3)
        self.assertEqual({'one', 'two', 'three'}, {
            self.choose() for _ in range(REQUESTS)})

    def test_more_than_there_are(self):
        self.add_hosts(one=16384, two=12288, three=8192)
        self.flags(group='filter_scheduler', host_subset_size=1000)
        self.assertEqual({'one', 'two', 'three'}, {
            self.choose() for _ in range(REQUESTS)})
