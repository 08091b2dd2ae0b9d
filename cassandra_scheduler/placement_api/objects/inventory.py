# SPDX-License-Identifier: Apache-2.0
"""Stands for ``placement.objects.inventory``."""

import math

from placement.objects import inventory

from cassandra_scheduler.placement_api.providers import finding
from cassandra_scheduler.placement_api import timestamps


class Inventory(inventory.Inventory):
    """Upstream's, but refuses a ratio that JSON allows and no one can use.

    The handlers answer 400 to a ValueError here.
    """

    def __init__(self, *args, **fields):
        super().__init__(*args, **fields)
        if not math.isfinite(self.allocation_ratio):
            raise ValueError('allocation_ratio must be a finite number')


def get_all_by_resource_provider(context, rp):
    """Return the Inventory objects of a provider; none if it is gone."""
    found = finding.find(context.store, rp.uuid)
    return from_provider(found.provider, rp) if found else []


def from_provider(provider, rp):
    """Return upstream objects for what the model's Provider has."""
    return [Inventory(
        resource_provider=rp, resource_class=name, total=kept.total,
        reserved=kept.reserved, min_unit=kept.min_unit,
        max_unit=kept.max_unit, step_size=kept.step_size,
        allocation_ratio=kept.allocation_ratio,
        created_at=timestamps.moment(kept.created_ms),
        updated_at=timestamps.moment(kept.updated_ms))
        for name, kept in provider.inventories.items()]
