# SPDX-License-Identifier: Apache-2.0
"""Stands for ``placement.objects.inventory``."""

import math

from placement.objects import inventory

from cassandra_scheduler.placement_api.providers import finding
from cassandra_scheduler.store import tree_codec


class Inventory(inventory.Inventory):
    """Upstream's Inventory, but the ratio must be finite.

    JSON allows Infinity and NaN. The handlers answer a ValueError with 400.
    """

    def __init__(self, *args, **fields):
        super().__init__(*args, **fields)
        if not math.isfinite(self.allocation_ratio):
            raise ValueError('allocation_ratio must be a finite number')


def get_all_by_resource_provider(context, rp):
    """Return the Inventory objects of a provider; none if it is deleted.
    """
    found = finding.find(context.store, rp.uuid)
    return from_provider(found.provider, rp) if found else []


def from_provider(provider, rp):
    """Return the upstream objects of the model's Provider."""
    return [Inventory(
        resource_provider=rp, resource_class=name, total=found.total,
        reserved=found.reserved, min_unit=found.min_unit,
        max_unit=found.max_unit, step_size=found.step_size,
        allocation_ratio=found.allocation_ratio,
        created_at=tree_codec.moment(found.created_ms),
        updated_at=tree_codec.moment(found.updated_ms))
        for name, found in provider.inventories.items()]
