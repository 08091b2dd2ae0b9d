# SPDX-License-Identifier: Apache-2.0
"""Stands for ``placement.objects.reshaper``.

Inventories and allocations change together. So the new inventories are first
joined with the old ones, then the allocations are replaced, then the old
inventories are removed. Only the last state is written, with all the
generations that upstream counts in between.
"""

from placement import exception

from cassandra_scheduler.placement_api.objects import allocation
from cassandra_scheduler.placement_api.objects import resource_class
from cassandra_scheduler.placement_api.providers import allocation_writes
from cassandra_scheduler.placement_api.providers import provider_changes


def reshape(ctx, inventories, allocations):
    """Replace inventories and allocations, all of it or nothing.

    ``inventories``: ResourceProvider -> upstream Inventory objects, its
    complete new inventory; its generation must not have changed.
    ``allocations``: as for ``allocation.replace_all``.
    """
    offered = {one.resource_class for many in inventories.values()
               for one in many}
    for name in sorted(offered.union(one.resource_class
                                     for one in allocations)):
        ctx.rc_cache.id_from_string(name)
    write, known, entries = allocation.plan(allocations)

    def reshaped(states):
        states = _join(states, inventories, write.at_ms)
        states = allocation_writes.replace(states, known, entries, write=write)
        for rp, new in inventories.items():
            states = _set(states, rp, _converted(new, write.at_ms),
                          write.at_ms)
        return states

    allocation.write_planned(ctx, allocations, reshaped, write=write,
                             providers=inventories)
    resource_class.keep(ctx, offered)


def _join(states, inventories, now):
    """Return the states with the new inventories beside the old ones."""
    for rp, new in inventories.items():
        tree = allocation_writes.tree_of(states, rp.uuid)
        provider = tree.providers[rp.uuid]
        if provider.generation != rp.generation:
            raise exception.ResourceProviderConcurrentUpdateDetected()
        if new:
            states = _set(states, rp, {**provider.inventories,
                                       **_converted(new, now)}, now)
    return states


def _set(states, rp, inventories, now):
    tree = provider_changes.bump(provider_changes.set_inventories(
        allocation_writes.tree_of(states, rp.uuid), rp.uuid, inventories),
        rp.uuid, now)
    return {**states, tree.id: states[tree.id].with_tree(tree)}


def _converted(inventories, now):
    return {one.resource_class: provider_changes.inventory_from(one, now)
            for one in inventories}
