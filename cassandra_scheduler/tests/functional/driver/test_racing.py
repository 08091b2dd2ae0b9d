# SPDX-License-Identifier: Apache-2.0
"""Several schedulers and one cloud that is too small for all they want."""

import collections
import concurrent.futures

from nova import exception
from nova import objects
from oslo_messaging.rpc import dispatcher

from cassandra_scheduler.resource_types import loading
from cassandra_scheduler.store import opening
from cassandra_scheduler.tests.fixtures import sessions
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


class PreciseTestCase(nova_cloud.NovaCloudTest):
    """One host with four of something that Placement knows nothing of."""

    def setUp(self):
        super().setUp()
        self.flags(group='filter_scheduler', enabled_filters=[
            'NUMATopologyFilter', 'PciPassthroughFilter'])
        self.schedulers = [self.start(), self.start()]

    def cores(self):
        """A host with four cores; return what makes a spec for two."""
        self.tree = self.add_host('one', vcpus=16, figures={
            'numa_topology': topologies.host(pcpus=4)})
        return lambda: nova_cloud.spec(
            vcpus=2, extra_specs={'hw:cpu_policy': 'dedicated'},
            numa_topology=topologies.instance(cpus=2))

    def pages(self):
        """The same of huge pages."""
        self.tree = self.add_host('one', vcpus=16, figures={
            'numa_topology': topologies.host(
                cpuset=set(range(16)), mempages=topologies.pages(4))})
        return lambda: nova_cloud.spec(
            memory_mb=4, extra_specs={'hw:mem_page_size': '2048'},
            numa_topology=topologies.paged_instance(count=2))

    def functions(self):
        """The same of virtual functions."""
        self.tree = self.add_host('one', vcpus=16, figures={
            'pci_device_pools': topologies.functions(4)})
        return lambda: nova_cloud.spec(
            pci_requests=topologies.function_request(count=2))

    def boot(self, spec, number, **fields):
        try:
            self.select(spec, manager=self.schedulers[number % 2], **fields)
        except dispatcher.ExpectedException as refused:
            return refused.exc_info[0]
        return 'placed'

    def pendings(self):
        return self.store.trees.find(self.tree.id).pending.values()

    def taken_cores(self):
        """Return the sets of cores that the claims have."""
        return [frozenset(
            core for cell in objects.InstanceNUMATopology.obj_from_primitive(
                pending.usage['numa_topology']).cells
            for core in cell.cpu_pinning.values())
            for pending in self.pendings()]


class TestRacingForTheLast(PreciseTestCase):

    def race(self, new_spec):
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            results = collections.Counter(pool.map(
                lambda number: self.boot(new_spec(), number), range(4)))
        self.assertEqual({'placed': 2, exception.NoValidHost: 2}, results)
        self.assertEqual(2, len(self.pendings()))

    def test_a_core_is_promised_once(self):
        self.race(self.cores())
        self.assertEqual({0, 1, 2, 3}, set().union(*self.taken_cores()))

    def test_a_huge_page_is_promised_once(self):
        self.race(self.pages())

    def test_a_function_is_promised_once(self):
        self.race(self.functions())


class TestLosing(PreciseTestCase):
    """A scheduler whose write is rejected evaluates the row that won."""

    def race(self, new_spec):
        session = sessions.BlockingSession(self.cloud.settings,
                                           '.trees SET seq')
        self.schedulers[0] = self.start(opening.open_store(
            self.cloud.settings, loading.installed(), session=session))
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            late = pool.submit(self.boot, new_spec(), 0)
            self.assertTrue(session.reached.wait(30))
            # Placement has room for eight of them.
            won = [self.boot(new_spec(), 1) for _ in range(2)]
            session.go.set()
            self.assertEqual(['placed'] * 2, won)
            self.assertIs(exception.NoValidHost, late.result(30))
        self.assertEqual(2, len(self.pendings()))

    def test_cores(self):
        self.race(self.cores())

    def test_huge_pages(self):
        self.race(self.pages())

    def test_functions(self):
        self.race(self.functions())


class TestManyAtOnce(PreciseTestCase):
    """Servers made together take what there is one after another."""

    def make(self, new_spec):
        self.assertIs(exception.NoValidHost,
                      self.boot(new_spec(), 0, count=3))
        self.assertEqual([], list(self.pendings()))
        self.assertEqual('placed', self.boot(new_spec(), 0, count=2))
        self.assertEqual(2, len(self.pendings()))
        self.assertIs(exception.NoValidHost, self.boot(new_spec(), 1))

    def test_cores(self):
        self.make(self.cores())
        first, second = self.taken_cores()
        self.assertEqual((2, 2, frozenset()),
                         (len(first), len(second), first & second))

    def test_huge_pages(self):
        self.make(self.pages())

    def test_functions(self):
        self.make(self.functions())
