# SPDX-License-Identifier: Apache-2.0
"""What a client of the soak does, each in a function of its own.

Each returns whether it was done; a client may always be told that another
was faster.
"""

import uuid

from cassandra_scheduler.tests.fixtures import placement_service as service
from cassandra_scheduler.tests.functional.placement_api.soak import landscape

_LOCAL = ('VCPU:1,MEMORY_MB:256', 'VCPU:2,MEMORY_MB:512', 'VCPU:1,VGPU:1')
_SHARED = 'VCPU:1,DISK_GB:10&limit=20'


def draw(rng):
    """Return a deed by its weight."""
    [deed] = rng.choices(list(_WEIGHTS), _WEIGHTS.values())
    return deed


def names():
    """Return the names of all deeds."""
    return [deed.__name__ for deed in _WEIGHTS]


def allocate(client):
    """Take something anywhere, or move there with all one has."""
    consumer, now = _consumer(client)
    room = now and _room(client)
    return bool(room) and client.allocate(
        'PUT', f'/allocations/{consumer}', _body(room, now),
        {consumer: room})


def add(client):
    """Hold something on another host as well, as an evacuated server does.
    """
    consumer, now = _consumer(client)
    room = now and now['allocations'] and _room(client)
    if not room or room.keys() & now['allocations'].keys():
        return False
    both = {**now['allocations'], **room}
    return client.allocate('PUT', f'/allocations/{consumer}',
                           _body(both, now), {consumer: both})


def compete(client):
    """Move a consumer that others move too; one wins each generation."""
    consumer = client.rng.choice(client.landscape.contested)
    now = client.get(f'/allocations/{consumer}')
    room = now and _room(client)
    if not room or not client.write('PUT', f'/allocations/{consumer}',
                                    _body(room, now)):
        return False
    client.won.append((consumer, now.get('consumer_generation')))
    return True


def swap(client):
    """Give what one holds to the other, and take something else for it."""
    first, second = client.rng.sample(client.pair, 2)
    now, other = (client.get(f'/allocations/{consumer}')
                  for consumer in (first, second))
    room = now and other and now['allocations'] and _room(client)
    return bool(room) and client.allocate('POST', '/allocations', {
        first: _body(room, now), second: _body(now['allocations'], other)},
        {first: room, second: now['allocations']})


def free(client):
    """Give everything back, by either way there is."""
    consumer, now = _consumer(client)
    if not now or not now['allocations']:
        return False
    if client.rng.random() < 0.5:
        return client.allocate('DELETE', f'/allocations/{consumer}', None,
                               {consumer: {}})
    return client.allocate('PUT', f'/allocations/{consumer}',
                           _body({}, now), {consumer: {}})


def change_inventory(client):
    """Create, change or delete an inventory of a nested provider."""
    provider = client.rng.choice(client.landscape.hosts).nested
    found = client.read(provider, 'inventories')
    if found is None:
        return False
    path = f'/resource_providers/{provider}/inventories'
    generation = {'resource_provider_generation':
                  found['resource_provider_generation']}
    total = {'total': client.rng.randint(2, 8)}
    others = {name: inventory for name, inventory in
              found['inventories'].items() if name != 'VGPU'}
    if 'VGPU' not in found['inventories']:
        return client.write('POST', path, {
            **generation, **total, 'resource_class': 'VGPU'})
    return client.rng.choice((
        lambda: client.write('PUT', f'{path}/VGPU', {**generation, **total}),
        lambda: client.write('PUT', path, {
            **generation, 'inventories': {**others, 'VGPU': total}}),
        lambda: client.write('DELETE', f'{path}/VGPU')))()


def change_traits(client):
    """Give a host other traits, or none."""
    provider = client.rng.choice(client.landscape.hosts).root
    found = client.read(provider, 'traits')
    if found is None:
        return False
    path = f'/resource_providers/{provider}/traits'
    if client.rng.random() < 0.2:
        return client.write('DELETE', path)
    return client.write('PUT', path, {
        'resource_provider_generation': found['resource_provider_generation'],
        'traits': _some(client.rng, landscape.TRAITS)})


def change_aggregates(client):
    """Give a host other pools, at least one."""
    provider = client.rng.choice(client.landscape.hosts).root
    found = client.read(provider, 'aggregates')
    return found is not None and client.write(
        'PUT', f'/resource_providers/{provider}/aggregates', {
            'resource_provider_generation':
                found['resource_provider_generation'],
            'aggregates': _some(client.rng, client.landscape.aggregates)})


def reshape(client):
    """Move the VCPUs of a host and their consumers from one provider of
    its tree to the other.
    """
    host = client.rng.choice(client.landscape.hosts)
    inventories = {provider: client.read(provider, 'inventories')
                   for provider in (host.root, host.nested)}
    if None in inventories.values():
        return False
    source = next((provider for provider, found in inventories.items()
                   if 'VCPU' in found['inventories']), None)
    target = host.nested if source == host.root else host.root
    held = source and client.read(source, 'allocations')
    if not held or 'VCPU' in inventories[target]['inventories']:
        return False
    moved = inventories[source]['inventories'].pop('VCPU')
    inventories[target]['inventories']['VCPU'] = moved
    allocations = {}
    for consumer, there in held['allocations'].items():
        if 'VCPU' in there['resources']:
            now = client.get(f'/allocations/{consumer}')
            if not now or not now['allocations']:
                return False
            allocations[consumer] = _body(
                _with_vcpus_at(now['allocations'], source, target), now)
    return client.write('POST', '/reshaper', {
        'inventories': inventories, 'allocations': allocations})


def grow(client):
    """Add a provider to a tree, and take it away again."""
    parent = client.rng.choice(client.landscape.hosts).nested
    child = str(uuid.uuid4())
    return client.write('POST', '/resource_providers', {
        'uuid': child, 'name': f'soak {child}',
        'parent_provider_uuid': parent}) and client.write(
            'DELETE', f'/resource_providers/{child}')


def look(client):
    """Look at a host: it may never give more than it has."""
    host = client.rng.choice(client.landscape.hosts)
    for provider in (host.root, host.nested):
        found = client.read(provider, 'usages')
        used = found and found['usages'].get('VCPU', 0)
        if used and not 0 <= used <= landscape.VCPUS:
            client.wrong.append(f'{used} VCPUs of {provider} are in use')
    return True


_WEIGHTS = {allocate: 8, add: 3, compete: 6, swap: 4, free: 3,
            change_inventory: 3, change_traits: 2, change_aggregates: 2,
            reshape: 4, grow: 1, look: 2}


def _consumer(client):
    """Return (uuid, its allocations as they are, None if unknown)."""
    consumer = client.rng.choice(
        client.pair if client.rng.random() < 0.7 else client.landscape.shared)
    return consumer, client.get(f'/allocations/{consumer}')


def _room(client):
    """Return allocations for which there is room right now, or None."""
    wish = _SHARED
    if client.rng.random() < 0.7:
        host = client.rng.choice(client.landscape.hosts)
        wish = f'{client.rng.choice(_LOCAL)}&in_tree={host.root}'
    found = client.get(f'/allocation_candidates?resources={wish}')
    if not found or not found['allocation_requests']:
        return None
    chosen = client.rng.choice(found['allocation_requests'])
    return chosen['allocations']


def _body(allocations, now):
    return service.consumer_of(
        {provider: held['resources']
         for provider, held in allocations.items()},
        generation=now.get('consumer_generation'))


def _some(rng, names):
    return rng.sample(names, rng.randint(1, len(names)))


def _with_vcpus_at(allocations, source, target):
    changed = {provider: dict(held['resources'])
               for provider, held in allocations.items()}
    units = changed.get(source, {}).pop('VCPU', None)
    if units is not None:
        there = changed.setdefault(target, {})
        there['VCPU'] = there.get('VCPU', 0) + units
    return {provider: {'resources': resources}
            for provider, resources in changed.items() if resources}
