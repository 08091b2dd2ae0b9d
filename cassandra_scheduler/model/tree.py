# SPDX-License-Identifier: Apache-2.0
"""A provider tree: everything that one partition of the store decides about.

A tree is a root provider (a compute node, a storage pool) with all providers
nested in it. It is the unit of atomicity: one conditional write replaces one
state of a tree by the next. Values are frozen; ``with_...`` returns another.
"""

from collections.abc import Mapping
import dataclasses
from typing import Any
from typing import Self

import msgspec

from cassandra_scheduler.model import report as report_model

#: The largest amount Placement accepts (a signed 32-bit integer).
MAX_INT = 0x7FFFFFFF
#: Placement's trait for a provider that others may take from by aggregate.
SHARING_TRAIT = 'MISC_SHARES_VIA_AGGREGATE'


class Inventory(msgspec.Struct, frozen=True, array_like=True):
    """What one provider has of one resource class, in units of the class.

    The store keeps it as a list of these fields in this order, and msgspec
    reads it from there. So a new field goes to the end.
    """
    total: int
    reserved: int = 0
    min_unit: int = 1
    max_unit: int = MAX_INT
    step_size: int = 1
    # A ratio of 4 stays 4: written as 4.0 it would be another text.
    allocation_ratio: int | float = 1.0
    created_ms: int | None = None
    updated_ms: int | None = None

    def replace(self, **changes: Any) -> Self:
        """Return this inventory with some fields changed."""
        return msgspec.structs.replace(self, **changes)


class Provider(msgspec.Struct, frozen=True):
    """One resource provider; ``*_ms`` are milliseconds since the epoch."""
    uuid: str
    name: str
    parent: str | None = None
    generation: int = 0
    # resource class -> Inventory
    inventories: dict[str, Inventory] = msgspec.field(default_factory=dict)
    traits: frozenset[str] = frozenset()
    aggregates: frozenset[str] = frozenset()  # Placement aggregate uuids
    created_ms: int | None = None
    updated_ms: int | None = None

    @property
    def shares(self) -> bool:
        """Return whether others may take from it by aggregate."""
        return SHARING_TRAIT in self.traits

    def replace(self, **changes: Any) -> Self:
        """Return this provider with some fields changed."""
        return msgspec.structs.replace(self, **changes)


@dataclasses.dataclass(frozen=True, slots=True)
class Pending:
    """A claim that the host has not yet reported as its own.

    ``usage`` is what Nova's own accounting must subtract from what the host
    reported: names of nova's figures ('vcpus', 'memory_mb', 'disk_gb',
    'instances', 'io_ops' and, from a resource type, more) to amounts.
    """
    claim_id: str
    claimed_ms: int
    usage: Mapping[str, object] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True)
class Heartbeat:
    """The last sign of life of the service that owns the tree."""
    last_seen_ms: int | None = None
    disabled: bool = False
    forced_down: bool = False
    service: report_model.ServiceRecord | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Tree:
    """One state of one provider tree.

    ``version`` is the fence: 0 for a tree not stored yet, one more with every
    conditional write. ``used`` maps (provider uuid, resource class) to units.
    ``report`` is what a compute host says of itself, ``intent`` the JSON of
    a transaction over several trees that is under way here.
    """
    id: str
    version: int = 0
    providers: Mapping[str, Provider] = dataclasses.field(
        default_factory=dict)
    used: Mapping[tuple[str, str], int] = dataclasses.field(
        default_factory=dict)
    # By the uuid of the consumer.
    pending: Mapping[str, Pending] = dataclasses.field(default_factory=dict)
    resource_type: str | None = None
    report: report_model.HostReport | None = None
    intent: str | None = None
    recent_write_ids: tuple[str, ...] = ()
    heartbeat: Heartbeat = Heartbeat()

    @property
    def root(self) -> Provider | None:
        """Return the provider without a parent, or None in an empty tree."""
        for provider in self.providers.values():
            if provider.parent is None:
                return provider
        return None

    def units_used(self, provider_uuid: str, resource_class: str) -> int:
        """Return the units in use of one class of one provider."""
        return self.used.get((provider_uuid, resource_class), 0)

    def replace(self, **changes: Any) -> 'Tree':
        """Return this tree with some fields changed."""
        return dataclasses.replace(self, **changes)

    def with_provider(self, provider: Provider) -> 'Tree':
        """Return this tree with ``provider`` added or replaced."""
        return self.replace(
            providers={**self.providers, provider.uuid: provider})

    def without_provider(self, provider_uuid: str) -> 'Tree':
        """Return this tree without a provider and what it counted."""
        return self.replace(
            providers={uuid: provider
                       for uuid, provider in self.providers.items()
                       if uuid != provider_uuid},
            used={key: units for key, units in self.used.items()
                  if key[0] != provider_uuid})

    def with_amounts(self, amounts: Mapping[tuple[str, str], int], *,
                     sign: int = 1) -> 'Tree':
        """Return this tree with ``amounts`` added to what is used.

        ``amounts``: (provider uuid, resource class) -> units. ``sign`` -1
        gives them back.
        """
        used = dict(self.used)
        for key, units in amounts.items():
            used[key] = used.get(key, 0) + sign * units
        return self.replace(used=used)

    def with_pending(self, consumer_uuid: str, pending: Pending | None
                     ) -> 'Tree':
        """Return this tree with this claim pending; None: without it."""
        others = {uuid: value for uuid, value in self.pending.items()
                  if uuid != consumer_uuid}
        if pending is not None:
            others[consumer_uuid] = pending
        return self.replace(pending=others)

    def bumped(self, *provider_uuids: str) -> 'Tree':
        """Return this tree with the generation of some providers one up."""
        providers = dict(self.providers)
        for uuid in provider_uuids:
            provider = providers[uuid]
            providers[uuid] = provider.replace(
                generation=provider.generation + 1)
        return self.replace(providers=providers)
