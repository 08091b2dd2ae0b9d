# SPDX-License-Identifier: Apache-2.0

import json

from nova import objects
import testtools

from cassandra_scheduler.driver.host import precise_usage
from cassandra_scheduler.driver.host import state
from cassandra_scheduler.model import resource_request as request_model
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.scheduling import placement_request as words
from cassandra_scheduler.tests.fixtures import compute_hosts
from cassandra_scheduler.tests.fixtures import topologies
from cassandra_scheduler.tests.unit.driver import specs

#: The public attributes of Nova's HostState, that plugins may use.
ATTRIBUTES = (
    'aggregates allocation_candidates cell_uuid consume_from_request '
    'cpu_allocation_ratio cpu_info disk_allocation_ratio disk_mb_used '
    'failed_builds free_disk_mb free_ram_mb host host_ip '
    'hypervisor_hostname hypervisor_type hypervisor_version instances '
    'limits metrics nodename num_instances num_io_ops numa_topology '
    'pci_stats ram_allocation_ratio service stats supported_instances '
    'total_usable_disk_gb total_usable_ram_mb update updated uuid '
    'vcpus_total vcpus_used').split()


def view(*pendings, allocations=(), **figures):
    """Return the HostStateView of a host with these claims pending."""
    root = compute_hosts.provider('one')
    report = compute_hosts.report('one', root.uuid, **figures)
    tree = tree_model.Tree(
        root.uuid, providers={root.uuid: root}, report=report,
        heartbeat=compute_hosts.heartbeat('one', disabled=True), pending={
            str(number): tree_model.Pending('claim', 0, usage)
            for number, usage in enumerate(pendings)})
    return state.HostStateView(
        words.Candidate(tree, allocations),
        aggregates_of=lambda host: [f'aggregate of {host}'],
        instances_on=lambda host: {f'instance on {host}': None},
        cell_of=lambda host: f'cell of {host}')


NUMA = topologies.host(pcpus=2)
POOLS = objects.PciDevicePoolList(objects=[objects.PciDevicePool(
    product_id='1', vendor_id='8086', numa_node=None, count=2,
    tags={'dev_type': 'type-PCI'})]).obj_to_primitive()
DEVICE = objects.InstancePCIRequests(requests=[objects.InstancePCIRequest(
    count=1, request_id='0c5ff1ce-0000-4000-8000-000000000001',
    alias_name='a', requester_id=None, numa_policy=None, is_new=False,
    spec=[{'vendor_id': '8086', 'product_id': '1'}])])


class TestHostStateView(testtools.TestCase):

    def test_everything_that_plugins_may_use(self):
        one = view()
        missing = [name for name in ATTRIBUTES if not hasattr(one, name)]
        self.assertEqual([], missing)

    def test_figures(self):
        one = view(vcpus=8, vcpus_used=3, free_ram_mb=5, local_gb_used=2,
                   stats={'num_instances': '4', 'io_workload': '1',
                          'failed_builds': '2', 'other': 'x'})
        self.assertEqual((8, 3, 5, 2048, 4, 1, 2, 'x'), (
            one.vcpus_total, one.vcpus_used, one.free_ram_mb,
            one.disk_mb_used, one.num_instances, one.num_io_ops,
            one.failed_builds, one.stats['other']))
        self.assertEqual([['x86_64', 'kvm', 'hvm']],
                         one.supported_instances)
        self.assertEqual(2026, one.updated.year)

    def test_the_smaller_of_two_free_disks(self):
        self.assertEqual(7 * 1024, view(
            free_disk_gb=9, disk_available_least=7).free_disk_mb)
        self.assertEqual(9 * 1024, view(
            free_disk_gb=9, disk_available_least=11).free_disk_mb)

    def test_what_is_not_in_the_row(self):
        one = view()
        self.assertEqual(
            (['aggregate of one'], {'instance on one': None}, 'cell of one',
             True), (one.aggregates, one.instances, one.cell_uuid,
                     one.service['disabled']))
        self.assertRaises(TypeError, one.service.update)

    def test_pending_claims_are_subtracted(self):
        usage = {'vcpus': 2, 'memory_mb': 512, 'disk_gb': 3, 'instances': 1,
                 'io_ops': 1}
        plain, one = view(), view(usage, usage)
        self.assertEqual((4, -1024, -6144, 2, 2), (
            one.vcpus_used - plain.vcpus_used,
            one.free_ram_mb - plain.free_ram_mb,
            one.free_disk_mb - plain.free_disk_mb,
            one.num_instances, one.num_io_ops))

    def test_a_request_counts_like_its_claim(self):
        spec = specs.spec(vcpus=2, memory_mb=512, disk_gb=3, swap=4096)
        one = view()
        one.consume_from_request(spec)
        claimed = view({'vcpus': 2, 'memory_mb': 512, 'disk_gb': 3,
                        'instances': 1, 'io_ops': 1})
        for name in ('vcpus_used', 'free_ram_mb', 'free_disk_mb',
                     'num_instances', 'num_io_ops'):
            self.assertEqual(getattr(claimed, name), getattr(one, name),
                             name)

    def test_a_request_that_cannot_be_counted_does_no_harm(self):
        one = view(pci_device_pools=None)
        one.consume_from_request(specs.spec(pci_requests=DEVICE))
        self.assertEqual(1, one.num_instances)


class TestCandidates(testtools.TestCase):

    def allocations(self):
        return tuple(request_model.AllocationRequest(
            {('p', 'VCPU'): 1, ('p', 'DISK_GB'): 2, ('q', 'VGPU'): number},
            {'': ('p',), 'port': ('q',)}) for number in (1, 2))

    def test_as_placement_writes_them(self):
        one = view(allocations=self.allocations())
        self.assertFalse(one.narrowed)
        self.assertEqual(
            {'allocations': {'p': {'resources': {'VCPU': 1, 'DISK_GB': 2}},
                             'q': {'resources': {'VGPU': 1}}},
             'mappings': {'': ['p'], 'port': ['q']}},
            one.allocation_candidates[0])
        self.assertEqual(self.allocations(), one.allocations)

    def test_a_filter_takes_some_away(self):
        one = view(allocations=self.allocations())
        one.allocation_candidates = one.allocation_candidates[1:]
        self.assertTrue(one.narrowed)
        self.assertEqual(self.allocations()[1:], one.allocations)


class TestPreciseUsage(testtools.TestCase):

    def usage(self, one, spec):
        return precise_usage.of_request(one, spec, {})

    def test_nothing_precise(self):
        self.assertEqual({}, self.usage(view(), specs.spec()))

    def test_cores(self):
        one = view(numa_topology=NUMA)
        spec = specs.spec(numa_topology=topologies.instance())
        usage = self.usage(one, spec)
        json.dumps(usage)
        self.assertEqual(set(), one.numa_topology.cells[0].pinned_cpus)
        later = view(usage, numa_topology=NUMA)
        self.assertEqual({0, 1}, later.numa_topology.cells[0].pinned_cpus)
        self.assertEqual({}, self.usage(later, spec))

    def test_cores_that_cannot_be_counted_do_no_harm(self):
        usage = self.usage(view(numa_topology=NUMA),
                           specs.spec(numa_topology=topologies.instance()))
        one = view(usage, numa_topology=topologies.host(mempages=[]))
        self.assertEqual(set(), one.numa_topology.cells[0].pinned_cpus)

    def test_devices(self):
        spec = specs.spec(pci_requests=DEVICE)
        one = view(pci_device_pools=POOLS)
        usage = self.usage(one, spec)
        json.dumps(usage)
        later = view(usage, pci_device_pools=POOLS)
        self.assertEqual((2, 1), tuple(
            sum(pool['count'] for pool in each.pci_stats.pools)
            for each in (one, later)))

    def test_devices_that_are_not_there(self):
        spec = specs.spec(pci_requests=DEVICE)
        usage = self.usage(view(pci_device_pools=POOLS), spec)
        self.assertEqual([], view(usage).pci_stats.pools)

    def test_the_next_server_is_fitted_to_what_this_one_was_given(self):
        spec = specs.spec(numa_topology=topologies.instance(cpus=1))
        one = view(numa_topology=NUMA)
        for cpus in (1, 2):
            one.consume_from_request(spec)
            self.assertEqual(
                cpus, len(one.numa_topology.cells[0].pinned_cpus))
            self.assertEqual(
                {0: cpus - 1}, spec.numa_topology.cells[0].cpu_pinning)

    def test_who_does_not_fit_leaves_the_next_without_a_wish(self):
        spec = specs.spec(numa_topology=topologies.instance(cpus=3))
        one = view(numa_topology=NUMA)
        one.consume_from_request(spec)
        self.assertIsNone(spec.numa_topology)
        self.assertEqual(set(), one.numa_topology.cells[0].pinned_cpus)
