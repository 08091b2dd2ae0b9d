# SPDX-License-Identifier: Apache-2.0
"""What replacing the allocations of some consumers makes of the trees.

Stands for ``_set_allocations`` of ``placement.objects.allocation``. Pure: the
states of the trees go in, their successors and the consumers' rows come out.
"""

import collections
import dataclasses

from placement import exception

from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.placement_api import allocation_rules
from cassandra_scheduler.placement_api.providers import finding
from cassandra_scheduler.placement_api.providers import provider_changes
from cassandra_scheduler.placement_api import writing


@dataclasses.dataclass
class Draft:
    """Trees on their way from the states read to the states to write.

    ``trees``: tree id -> Tree as it shall be; ``put``: tree id -> rows;
    ``create``: (tree id, consumer uuid) of rows that nobody had; ``delete``:
    tree id -> consumer uuids; ``homes``: consumer uuid -> its new home row,
    None once it holds nothing.
    """
    states: dict
    write_id: str
    now: int
    trees: dict = dataclasses.field(default_factory=dict)
    put: dict = dataclasses.field(default_factory=dict)
    create: set = dataclasses.field(default_factory=set)
    delete: dict = dataclasses.field(default_factory=dict)
    homes: dict = dataclasses.field(default_factory=dict)

    def __post_init__(self):
        for tree_id, state in self.states.items():
            if state.tree is not None:
                self.trees[tree_id] = state.tree
            self.put[tree_id], self.delete[tree_id] = [], []

    def tree_of(self, provider_uuid):
        """Return the Tree that a provider is in.

        Raises a conflict when it has gone since it was found.
        """
        for tree in self.trees.values():
            if finding.in_tree(tree, provider_uuid):
                return tree
        raise exception.ResourceProviderConcurrentUpdateDetected()

    def set_tree(self, tree):
        """Note what a tree shall be."""
        self.trees[tree.id] = tree

    def changes(self):
        """Return the TreeChanges that write this draft."""
        return tuple(
            writing.change(
                self.states[tree_id], tree, write_id=self.write_id,
                put=self.put[tree_id], delete=self.delete[tree_id],
                create=self._created(tree_id))
            for tree_id, tree in self.trees.items()
            if tree != self.states[tree_id].tree or
            self.put[tree_id] or self.delete[tree_id])

    def _created(self, tree_id):
        return frozenset(row.uuid for row in self.put[tree_id]
                         if (tree_id, row.uuid) in self.create)


def replace(draft, wanted):
    """Replace in ``draft`` what the consumers of ``wanted`` hold.

    ``wanted``: upstream Allocation objects, 0 units meaning "remove".
    """
    consumers = {one.consumer.uuid: one.consumer for one in wanted}
    before = {(one.resource_provider.uuid, one.resource_class):
              draft.tree_of(one.resource_provider.uuid).units_used(
                  one.resource_provider.uuid, one.resource_class)
              for one in wanted}
    held = {uuid: _taken_back(draft, consumer)
            for uuid, consumer in consumers.items()}
    providers = list(dict.fromkeys(one.resource_provider.uuid
                                   for one in wanted))
    allocation_rules.check(
        wanted, before=before,
        trees={uuid: draft.tree_of(uuid) for uuid in providers})
    amounts = {uuid: {} for uuid in consumers}
    for one in wanted:
        if one.used:
            _add(draft, amounts[one.consumer.uuid], one)
    for uuid in providers:
        draft.set_tree(
            provider_changes.bump(draft.tree_of(uuid), uuid, draft.now))
    for uuid, consumer in consumers.items():
        _set_rows(draft, consumer, held[uuid], amounts[uuid])


def remove(draft, consumer, keys):
    """Take (provider uuid, resource class) ``keys`` from a consumer.

    No generation moves, and none is compared but the consumer's: another one
    means that these allocations have been replaced by others. Returns whether
    they were still there.
    """
    held = rows(draft, consumer.uuid)
    home = home_of(held)
    if home is None or home.generation != consumer.generation:
        return False
    if not home.also_in <= draft.states.keys():
        raise exception.ConcurrentUpdateDetected()
    amounts = {}
    for tree_id, row in held.items():
        gone = {key: units for key, units in row.amounts.items()
                if key in keys}
        amounts[tree_id] = {key: units for key, units in row.amounts.items()
                            if key not in keys}
        tree = draft.trees[tree_id].with_amounts(gone, sign=-1)
        draft.set_tree(tree.with_pending(consumer.uuid, None))
    write_rows(draft, home, held, amounts)
    return True


def _taken_back(draft, consumer):
    """Free what a consumer holds; return its rows, tree id -> Consumer."""
    held = rows(draft, consumer.uuid)
    home = home_of(held)
    if consumer.row is None:
        if held or _fenced_off(draft, consumer.uuid):
            raise exception.ConcurrentUpdateDetected()
    elif (home is None or home.generation != consumer.generation or
            not home.also_in <= draft.states.keys()):
        raise exception.ConcurrentUpdateDetected()
    for tree_id, row in held.items():
        tree = draft.trees[tree_id].with_amounts(row.amounts, sign=-1)
        draft.set_tree(tree.with_pending(consumer.uuid, None))
    return held


def rows(draft, consumer_uuid):
    """Return what a consumer holds as read: tree id -> Consumer."""
    found = {tree_id: state.consumers.get(consumer_uuid)
             for tree_id, state in draft.states.items()}
    return {tree_id: row for tree_id, row in found.items()
            if row and row.is_live}


def _fenced_off(draft, consumer_uuid):
    """Return whether somebody took over while we were creating it."""
    found = (state.consumers.get(consumer_uuid)
             for state in draft.states.values())
    return any(row and row.blocks(draft.write_id) for row in found)


def home_of(held):
    """Return the home row among the rows of one consumer, or None."""
    return next((row for tree_id, row in held.items()
                 if row.home == tree_id), None)


def _add(draft, amounts, one):
    key = (one.resource_provider.uuid, one.resource_class)
    tree = draft.tree_of(key[0])
    draft.set_tree(tree.with_amounts({key: one.used}))
    here = amounts.setdefault(tree.id, collections.Counter())
    here[key] += one.used


def _set_rows(draft, consumer, held, amounts):
    old = home_of(held)
    write_rows(draft, consumer_model.Consumer(
        uuid=consumer.uuid, home=old.home if old else '',
        generation=consumer.generation + 1,
        project_id=consumer.project.external_id,
        user_id=consumer.user.external_id,
        consumer_type=consumer.consumer_type_id,
        created_ms=old.created_ms if old else draft.now,
        updated_ms=draft.now), held, amounts)


def write_rows(draft, home, held, amounts):
    """Put and delete the rows of one consumer.

    ``home``: its home row but for the amounts; ``held``: tree id -> row as
    read; ``amounts``: tree id -> what it shall hold there. It stays at home
    as long as it holds something there.
    """
    uuid = home.uuid
    kept = {tree_id: dict(units) for tree_id, units in amounts.items()
            if units}
    where = home.home if home.home in kept else next(iter(kept), None)
    draft.homes[uuid] = None
    for tree_id, units in kept.items():
        row = consumer_model.Consumer(
            uuid=uuid, home=where, amounts=units, claim_id=draft.write_id,
            created_ms=home.created_ms, updated_ms=home.updated_ms)
        if tree_id == where:
            row = draft.homes[uuid] = home.replace(
                home=where, amounts=units, claim_id=draft.write_id,
                also_in=frozenset(kept) - {where})
        draft.put[tree_id].append(row)
        if uuid not in draft.states[tree_id].consumers:
            # So that a refusal says whose row stands there.
            draft.create.add((tree_id, uuid))
    for tree_id, row in held.items():
        if tree_id in kept:
            continue
        if where is not None and row.home == tree_id:
            # The locator still leads here; a stub shows the way.
            draft.put[tree_id].append(
                consumer_model.Consumer(uuid=uuid,
                                        home=tree_id,
                                        moved_to=where,
                                        claim_id=draft.write_id))
        else:
            draft.delete[tree_id].append(uuid)
