# SPDX-License-Identifier: Apache-2.0
"""Whether there is room in a tree for some amounts."""

from cassandra_scheduler.model import capacity


def fits(tree, amounts):
    """Return whether all ``amounts`` fit into ``tree``, which may be None.

    ``amounts``: (provider uuid, resource class) -> units.
    """
    if tree is None:
        return False
    for (provider_uuid, resource_class), units in amounts.items():
        provider = tree.providers.get(provider_uuid)
        inventory = provider and provider.inventories.get(resource_class)
        if inventory is None or not capacity.fits(
                inventory, tree.units_used(provider_uuid, resource_class),
                units):
            return False
    return True


def own(tree, amounts):
    """Return those of ``amounts`` that are of providers of ``tree``."""
    return {key: units for key, units in amounts.items()
            if key[0] in tree.providers}
