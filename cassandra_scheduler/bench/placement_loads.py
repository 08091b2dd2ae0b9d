# SPDX-License-Identifier: Apache-2.0
"""The clouds and queries of upstream's two Placement load tests.

These are its jobs placement-perfload and placement-nested-perfload.
"""

import dataclasses
import uuid

from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.transfer import content

CUSTOM_TRAIT = 'CUSTOM_FOO'
_AGGREGATES = tuple(str(uuid.uuid5(uuid.NAMESPACE_DNS, f'perfload-{number}'))
                    for number in range(3))
_FLAT_QUERY = ('resources=VCPU:1,DISK_GB:10,MEMORY_MB:256&'
               f'member_of={_AGGREGATES[0]}&required=HW_CPU_X86_AVX2')
_NESTED_QUERY = (
    'resources=DISK_GB:10&required=COMPUTE_VOLUME_MULTI_ATTACH&'
    'resources_COMPUTE=VCPU:1,MEMORY_MB:256&required_COMPUTE=CUSTOM_FOO&'
    'resources_FPGA=FPGA:1&group_policy=none&'
    'same_subtree=_COMPUTE,_FPGA')


@dataclasses.dataclass(frozen=True, slots=True)
class PlacementLoad:
    """One load test: ``size`` trees that ``tree(number)`` makes.

    ``writes``: how many allocations are made, with two queries after each.
    ``requests``: how many queries are sent side by side.
    """
    name: str
    size: int
    query: str
    tree: object
    writes: int
    requests: int

    def trees(self):
        """Yield its WholeTrees; only their uuids differ each time."""
        return map(self.tree, range(self.size))


def flat(size, writes, requests):
    """Return the load of providers without children."""
    return PlacementLoad('flat', size, _FLAT_QUERY, _flat_tree, writes,
                         requests)


def nested(size, writes, requests):
    """Return the load of trees with seven providers each."""
    return PlacementLoad('nested', size, _NESTED_QUERY, _nested_tree, writes,
                         requests)


def _flat_tree(number):
    return _whole(_provider(
        f'flat-{number}', None, {
            'VCPU': tree_model.Inventory(total=64, allocation_ratio=16.0),
            'MEMORY_MB': tree_model.Inventory(total=262144, reserved=512),
            'DISK_GB': tree_model.Inventory(total=4096)},
        ('HW_CPU_X86_AVX2', 'HW_CPU_X86_SSE2', 'STORAGE_DISK_SSD'),
        _AGGREGATES))


def _nested_tree(number):
    """Return a host with two cells, three FPGAs and a GPU.

    Only the second cell has the trait and the room for the query.
    """
    disk = tree_model.Inventory(total=20480)
    one = tree_model.Inventory(total=1)
    root = _provider(f'host-{number}', None, {'DISK_GB': disk},
                     ('COMPUTE_VOLUME_MULTI_ATTACH',))
    cells = [
        _provider(f'numa0-{number}', root, {
            'VCPU': tree_model.Inventory(total=4, reserved=2),
            'MEMORY_MB': tree_model.Inventory(
                total=2048, min_unit=512, step_size=256)},
            ('HW_NUMA_ROOT',)),
        _provider(f'numa1-{number}', root, {
            'VCPU': tree_model.Inventory(total=4),
            'MEMORY_MB': tree_model.Inventory(
                total=2048, min_unit=256, max_unit=1024)},
            ('HW_NUMA_ROOT', CUSTOM_TRAIT))]
    return _whole(
        root, *cells, _provider(f'fpga0-{number}', cells[0], {'FPGA': one}),
        _provider(f'pgpu0-{number}', cells[0], {
            'VGPU': tree_model.Inventory(total=8)}),
        _provider(f'fpga1-0-{number}', cells[1], {'FPGA': one}),
        _provider(f'fpga1-1-{number}', cells[1], {'FPGA': one}))


def _provider(name, parent, inventories, traits=(), aggregates=()):
    return tree_model.Provider(
        uuid=str(uuid.uuid4()), name=name, parent=parent and parent.uuid,
        inventories=inventories, traits=frozenset(traits),
        aggregates=frozenset(aggregates), generation=1, created_ms=0,
        updated_ms=0)


def _whole(*providers):
    return content.WholeTree(
        {provider.uuid: provider for provider in providers}, {})
