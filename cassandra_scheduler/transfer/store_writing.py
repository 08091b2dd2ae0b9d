# SPDX-License-Identifier: Apache-2.0
"""Writes a cloud into our store.

A tree with the consumers that hold something in it alone is one conditional
write, or several if they are many. Consumers in several trees are written in
transactions. Lookup rows are claimed first, and what is used is counted again
from the rows. So the store is consistent after every write.
"""

import contextlib
import uuid as uuids

from placement import exception

from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.model import errors
from cassandra_scheduler.model import holdings
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.model import write as write_model
from cassandra_scheduler.placement_api.providers import allocation_writes
from cassandra_scheduler.placement_api.providers import cleanup
from cassandra_scheduler.placement_api.providers import create_delete
from cassandra_scheduler.placement_api.providers import rename_reparent
from cassandra_scheduler.placement_api.providers import writing
from cassandra_scheduler.store import catalogue
from cassandra_scheduler.store import outcome
from cassandra_scheduler.transfer import refusing
from cassandra_scheduler.transfer import sql_reading
from cassandra_scheduler.transfer import store_reading

#: How many consumers one write changes.
CONSUMERS_PER_WRITE = 100


class StoreWriter(store_reading.StoreReader):
    """Writes into a cloud in Cassandra; each write may be repeated."""

    #: How many trees are written in parallel.
    workers = 8

    def add_names(self, kind, names):
        """Create names: name -> its creation, in milliseconds."""
        for name, created_ms in names.items():
            self._create_name(kind, name, created_ms)

    def write_tree(self, tree, changed, consumers):
        """Write the ``changed`` providers of a WholeTree and ``consumers``.

        ``changed``: uuids; ``consumers``: whole Consumers that hold and held
        nothing outside the tree. Raises Refused when a name is taken.
        """
        with refusing.names():
            tree_id = self._prepare(tree)
        if any(provider.shares for provider in tree.providers.values()):
            # A search reads this list of trees, so it is written first.
            self._create_name(catalogue.SHARING_TREE, tree_id,
                              write_model.now_ms())
        providers = [provider for provider in tree.providers.values()
                     if provider.uuid in changed]
        for chunk in list(sql_reading.chunks(
                consumers, CONSUMERS_PER_WRITE)) or [[]]:
            self._write([tree_id], chunk, dict.fromkeys(
                tree.providers, tree_id), providers)

    def write_consumers(self, consumers, held):
        """Write whole Consumers that hold, or held, something in several
        trees.

        ``held``: uuid -> the Consumer of this store that differs.
        """
        trees = {uuid: found.tree for uuid, found in self.found({
            key[0] for one in (*consumers, *held.values())
            for key in one.amounts}).items()}
        groups = {}
        for one in consumers:
            if any(key[0] not in trees for key in one.amounts):
                raise refusing.Refused(
                    f'consumer {one.uuid} holds something of a provider that '
                    'could not be written')
            old = held.get(one.uuid)
            groups.setdefault(frozenset(
                trees[key[0]].id for key in (
                    *one.amounts, *(old.amounts if old else ()))
                if key[0] in trees), []).append(one)
        sharing = {tree.id for tree in trees.values() if any(
            provider.shares for provider in tree.providers.values())}
        for tree_ids, group in groups.items():
            # The home of a consumer is its host, not the shared storage.
            ordered = sorted(tree_ids, key=lambda one: (one in sharing, one))
            for chunk in sql_reading.chunks(group, CONSUMERS_PER_WRITE):
                self._write(ordered, chunk, {
                    uuid: tree.id for uuid, tree in trees.items()})

    def remove_consumers(self, consumers):
        """Remove whole Consumers with all that they hold."""
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
        """Remove names that are not used any more."""
        for name in names:
            self._store.catalogue.delete(kind, name)

    def _prepare(self, tree):
        """Return the id of the tree of the store that ``tree`` belongs to.

        Afterwards each of its providers is in this tree, or its lookup rows
        are claimed.
        """
        here = self.found(tree.providers)
        root = here.get(tree.root.uuid)
        tree_id = root.tree.id if root else self._new_tree_id(tree.root.uuid)
        if any((found.tree.id, found.provider.name, found.provider.parent) !=
               (tree_id, tree.providers[uuid].name,
                tree.providers[uuid].parent) for uuid, found in here.items()):
            self._rearrange(tree, here)
            return self.found([tree.root.uuid])[tree.root.uuid].tree.id
        write_id = write_model.new_write_id()
        for provider in tree.providers.values():
            if provider.uuid not in here:
                create_delete.claim_uuid(self._store, provider.uuid, tree_id,
                                         write_id)
                create_delete.claim_name(self._store, provider.name,
                                         provider.uuid, write_id)
        return tree_id

    def _new_tree_id(self, root_uuid):
        """Return the root's uuid, unless it is the id of another tree."""
        other = self._store.trees.find(root_uuid)
        return str(uuids.uuid4()) if other is not None else root_uuid

    def _rearrange(self, tree, here):
        """Create, rename and move the providers, one after the other."""
        for provider in tree.providers.values():
            if provider.uuid not in here:
                create_delete.create(
                    self._store, uuid=provider.uuid, name=provider.name,
                    parent=provider.parent)
                continue
            rename_reparent.save(
                self._store, provider.uuid, name=provider.name,
                parent=provider.parent, allow_reparenting=True)

    def _write(self, tree_ids, consumers, tree_of, providers=()):
        """Write providers of the first tree, and consumers of all of them.

        ``tree_of``: provider uuid -> tree id.
        """
        write = write_model.new()
        uuids = [one.uuid for one in consumers]
        in_order = {one.uuid: dict(sorted(
            one.amounts.items(),
            key=lambda item: tree_ids.index(tree_of[item[0][0]])))
            for one in consumers}
        existing = self.consumers(uuids)
        # A home can move only if there are several trees.
        lookup_rows = (self._store.consumer_homes.find_many(existing)
                       if len(tree_ids) > 1 else {})
        for uuid, amounts in in_order.items():
            if uuid not in existing and amounts:
                first_provider, _class = next(iter(amounts))
                allocation_writes.claim_home(
                    self._store, uuid, tree_of[first_provider], write.id)

        def compose(states):
            after = {**states, tree_ids[0]: _with_providers(
                states[tree_ids[0]], tree_ids[0], providers)}
            for one in consumers:
                after = _with_consumer(after, one, in_order[one.uuid], write)
            return {tree_id: _without_unused(state, providers)
                    for tree_id, state in after.items()}

        try:
            writing.write_trees(
                self._store, dict.fromkeys(tree_ids, uuids), compose,
                write=write, lookup_write_ids={
                    uuid: row.write_id for uuid, row in lookup_rows.items()})
        except (exception.ConcurrentUpdateDetected,
                exception.ResourceProviderConcurrentUpdateDetected):
            raise errors.SchedulerError(
                'Another service writes to this cloud: stop the services '
                'that use it, and run this again.') from None

    def _create_name(self, kind, name, created_ms):
        written = self._store.catalogue.create(
            kind, name, write_id=write_model.new_write_id(), now_ms=created_ms)
        if isinstance(written, outcome.Unknown):
            raise errors.OutcomeUnknown(
                f'It is not known whether {name} was created '
                f'({written.cause}): run this again.')


def _with_providers(state, tree_id, providers):
    """Return the TreeState with providers added or replaced.

    Inventories that only the store has stay for now: they may be in use.
    """
    tree = state.tree or tree_model.Tree(id=tree_id)
    for provider in providers:
        old = tree.providers.get(provider.uuid)
        inventories = old.inventories if old else {}
        tree = tree.with_provider(provider.replace(
            inventories={**inventories, **provider.inventories}))
    return state.with_tree(tree)


def _with_consumer(states, whole, amounts, write):
    """Return the states in which a whole Consumer is as in the source."""
    after = holdings.replace(states, consumer_model.ConsumerSpec(
        whole.uuid, whole.project_id, whole.user_id, whole.consumer_type),
        amounts, write=write)
    for tree_id, row in holdings.rows_of(after, whole.uuid).items():
        row = row.replace(created_ms=whole.created_ms,
                          updated_ms=whole.updated_ms)
        if row.home == tree_id:
            row = row.replace(generation=whole.generation)
        after[tree_id] = after[tree_id].with_row(whole.uuid, row)
    return after


def _without_unused(state, providers):
    """Return the TreeState without inventories that only the store has.

    Those in use stay.
    """
    tree = state.tree
    for provider in providers:
        old = tree.providers.get(provider.uuid)
        if old is not None:
            tree = tree.with_provider(old.replace(inventories={
                name: inventory
                for name, inventory in old.inventories.items()
                if name in provider.inventories or
                tree.units_used(provider.uuid, name)}))
    return state.with_tree(tree)
