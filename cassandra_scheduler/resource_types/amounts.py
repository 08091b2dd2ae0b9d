# SPDX-License-Identifier: Apache-2.0
"""How much of a resource class is free in a whole tree.

This is an upper bound of what a request can take: the sum over all providers,
nested ones included. For a tree of one provider it is exact.
"""

from cassandra_scheduler.model import capacity
from cassandra_scheduler.model import tree as tree_model

#: The classes that have their own columns, and the names of these columns.
CLASSES = {'VCPU': 'vcpu', 'PCPU': 'pcpu', 'MEMORY_MB': 'memory_mb',
           'DISK_GB': 'disk_gb'}
UNBOUNDED = tree_model.MAX_INT


def bounds(tree, resource_class):
    """Return (units free in the whole tree, largest unit it gives).

    A sharing provider may offer a class that is not in the tree's
    inventories. So such a class counts as unbounded.
    """
    free, max_unit, offered = 0, 0, False
    for provider in tree.providers.values():
        inventory = provider.inventories.get(resource_class)
        if inventory is None:
            continue
        offered = True
        free += _room(tree, provider, resource_class)
        max_unit = max(max_unit, inventory.max_unit)
    return (free, max_unit) if offered else (UNBOUNDED, UNBOUNDED)


def others(tree):
    """Return class -> units free in the tree, of all but CLASSES."""
    found = {}
    for provider in tree.providers.values():
        for resource_class in provider.inventories:
            if resource_class not in CLASSES:
                found[resource_class] = found.get(resource_class, 0) + _room(
                    tree, provider, resource_class)
    return found


def _room(tree, provider, resource_class):
    return max(0, capacity.room(
        provider.inventories[resource_class],
        tree.units_used(provider.uuid, resource_class)))
