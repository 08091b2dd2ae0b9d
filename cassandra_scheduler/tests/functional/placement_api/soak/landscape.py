# SPDX-License-Identifier: Apache-2.0
"""Compute hosts with a nested provider, and pools of shared storage."""

import dataclasses
import uuid

POOLS = 2
CONTESTED = 1
#: No client changes the total of this class, so it is never exceeded.
VCPUS = 4
_CUSTOM = 'CUSTOM_SOAKED'
TRAITS = ('HW_CPU_X86_AVX', 'HW_CPU_X86_AVX2', _CUSTOM)
_SHARES = 'MISC_SHARES_VIA_AGGREGATE'


@dataclasses.dataclass(frozen=True, slots=True)
class Host:
    """A tree: a root, and a nested provider below it."""
    root: str
    nested: str


@dataclasses.dataclass(frozen=True, slots=True)
class Landscape:
    """``shared``: consumers that all clients meddle with.

    ``contested``: further ones, which are never deleted.
    """
    hosts: tuple
    pools: tuple
    aggregates: tuple
    shared: tuple
    contested: tuple

    @property
    def tree_of(self):
        """Return provider uuid -> name of its tree."""
        return {**{pool: pool for pool in self.pools},
                **{provider: host.root for host in self.hosts
                   for provider in (host.root, host.nested)}}


def create(ask, trees):
    """Make a Landscape of that many trees.

    ``ask(method, path, body)`` returns the JSON of an answer.
    """
    ask('PUT', f'/traits/{_CUSTOM}', None)
    aggregates = _uuids(POOLS)
    return Landscape(
        aggregates=aggregates,
        pools=tuple(_pool(ask, aggregate) for aggregate in aggregates),
        hosts=tuple(_host(ask, aggregates[number % POOLS])
                    for number in range(trees - POOLS)),
        shared=_uuids(trees), contested=_uuids(CONTESTED))


def _uuids(count):
    return tuple(str(uuid.uuid4()) for _ in range(count))


def _host(ask, aggregate):
    root = _provider(ask, None, VCPU=VCPUS, MEMORY_MB=65536)
    _join(ask, root, aggregate)
    return Host(root, _provider(ask, root, VGPU=4))


def _pool(ask, aggregate):
    pool = _provider(ask, None, DISK_GB=2000)
    ask('PUT', f'/resource_providers/{pool}/traits', {
        'resource_provider_generation': 1, 'traits': [_SHARES]})
    _join(ask, pool, aggregate, generation=2)
    return pool


def _provider(ask, parent, **totals):
    provider = str(uuid.uuid4())
    ask('POST', '/resource_providers', {
        'uuid': provider, 'name': f'soak {provider}',
        'parent_provider_uuid': parent})
    ask('PUT', f'/resource_providers/{provider}/inventories', {
        'resource_provider_generation': 0, 'inventories': {
            name: {'total': total} for name, total in totals.items()}})
    return provider


def _join(ask, provider, aggregate, *, generation=1):
    ask('PUT', f'/resource_providers/{provider}/aggregates', {
        'resource_provider_generation': generation,
        'aggregates': [aggregate]})
