# SPDX-License-Identifier: Apache-2.0
"""Hosts of every kind, the same for everybody who draws with one seed."""

import dataclasses
import datetime
import json
import uuid

from nova import objects

objects.register_all()

TRAITS = ('CUSTOM_A', 'CUSTOM_B', 'CUSTOM_C', 'HW_CPU_X86_AVX2')
PROJECTS = ('alpha', 'beta', 'gamma')
ZONES = ('az1', 'az2')
#: The multipliers that an aggregate may set for its hosts.
MULTIPLIERS = (
    'ram', 'cpu', 'disk', 'hypervisor_version', 'num_instances', 'io_ops',
    'image_props', 'pci', 'soft_affinity', 'soft_anti_affinity',
    'build_failure', 'cross_cell_move', 'metrics')
_METADATA = (
    {'availability_zone': 'az1'}, {'availability_zone': 'az2'},
    {'filter_tenant_id': 'alpha'}, {'filter_tenant_id3': 'alpha,beta'},
    {'instance_type': 'small, medium'}, {'instance_type': 'large'},
    {'max_instances_per_host': '3'},
    {'max_io_ops_per_host': '1', 'max_instances_per_host': 'many'},
    {f'{name}_weight_multiplier': '-2' for name in MULTIPLIERS[::2]},
    {f'{name}_weight_multiplier': '0.5' for name in MULTIPLIERS[1::2]},
    {'ram_weight_multiplier': 'much', 'cpu_weight_multiplier': '3'},
    {'ssd': 'true', 'colour': 'red, blue', 'size': '10'},
    {'ssd': 'false', 'colour': 'green', 'size': '5'},
    {'os_distro': 'linux,windows', 'hw_machine_type': 'pc'},
    {'trait:CUSTOM_A': 'required'})
_HYPERVISORS = (
    [('x86_64', 'kvm', 'hvm'), ('i686', 'kvm', 'hvm')],
    [('x86_64', 'qemu', 'hvm')], [('aarch64', 'kvm', 'hvm')],
    [('x86_64', 'vmware', 'hvm')], [])
_NOW = datetime.datetime(2026, 1, 31, 12)


@dataclasses.dataclass(frozen=True)
class Host:
    """One compute host: what it reports and what Placement has of it.

    ``node``: fields of its ComputeNode; ``service``: of its service record;
    ``inventories``: resource class -> fields; ``cell``: 0 or 1.
    """
    name: str
    uuid: str
    cell: int
    node: dict
    service: dict
    inventories: dict
    traits: frozenset
    aggregates: tuple


@dataclasses.dataclass(frozen=True)
class Instance:
    """A server that runs already, and the image it was made of."""
    uuid: str
    host: str
    properties: dict


@dataclasses.dataclass(frozen=True)
class Fleet:
    """All hosts, the aggregates' uuid and metadata, and the servers."""
    hosts: tuple
    aggregates: tuple
    instances: tuple


def new_uuid(random):
    """Return a uuid that the seed determines."""
    return str(uuid.UUID(int=random.getrandbits(128), version=4))


def draw(random, *, count):
    """Return a Fleet of so many hosts."""
    aggregates = tuple((new_uuid(random), dict(metadata))
                       for metadata in _METADATA)
    hosts = tuple(_host(random, number) for number in range(count))
    instances = tuple(
        Instance(new_uuid(random), random.choice(hosts).name, random.choice(
            ({}, {'os_distro': 'linux'}, {'os_distro': 'windows'},
             {'os_distro': 'linux', 'hw_machine_type': 'pc'})))
        for _number in range(count // 2))
    return Fleet(hosts, aggregates, instances)


def _host(random, number):
    name = f'host{number:03}'
    zone = random.randrange(3)
    aggregates = [zone] if zone < len(ZONES) else []
    aggregates += [index for index in range(len(ZONES), len(_METADATA))
                   if random.random() < 0.15]
    vcpus = random.choice((4, 8, 16, 32))
    memory_mb = random.choice((8192, 16384, 65536))
    disk_gb = random.choice((50, 200, 1000))
    topology = _topology(random, vcpus) if random.random() < 0.3 else None
    service = {'disabled': random.random() < 0.04,
               'forced_down': random.random() < 0.03,
               'last_seen_up': 7200 if random.random() < 0.04 else 0}
    traits = {'COMPUTE_NODE', 'OWNER_NOVA', 'COMPUTE_IMAGE_TYPE_QCOW2'}
    traits.update(trait for trait in TRAITS if random.random() < 0.5)
    if service['disabled'] and random.random() < 0.5:
        traits.add('COMPUTE_STATUS_DISABLED')
    return Host(
        name, new_uuid(random), random.randrange(2), service=service,
        node=_node(random, vcpus, memory_mb, disk_gb, topology),
        inventories=_inventories(random, vcpus, memory_mb, disk_gb,
                                 topology),
        traits=frozenset(traits), aggregates=tuple(aggregates))


def _inventories(random, vcpus, memory_mb, disk_gb, topology):
    found = {
        'VCPU': {'total': vcpus, 'max_unit': vcpus,
                 'allocation_ratio': random.choice((1.0, 4.0, 16.0))},
        'MEMORY_MB': {'total': memory_mb, 'max_unit': memory_mb,
                      'reserved': random.choice((0, 512)),
                      'allocation_ratio': random.choice((1.0, 1.5))},
        'DISK_GB': {'total': disk_gb, 'max_unit': disk_gb,
                    'allocation_ratio': 1.0}}
    if topology is not None:
        pinned = sum(len(cell.pcpuset) for cell in topology.cells)
        found['PCPU'] = {'total': pinned, 'max_unit': pinned,
                         'allocation_ratio': 1.0}
    return found


def _node(random, vcpus, memory_mb, disk_gb, topology):
    """Return what weighers and filters see; free is not what is left."""
    used_mb = random.randrange(0, memory_mb, 512)
    used_gb = random.randrange(disk_gb)
    return {
        'vcpus': vcpus, 'vcpus_used': random.randrange(vcpus * 2),
        'memory_mb': memory_mb, 'memory_mb_used': used_mb,
        'free_ram_mb': memory_mb - used_mb, 'local_gb': disk_gb,
        'local_gb_used': used_gb, 'free_disk_gb': disk_gb - used_gb,
        'disk_available_least': random.choice(
            (None, disk_gb // 2, disk_gb - used_gb, -3)),
        'hypervisor_type': random.choice(('QEMU', 'VMware', 'fake')),
        'hypervisor_version': random.choice((6002000, 8002000, 9000000)),
        'host_ip': f'10.8.{random.randrange(4)}.{random.randrange(1, 250)}',
        'cpu_info': json.dumps({
            'arch': random.choice(('x86_64', 'i686')), 'vendor': 'Intel',
            'features': random.sample(('aes', 'avx', 'vmx'), 2),
            'topology': {'cores': vcpus, 'threads': 1, 'sockets': 1}}),
        'supported_hv_specs': [
            objects.HVSpec.from_list(list(spec))
            for spec in random.choice(_HYPERVISORS)],
        'stats': _stats(random), 'metrics': json.dumps(_metrics(random)),
        'numa_topology': topology and topology._to_json(),
        'pci_device_pools': _pools(random),
        'cpu_allocation_ratio': random.choice((1.0, 2.0, 16.0)),
        'ram_allocation_ratio': random.choice((1.0, 1.5)),
        'disk_allocation_ratio': 1.0, 'updated_at': _NOW}


def _stats(random):
    found = {'num_instances': random.randrange(8),
             'io_workload': random.randrange(6),
             'failed_builds': random.choice((0, 0, 0, 1, 5))}
    if random.random() < 0.5:
        found['rack'] = random.choice(('r1', 'r2', 'r10'))
    if random.random() < 0.3:
        found['weight'] = random.choice(('5', '10', 'heavy'))
    return {key: str(value) for key, value in found.items()}


def _metrics(random):
    values = {'cpu.frequency': random.randrange(1000, 4000, 100),
              'cpu.percent': random.choice((0.1, 0.25, 0.9)),
              'cpu.user.time': random.randrange(100)}
    if random.random() < 0.3:
        values.pop('cpu.percent')
    return [{'name': name, 'value': value, 'source': 'monitor',
             'timestamp': _NOW.isoformat()}
            for name, value in values.items()]


def _pools(random):
    pools = [objects.PciDevicePool(
        vendor_id='8086', product_id=product, count=random.randrange(1, 4),
        numa_node=random.choice((None, 0)), tags={'dev_type': 'type-PCI'})
        for product in ('1', '2') if random.random() < 0.3]
    return objects.PciDevicePoolList(objects=pools) if pools else None


def _topology(random, vcpus):
    """Return a NUMATopology, half of the cores for pinned servers."""
    count = random.choice((1, 2))
    threads = random.random() < 0.5
    size = vcpus // count
    cells = []
    for number in range(count):
        cores = range(number * size, (number + 1) * size)
        pairs = [set(cores[at:at + 2]) for at in range(0, size, 2)]
        pinned = set().union(*pairs[:len(pairs) // 2])
        used = set().union(*random.sample(
            pairs[:len(pairs) // 2], random.randrange(
                len(pairs) // 2 + 1)))
        cells.append(objects.NUMACell(
            id=number, cpuset=set(cores) - pinned, pcpuset=pinned,
            memory=4096, cpu_usage=random.randrange(size),
            memory_usage=random.choice((0, 1024)), pinned_cpus=used,
            socket=0, siblings=pairs if threads else [
                {core} for core in cores],
            mempages=[objects.NUMAPagesTopology(
                size_kb=4, total=4096 * 256, used=0),
                objects.NUMAPagesTopology(size_kb=2048, total=512,
                                          used=random.choice((0, 500)))],
            network_metadata=objects.NetworkMetadata(
                physnets=set(), tunneled=False)))
    return objects.NUMATopology(cells=cells)
