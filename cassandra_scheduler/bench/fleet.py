# SPDX-License-Identifier: Apache-2.0
"""Writes the rows of many computes as their reporters write them.

The rows are plain inserts, a hundred at a time, because no other process uses
the benchmark's own cloud meanwhile.
"""

import time
import uuid

from cassandra_scheduler.model import report as report_model
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.store import tree_codec

RARE_TRAIT = 'CUSTOM_RARE'
#: One host in so many has the rare trait.
RARE_EVERY = 1000
_TRAITS = frozenset({
    'COMPUTE_NODE', 'OWNER_NOVA', 'COMPUTE_NET_ATTACH_INTERFACE',
    'COMPUTE_VOLUME_MULTI_ATTACH', 'COMPUTE_IMAGE_TYPE_QCOW2',
    'COMPUTE_IMAGE_TYPE_RAW', 'COMPUTE_TRUSTED_CERTS', 'HW_CPU_X86_AVX2',
    'HW_CPU_X86_SSE42', 'COMPUTE_GRAPHICS_MODEL_VIRTIO'})
_BATCH = 2000


def host_name(number):
    """Return the name of the host with this number."""
    return f'bench-{number}'


def host_tree(number):
    """Return the Tree of the host with this number.

    Sizes repeat every seven hosts: 16 to 112 VCPU, 64 to 448 GiB of memory,
    1 to 7 TB of disk.
    """
    size = number % 7 + 1
    provider_uuid = str(uuid.uuid5(uuid.NAMESPACE_DNS, host_name(number)))
    traits = _TRAITS
    if number % RARE_EVERY == 7:
        # Large, so that the requests for it never fill it.
        size, traits = 100, traits | {RARE_TRAIT}
    inventories = {
        'VCPU': tree_model.Inventory(
            16 * size, max_unit=16 * size, allocation_ratio=4.0),
        'MEMORY_MB': tree_model.Inventory(
            65536 * size, reserved=512, max_unit=65536 * size),
        'DISK_GB': tree_model.Inventory(1000 * size, max_unit=1000 * size)}
    return tree_model.Tree(
        id=provider_uuid, version=1, resource_type='compute',
        providers={provider_uuid: tree_model.Provider(
            provider_uuid, host_name(number), inventories=inventories,
            traits=traits, generation=1)},
        report=_report(number, provider_uuid, size))


def _report(number, provider_uuid, size):
    name = host_name(number)
    return report_model.HostReport.of(
        host=name, nodename=name, uuid=provider_uuid, image_properties={},
        compute_node={
            'id': number + 1, 'uuid': provider_uuid, 'host': name,
            'hypervisor_hostname': name, 'hypervisor_type': 'QEMU',
            'hypervisor_version': 8002000, 'vcpus': 16 * size,
            'vcpus_used': 0, 'memory_mb': 65536 * size,
            'memory_mb_used': 512, 'free_ram_mb': 65536 * size - 512,
            'local_gb': 1000 * size, 'local_gb_used': 0,
            'free_disk_gb': 1000 * size, 'disk_available_least': None,
            'current_workload': 0, 'running_vms': 0, 'cpu_info': '{}',
            'numa_topology': None, 'pci_device_pools': None,
            'metrics': '[]', 'host_ip': '192.0.2.1', 'mapped': 1,
            'supported_hv_specs': [['x86_64', 'kvm', 'hvm']],
            'stats': {'num_instances': '0', 'io_workload': '0',
                      'failed_builds': '0'},
            'cpu_allocation_ratio': 4.0, 'ram_allocation_ratio': 1.0,
            'disk_allocation_ratio': 1.0})


def write(store, hosts, *, cell_uuid=None, progress=lambda done: None):
    """Write ``hosts`` computes; ``progress`` gets how many are done."""
    names = ('cloud', 'tree', 'kind', 'key', 'seq', 'recent_ops')
    base = tuple(tree_codec.tree_to_row(host_tree(0), store.cloud))
    columns = tuple(column.name for column in store.columns)
    beat = ('last_seen', 'service_disabled', 'forced_down')
    every = names + base + columns + beat
    insert = (f'INSERT INTO {{keyspace}}.trees ({", ".join(every)}) '
              f'VALUES ({", ".join("?" * len(every))})')
    seen = tree_codec.moment(int(time.time() * 1000))
    for start in range(0, hosts, _BATCH):
        rows = []
        for number in range(start, min(start + _BATCH, hosts)):
            tree = host_tree(number)
            values = {**tree_codec.tree_to_row(tree, store.cloud),
                      **store.searchable(tree)}
            rows.append((store.cloud, tree.id, 'root', '', tree.version, []) +
                        tuple(values[name] for name in base + columns) +
                        (seen, False, False))
        store.session.write_all(insert, rows)
        if cell_uuid is not None:
            store.host_cells.put({
                host_name(number): cell_uuid for number in
                range(start, min(start + _BATCH, hosts))})
        progress(min(start + _BATCH, hosts))
