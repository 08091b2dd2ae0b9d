# SPDX-License-Identifier: Apache-2.0
"""Brings trees and consumers of our store to what another database says.

A tree with those who hold something in it and nowhere else is one step, or
several when they are many; whoever spans trees is written in a transaction.
Locators are claimed before and what is used is counted again from the rows,
so the store is whole after every write.
"""

import contextlib
import types
import uuid as uuids

from placement import exception

from cassandra_scheduler.model import change as change_model
from cassandra_scheduler.model import errors
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.placement_api import consumer_homes
from cassandra_scheduler.placement_api.providers import cleanup
from cassandra_scheduler.placement_api.providers import create_delete
from cassandra_scheduler.placement_api.providers import rename_reparent
from cassandra_scheduler.placement_api.providers import replacement
from cassandra_scheduler.placement_api import timestamps
from cassandra_scheduler.placement_api import writing
from cassandra_scheduler.store import catalogue
from cassandra_scheduler.store import outcome
from cassandra_scheduler.transfer import refusing
from cassandra_scheduler.transfer import sql_reading
from cassandra_scheduler.transfer import store_reading

#: How many consumers one step or transaction writes.
CONSUMERS_PER_WRITE = 100


class StoreWriter(store_reading.StoreReader):
    """Writes what was read elsewhere; each write is one that can be repeated.
    """

    #: Trees that are written side by side.
    workers = 8

    def add_names(self, kind, names):
        """Create names: name -> milliseconds of its creation."""
        for name, created_ms in names.items():
            self._note(kind, name, created_ms)

    def write_tree(self, tree, changed, consumers):
        """Write the ``changed`` providers of a WholeTree and ``consumers``.

        ``changed``: uuids; ``consumers``: whole Consumers that hold and held
        nothing outside the tree. Raises Refused when a name is taken.
        """
        with refusing.names():
            tree_id = self._settle(tree)
        if any(provider.shares for provider in tree.providers.values()):
            # Searches look here for trees that share: before the trait.
            self._note(catalogue.SHARING_TREE, tree_id, timestamps.now_ms())
        wanted = [tree.providers[uuid] for uuid in tree.providers
                  if uuid in changed]
        for chunk in list(sql_reading.chunks(
                consumers, CONSUMERS_PER_WRITE)) or [[]]:
            self._write([tree_id], chunk, dict.fromkeys(
                (provider.uuid for provider in tree.providers.values()),
                tree_id), wanted)

    def write_consumers(self, consumers, held):
        """Write whole Consumers that hold, or held, something in several
        trees.

        ``held``: uuid -> the Consumer of this store that differs.
        """
        everywhere = {key[0] for one in (*consumers, *held.values())
                      for key in one.amounts}
        places = {uuid: found.tree
                  for uuid, found in self.found(everywhere).items()}
        groups = {}
        for one in consumers:
            if any(key[0] not in places for key in one.amounts):
                raise refusing.Refused(
                    f'consumer {one.uuid} holds something of a provider that '
                    'could not be written')
            old = held.get(one.uuid)
            groups.setdefault(frozenset(
                places[key[0]].id for key in (
                    *one.amounts, *(old.amounts if old else ()))
                if key[0] in places), []).append(one)
        sharing = {tree.id for tree in places.values() if any(
            provider.shares for provider in tree.providers.values())}
        for tree_ids, group in groups.items():
            # A consumer is at home on its host, not in the storage.
            ordered = sorted(tree_ids, key=lambda one: (one in sharing, one))
            for chunk in sql_reading.chunks(group, CONSUMERS_PER_WRITE):
                self._write(ordered, chunk, {
                    uuid: tree.id for uuid, tree in places.items()})

    def remove_consumers(self, consumers):
        """Take everything from whole Consumers; then they are gone."""
        for one in consumers:
            found = self._store.consumers.find(one.uuid)
            if found is not None:
                self._write(sorted({found.consumer.home} |
                                   found.consumer.also_in),
                            [one.replace(amounts={})], {})
                cleanup.release([(self._store.consumer_homes, one.uuid,
                                  found.lookup_row.write_id)])

    def remove_providers(self, providers):
        """Remove Providers, children first; one in use or with a child stays.
        """
        for one in providers:
            found = self.found([one.uuid]).get(one.uuid)
            with contextlib.suppress(
                    exception.CannotDeleteParentResourceProvider,
                    exception.ResourceProviderInUse):
                if found is not None:
                    create_delete.destroy(self._store, found)

    def remove_names(self, kind, names):
        """Remove names that nobody uses any more."""
        for name in names:
            self._store.catalogue.delete(kind, name)

    def _settle(self, tree):
        """Return the id of the tree here that ``tree`` is to be written to.

        Afterwards every provider of it can be found there, or is claimed.
        """
        here = self.found(tree.providers)
        root = here.get(tree.root.uuid)
        tree_id = root.tree.id if root else self._new_tree_id(tree.root.uuid)
        if any((found.tree.id, found.provider.name, found.provider.parent) !=
               (tree_id, tree.providers[uuid].name,
                tree.providers[uuid].parent) for uuid, found in here.items()):
            self._rearrange(tree, here)
            return self.found([tree.root.uuid])[tree.root.uuid].tree.id
        write_id = writing.new_write_id()
        for provider in tree.providers.values():
            if provider.uuid not in here:
                create_delete.claim_uuid(self._store, provider.uuid, tree_id,
                                         write_id)
                create_delete.claim_name(self._store, provider.name,
                                         provider.uuid, write_id)
        return tree_id

    def _new_tree_id(self, root_uuid):
        """Return the root's uuid, unless another tree goes by it."""
        other = self._store.trees.find(root_uuid)
        return str(uuids.uuid4()) if other is not None else root_uuid

    def _rearrange(self, tree, here):
        """Create, rename and move its providers, one after the other."""
        context = types.SimpleNamespace(store=self._store)
        for provider in tree.providers.values():
            if provider.uuid not in here:
                create_delete.create(
                    self._store, uuid=provider.uuid, name=provider.name,
                    parent=provider.parent)
                continue
            rename_reparent.save(types.SimpleNamespace(
                _context=context, uuid=provider.uuid, name=provider.name,
                parent_provider_uuid=provider.parent), True)

    def _write(self, tree_ids, consumers, places, providers=()):
        """Write providers of the first tree, and consumers of all of them.

        ``places``: provider uuid -> tree id.
        """
        write_id = writing.new_write_id()
        moved = {one.uuid: self._store.consumer_homes.find(one.uuid)
                 for one in consumers} if len(tree_ids) > 1 else {}

        def compose(states):
            draft = replacement.Draft(states, write_id, timestamps.now_ms())
            if providers:
                draft.set_tree(_with_providers(
                    states[tree_ids[0]].tree or
                    tree_model.Tree(id=tree_ids[0]), providers))
            for one in consumers:
                self._put(draft, one, tree_ids, places)
            draft.trees.update({
                tree_id: _without_unwanted(tree, providers)
                for tree_id, tree in draft.trees.items()})
            return draft.changes(), _moves(draft, moved)

        try:
            writing.write(self._store, tree_ids, compose,
                          consumers=[one.uuid for one in consumers])
        except (exception.ConcurrentUpdateDetected,
                exception.ResourceProviderConcurrentUpdateDetected):
            raise errors.SchedulerError(
                'Somebody else writes to this cloud: stop the services that '
                'use it, and run this again.') from None

    def _put(self, draft, whole, tree_ids, places):
        """Let ``draft`` hold exactly what a whole Consumer holds."""
        held = replacement.rows(draft, whole.uuid)
        for tree_id, row in held.items():
            draft.set_tree(draft.trees[tree_id].with_amounts(
                row.amounts, sign=-1).with_pending(whole.uuid, None))
        amounts = {tree_id: {} for tree_id in tree_ids}
        for key, units in whole.amounts.items():
            amounts[places[key[0]]][key] = units
        for tree_id, units in amounts.items():
            draft.set_tree(draft.trees[tree_id].with_amounts(units))
        old = replacement.home_of(held)
        replacement.write_rows(
            draft, whole.replace(home=old.home if old else ''), held, amounts)
        home = draft.homes[whole.uuid]
        if old is None and home is not None:
            consumer_homes.claim(self._store, whole.uuid, home.home,
                                 draft.write_id)

    def _note(self, kind, name, created_ms):
        written = self._store.catalogue.create(
            kind, name, write_id=uuids.uuid4().hex, now_ms=created_ms)
        if isinstance(written, outcome.Unknown):
            raise errors.OutcomeUnknown(
                f'Whether {name} was created is not known '
                f'({written.cause}): run this again.')


def _with_providers(tree, providers):
    """Return the Tree with providers added or replaced.

    Inventories that are only here stay for now: somebody may hold some.
    """
    for provider in providers:
        old = tree.providers.get(provider.uuid)
        kept = old.inventories if old else {}
        tree = tree.with_provider(provider.replace(
            inventories={**kept, **provider.inventories}))
    return tree


def _without_unwanted(tree, providers):
    """Return the Tree without inventories that are only here and unused."""
    for provider in providers:
        there = tree.providers.get(provider.uuid)
        if there is not None:
            tree = tree.with_provider(there.replace(inventories={
                name: inventory
                for name, inventory in there.inventories.items()
                if name in provider.inventories or
                tree.units_used(provider.uuid, name)}))
    return tree


def _moves(draft, locations):
    """Return the HomeMoves of consumers that leave their old home."""
    moves = []
    for uuid, location in locations.items():
        home = draft.homes.get(uuid)
        old = replacement.home_of(replacement.rows(draft, uuid))
        if location and old and home and home.home != old.home:
            moves.append(
                change_model.HomeMove(uuid, location.write_id, home.home,
                                      draft.write_id))
    return tuple(moves)
