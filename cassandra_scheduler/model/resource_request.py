# SPDX-License-Identifier: Apache-2.0
"""What a placement asks for, in Placement's words.

Made by a door (the scheduler driver, the Placement API) from what it was
given; read by the resource types, the mini-cloud and the scheduling room.
"""

from collections.abc import Mapping
import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class ResourceGroup:
    """One request group, numbered or not, of ``GET /allocation_candidates``.

    ``required`` is an AND of any-of sets of traits; ``member_of`` an AND of
    any-of sets of aggregate uuids. The group with suffix '' may take its
    resources from several providers of a tree, any other from one only.
    """
    suffix: str = ''
    # resource class -> units
    resources: Mapping[str, int] = dataclasses.field(default_factory=dict)
    required: tuple[frozenset[str], ...] = ()
    forbidden: frozenset[str] = frozenset()
    member_of: tuple[frozenset[str], ...] = ()
    forbidden_aggregates: frozenset[str] = frozenset()
    in_tree: str | None = None

    @property
    def use_same_provider(self) -> bool:
        """Return whether one provider must serve the whole group."""
        return bool(self.suffix)


@dataclasses.dataclass(frozen=True, slots=True)
class ResourceRequest:
    """All groups of a request and what binds them together."""
    groups: tuple[ResourceGroup, ...] = ()
    root_required: frozenset[str] = frozenset()
    root_forbidden: frozenset[str] = frozenset()
    group_policy: str | None = None
    same_subtrees: tuple[frozenset[str], ...] = ()  # suffixes of groups

    def total(self, resource_class: str) -> int:
        """Return the units asked of one class, over all groups."""
        return sum(group.resources.get(resource_class, 0)
                   for group in self.groups)

    @property
    def resource_classes(self) -> frozenset[str]:
        """Return the set of classes asked for in any group."""
        return frozenset(name for group in self.groups
                         for name in group.resources)


@dataclasses.dataclass(frozen=True, slots=True)
class AllocationRequest:
    """One way to satisfy a request inside one tree (plus shared providers).

    ``amounts``: (provider uuid, resource class) -> units. ``mappings``:
    group suffix -> tuple of provider uuids that serve it.
    """
    amounts: Mapping[tuple[str, str], int]
    mappings: Mapping[str, tuple[str, ...]]
