# SPDX-License-Identifier: Apache-2.0
"""Stands for ``placement.objects.reshaper``.

Inventories and allocations change together, so the new inventories are first
joined with the old, then the allocations are replaced, then the old
inventories go. Only the last state is written, with all the generations
that upstream counts on the way.
"""

from placement import exception

from cassandra_scheduler.placement_api.objects import allocation
from cassandra_scheduler.placement_api.objects import resource_class
from cassandra_scheduler.placement_api.providers import provider_changes
from cassandra_scheduler.placement_api.providers import replacement


def reshape(ctx, inventories, allocations):
    """Replace inventories and allocations, all of it or nothing.

    ``inventories``: ResourceProvider -> upstream Inventory objects, its
    whole new inventory; its generation must not have moved.
    ``allocations``: as for ``allocation.replace_all``.
    """
    offered = {one.resource_class for many in inventories.values()
               for one in many}
    for name in sorted(offered.union(one.resource_class
                                     for one in allocations)):
        ctx.rc_cache.id_from_string(name)

    def reshaped(draft):
        _join(draft, inventories)
        replacement.replace(draft, allocations)
        for rp, wanted in inventories.items():
            _set(draft, rp, _converted(wanted, draft.now))

    draft = allocation.write(ctx, allocations, reshaped,
                             providers=inventories)
    allocation.refresh(draft, list(inventories) +
                       [one.resource_provider for one in allocations])
    allocation.count(allocations)
    resource_class.keep(ctx, offered)


def _join(draft, inventories):
    """Give each provider its new inventories beside the old ones."""
    for rp, wanted in inventories.items():
        provider = draft.tree_of(rp.uuid).providers[rp.uuid]
        if provider.generation != rp.generation:
            raise exception.ResourceProviderConcurrentUpdateDetected()
        if wanted:
            _set(draft, rp, {**provider.inventories,
                             **_converted(wanted, draft.now)})


def _set(draft, rp, inventories):
    tree = provider_changes.set_inventories(
        draft.tree_of(rp.uuid), rp.uuid, inventories)
    draft.set_tree(provider_changes.bump(tree, rp.uuid, draft.now))


def _converted(wanted, now):
    return {one.resource_class: provider_changes.inventory_from(one, now)
            for one in wanted}
