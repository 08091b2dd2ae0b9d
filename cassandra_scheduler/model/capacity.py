# SPDX-License-Identifier: Apache-2.0
"""The one rule that says whether an amount fits into an inventory.

The candidate search asks ``fits`` for one amount, the claim asks ``has_room``
for all of them. The write of allocations asks the two parts of ``fits``,
``unit_violated`` and ``within``, because Placement has an error for each. A
query that leaves out hosts before must not leave out one that passes here.
"""

from collections.abc import Mapping
import math

from cassandra_scheduler.model import tree as tree_model


def capacity(inventory: tree_model.Inventory) -> float:
    """Return how much may be used, in units of the class, as a float.

    As Placement: total without what is reserved, times the allocation ratio,
    not rounded.
    """
    return ((inventory.total - inventory.reserved) *
            inventory.allocation_ratio)


def room(inventory: tree_model.Inventory, used: int) -> int:
    """Return the whole units still free; negative when over-committed."""
    return math.floor(capacity(inventory) - used)


def unit_violated(inventory: tree_model.Inventory, amount: int) -> str | None:
    """Return the name of the unit rule that ``amount`` breaks, or None.

    One of 'min_unit', 'max_unit', 'step_size', checked in that order.
    """
    if amount < inventory.min_unit:
        return 'min_unit'
    if amount > inventory.max_unit:
        return 'max_unit'
    if amount % inventory.step_size:
        return 'step_size'
    return None


def within(inventory: tree_model.Inventory, used: int) -> bool:
    """Return whether a total of ``used`` units respects the capacity."""
    return used <= capacity(inventory)


def fits(inventory: tree_model.Inventory, used: int, amount: int) -> bool:
    """Return whether ``amount`` more units fit beside ``used`` ones.

    The capacity check of Placement's candidate search and of its allocation
    write, unit rules included.
    """
    return (unit_violated(inventory, amount) is None and
            within(inventory, used + amount))


def has_room(tree: tree_model.Tree | None,
             amounts: Mapping[tuple[str, str], int]) -> bool:
    """Return whether all ``amounts`` fit into a Tree, which may be None.

    ``amounts``: (provider uuid, resource class) -> units. This decides that
    a host has room: before a claim (scheduling.claims.claiming.may_fit) and
    in it (model.holdings.take). A PUT of allocations is checked by
    placement_api.providers.allocation_rules, with the same rules.
    """
    if tree is None:
        return False
    for (provider_uuid, resource_class), units in amounts.items():
        provider = tree.providers.get(provider_uuid)
        inventory = (provider.inventories.get(resource_class)
                     if provider is not None else None)
        if inventory is None or not fits(
                inventory, tree.units_used(provider_uuid, resource_class),
                units):
            return False
    return True
