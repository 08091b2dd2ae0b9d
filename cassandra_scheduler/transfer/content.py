# SPDX-License-Identifier: Apache-2.0
"""What a cloud consists of, independent of the database.

Providers are ``model.tree.Provider``. A *whole* consumer is a
``model.consumer.Consumer`` with all its amounts in all trees, and without a
home and a claim.
"""

import dataclasses

import os_resource_classes
import os_traits

from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.store import catalogue

#: Kinds of names in the catalogue, with those that exist in every cloud.
STANDARD_NAMES = {
    catalogue.RESOURCE_CLASS: frozenset(os_resource_classes.STANDARDS),
    catalogue.TRAIT: frozenset(os_traits.get_traits()),
    catalogue.CONSUMER_TYPE: frozenset({consumer_model.INSTANCE}),
}


@dataclasses.dataclass(frozen=True, slots=True)
class WholeTree:
    """A provider tree and all consumers that hold something in it.

    ``providers``: uuid -> Provider, parents before children, so the first is
    the root; ``consumers``: uuid -> whole Consumer.
    """
    providers: dict
    consumers: dict

    @property
    def root(self):
        """Return the root Provider."""
        return next(iter(self.providers.values()))


def parents_first(providers):
    """Return uuid -> Provider of one tree, parents before children.

    A provider whose parent is not among them counts as a root.
    """
    children = {}
    for provider in providers.values():
        parent = provider.parent if provider.parent in providers else None
        children.setdefault(parent, []).append(provider)
    ordered, level = {}, children.get(None, [])
    while level:
        ordered.update((provider.uuid, provider) for provider in level)
        level = [child for provider in level
                 for child in children.get(provider.uuid, ())]
    return ordered


def same_provider(one, other):
    """Return whether two Providers are equal; either may be None."""
    return _of_provider(one) == _of_provider(other)


def same_consumer(one, other):
    """Return whether two whole Consumers are equal; either may be None."""
    return _of_consumer(one) == _of_consumer(other)


def same_inventory(one, other):
    """Return whether two Inventories are equal; either may be None."""
    return _of_inventory(one) == _of_inventory(other)


def _of_provider(provider):
    return provider and (
        provider.name, provider.parent, provider.generation,
        provider.traits, provider.aggregates,
        _second(provider.created_ms), _second(provider.updated_ms),
        {name: _of_inventory(inventory)
         for name, inventory in provider.inventories.items()})


def _of_inventory(inventory):
    # In MySQL, upstream's column has single precision.
    return inventory and inventory.replace(
        allocation_ratio=float(f'{inventory.allocation_ratio:.6g}'),
        created_ms=_second(inventory.created_ms),
        updated_ms=_second(inventory.updated_ms))


def _of_consumer(consumer):
    return consumer and (
        consumer.generation, consumer.project_id, consumer.user_id,
        consumer.consumer_type, _second(consumer.created_ms),
        _second(consumer.updated_ms or consumer.created_ms),
        consumer.amounts)


def _second(milliseconds):
    # MySQL's DATETIME has no fractions.
    return None if milliseconds is None else milliseconds // 1000
