# SPDX-License-Identifier: Apache-2.0
"""An AllocationRequest as Placement 1.36 writes it, and back."""

from cassandra_scheduler.model import resource_request as request_model


def to_json(allocation):
    """Return the dict for PUT /allocations, mappings included."""
    allocations = {}
    for (provider, resource_class), units in allocation.amounts.items():
        allocations.setdefault(provider, {'resources': {}})[
            'resources'][resource_class] = units
    return {'allocations': allocations,
            'mappings': {suffix: list(providers) for suffix, providers in
                         allocation.mappings.items()}}


def from_json(candidate):
    """Return the AllocationRequest of such a dict."""
    return request_model.AllocationRequest(
        amounts={(provider, resource_class): units
                 for provider, taken in candidate['allocations'].items()
                 for resource_class, units in taken['resources'].items()},
        mappings={suffix: tuple(providers) for suffix, providers in
                  (candidate.get('mappings') or {}).items()})
