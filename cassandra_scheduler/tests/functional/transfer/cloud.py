# SPDX-License-Identifier: Apache-2.0
"""The requests that make a cloud of many kinds: trees, sharing, consumers.

Every list is of [method, path, body, microversion], and the same each time.
"""

import dataclasses
import uuid

VERSION = '1.39'
#: A consumer type came with 1.38; before, a consumer had none.
TYPELESS = '1.28'
RACKS = 5
PER_POST = 25


def name_uuid(*words):
    """Return the uuid of something with this name."""
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, '.'.join(map(str, words))))


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """How many trees of which kind, and consumers on each of them."""
    nested: int = 120
    flat: int = 158
    per_nested: int = 6
    per_flat: int = 8


def names():
    """Return the requests for names of the cloud's own."""
    return ([['PUT', f'/traits/CUSTOM_{name}', None, VERSION]
             for name in ('FPGA_A', 'NUMA', 'NOBODY_HAS_IT')] +
            [['PUT', f'/resource_classes/CUSTOM_{name}', None, VERSION]
             for name in ('LICENCE', 'NOBODY_HAS_IT')])


def providers(plan):
    """Return the requests for 7 providers a nested host, 1 a flat one, 2."""
    made = []
    for number in range(2):
        made += _provider('storage', number, None, inventories={
            'DISK_GB': {'total': 500000, 'reserved': 10,
                        'allocation_ratio': 1.1}},
            traits=['MISC_SHARES_VIA_AGGREGATE'], aggregates=[_rack(number)])
    for number in range(plan.nested):
        made += _nested(number)
    for number in range(plan.flat):
        made += _provider('flat', number, None, inventories={
            'VCPU': {'total': 32, 'allocation_ratio': 16.0,
                     'max_unit': 16},
            'MEMORY_MB': {'total': 262144, 'reserved': 512,
                          'step_size': 256, 'allocation_ratio': 1.5},
            'NET_BW_EGR_KILOBIT_PER_SEC': {'total': 10000},
            'NET_BW_IGR_KILOBIT_PER_SEC': {'total': 10000},
            **({} if number % RACKS < 2 else {'DISK_GB': {'total': 2000}})},
            traits=['COMPUTE_NODE', 'HW_CPU_X86_AVX2'],
            aggregates=[_rack(number)])
    return made


def _nested(number):
    made = _provider('host', number, None, inventories={
        'DISK_GB': {'total': 4000, 'allocation_ratio': 1.0},
        'CUSTOM_LICENCE': {'total': 10}}, traits=['COMPUTE_NODE'],
        aggregates=[_rack(number + 2)])
    root = name_uuid('host', number)
    for cell in range(2):
        made += _provider('numa', f'{number}-{cell}', root, inventories={
            'VCPU': {'total': 32, 'allocation_ratio': 4.0},
            'MEMORY_MB': {'total': 131072, 'step_size': 256}},
            traits=['CUSTOM_NUMA'])
    for card in range(3):
        made += _provider('fpga', f'{number}-{card}', name_uuid(
            'numa', f'{number}-{card % 2}'), inventories={
                'FPGA': {'total': 1}}, traits=['CUSTOM_FPGA_A'])
    return made + _provider('pgpu', number, root, inventories={
        'VGPU': {'total': 8}})


def _provider(kind, number, parent, *, inventories, traits=(),
              aggregates=()):
    uuid_of = name_uuid(kind, number)
    path = f'/resource_providers/{uuid_of}'
    made = [['POST', '/resource_providers', {
        'uuid': uuid_of, 'name': f'{kind}-{number}',
        'parent_provider_uuid': parent}, VERSION],
        ['PUT', f'{path}/inventories', {
            'resource_provider_generation': 0, 'inventories': inventories},
         VERSION]]
    if traits:
        made.append(['PUT', f'{path}/traits', {
            'resource_provider_generation': 1, 'traits': list(traits)},
            VERSION])
    if aggregates:
        made.append(['PUT', f'{path}/aggregates', {
            'resource_provider_generation': 2 if traits else 1,
            'aggregates': list(aggregates)}, VERSION])
    return made


def _rack(number):
    return name_uuid('rack', number % RACKS)


def consumers(plan):
    """Return {uuid: amounts}: five allocations and more, on one tree or two.
    """
    made = {}
    for number in range(plan.nested):
        for one in range(plan.per_nested):
            numa = f'{number}-{one % 2}'
            held = {name_uuid('host', number): {
                        'DISK_GB': 20 + one, 'CUSTOM_LICENCE': 1},
                    name_uuid('pgpu', number): {'VGPU': 1},
                    name_uuid('numa', numa): {
                        'VCPU': 1 + one % 4, 'MEMORY_MB': 1024}}
            if one < 3:
                held[name_uuid('fpga', f'{number}-{one}')] = {'FPGA': 1}
            made[name_uuid('server', number, one)] = held
    for number in range(plan.flat):
        for one in range(plan.per_flat):
            here = {'VCPU': 1 + one % 4, 'MEMORY_MB': 512,
                    'NET_BW_EGR_KILOBIT_PER_SEC': 100,
                    'NET_BW_IGR_KILOBIT_PER_SEC': 200}
            if number % RACKS < 2:
                held = {name_uuid('flat', number): here, name_uuid(
                    'storage', number % RACKS): {'DISK_GB': 5 + one}}
            else:
                held = {name_uuid('flat', number): {**here, 'DISK_GB': 10}}
            made[name_uuid('flat-server', number, one)] = held
    return made


def allocations(plan):
    """Return the requests that give consumers what they hold.

    Some many at once, some one by one and twice, some without a type.
    """
    wanted = list(consumers(plan).items())
    made = []
    for start in range(0, len(wanted), PER_POST):
        many = wanted[start:start + PER_POST]
        version = TYPELESS if start % (4 * PER_POST) == 0 else VERSION
        made.append(['POST', '/allocations', {
            uuid_of: _body(start, held, None, version)
            for uuid_of, held in many}, version])
    for start, (uuid_of, held) in list(enumerate(wanted))[::97]:
        made.append(['PUT', f'/allocations/{uuid_of}', _body(
            start, held, 1, VERSION), VERSION])
    return made


def _body(number, held, generation, version):
    body = {'allocations': {provider: {'resources': resources}
                            for provider, resources in held.items()},
            'project_id': f'project-{number // 100}',
            'user_id': f'user-{number % 7}',
            'consumer_generation': generation}
    if version != TYPELESS:
        body['consumer_type'] = 'INSTANCE' if number % 3 else 'MIGRATION'
    return body
