# SPDX-License-Identifier: Apache-2.0
"""Moves a provider and all below it from one tree to another.

The locators go first and say where the providers come from, so at every
moment a reader finds them in one of the two trees:

    mover                        locator         from    to       reader
    moves the locators --------->| to, from "from"
    transaction commits          |                |- - ->|
                                 |<--------------------------- where?
                                 |                |      |<--- there, or
                                 |                |<---------- where it was
"""

import dataclasses

from placement import exception

from cassandra_scheduler.model import change as change_model
from cassandra_scheduler.model import errors
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.placement_api import custom_names
from cassandra_scheduler.placement_api.providers import cleanup
from cassandra_scheduler.placement_api.providers import create_delete
from cassandra_scheduler.placement_api.providers import finding
from cassandra_scheduler.placement_api.providers import replacement
from cassandra_scheduler.placement_api import timestamps
from cassandra_scheduler.placement_api import writing
from cassandra_scheduler.store import catalogue
from cassandra_scheduler.store import outcome
from cassandra_scheduler.store import retrying
from cassandra_scheduler.store import session as store_session


def subtree(tree, provider_uuid):
    """Return the uuids of a provider and of all below it."""
    inside, found = set(), {provider_uuid}
    while found:
        inside |= found
        found = {provider.uuid for provider in tree.providers.values()
                 if provider.parent in found} - inside
    return inside


@dataclasses.dataclass
class Transplant:
    """One move of a provider object ``rp``, which has its new parent.

    ``check(Tree)`` raises unless the provider may leave this tree.
    """
    store: object
    rp: object
    from_tree: str
    to_tree: str
    check: object

    def run(self):
        """Move, or raise and leave everything where it was."""
        store = self.store
        tree = store.trees.find_settled_state(self.from_tree, ()).tree
        if tree is None:
            raise finding.not_found(self.rp.uuid)
        self.check(tree)
        moved = subtree(tree, self.rp.uuid)
        self._share(tree, moved)
        write_id = writing.new_write_id()
        pointed = {provider_uuid: self._point(
            provider_uuid, self.to_tree, write_id, from_tree=self.from_tree)
            for provider_uuid in moved}
        try:
            self._write(moved)
        except errors.OutcomeUnknown:
            # The locators name both trees, so either outcome is found.
            raise
        except Exception:
            with cleanup.optional():
                for provider_uuid, row in pointed.items():
                    store.provider_trees.move(provider_uuid,
                                              self.from_tree,
                                              write_id=writing.new_write_id(),
                                              from_write_id=row.write_id)
            raise
        with cleanup.optional():
            for provider_uuid in moved:
                self._point(provider_uuid, self.to_tree,
                            writing.new_write_id())

    def _share(self, tree, moved):
        if any(tree.providers[one].shares for one in moved):
            custom_names.create(self.rp._context, catalogue.SHARING_TREE,
                                self.to_tree)

    def _point(self, provider_uuid, tree_id, write_id, *, from_tree=None):
        """Point a lookup row to a tree, whatever wrote it before.

        Returns the LookupRow.
        """
        locator = self.store.provider_trees
        attempts = retrying.Attempts(writing.DEADLINE_S)
        while True:
            location = locator.find(provider_uuid,
                                    level=store_session.SERIAL)
            if location is None:
                raise exception.ResourceProviderConcurrentUpdateDetected()
            moved = locator.move(provider_uuid, tree_id, write_id=write_id,
                                 from_write_id=location.write_id,
                                 from_tree=from_tree)
            if isinstance(moved, outcome.Applied):
                return moved.state
            if not attempts.wait():
                raise exception.ResourceProviderConcurrentUpdateDetected()

    def _write(self, moved):
        attempts = retrying.Attempts(writing.DEADLINE_S)
        while True:
            draft = replacement.Draft(self._states(moved),
                                      writing.new_write_id(),
                                      timestamps.now_ms())
            homes = self._compose(draft, moved)
            match self.store.transactions.commit(draft.changes(),
                                                 homes=homes):
                case outcome.Applied():
                    return
                case outcome.Unknown(cause=cause):
                    raise writing.unknown((self.from_tree, self.to_tree),
                                          cause)
            if not attempts.wait():
                raise exception.ResourceProviderConcurrentUpdateDetected()

    def _states(self, moved):
        """Return the states of all trees that take part.

        Beside the two these are those where a consumer that moves holds
        something more.
        """
        read = self.store.trees.find_settled_state
        states = {tree_id: read(tree_id, None)
                  for tree_id in (self.from_tree, self.to_tree)}
        others = {}
        for row in _moving(states[self.from_tree], moved):
            found = self.store.consumers.find(row.uuid)
            if found is None:
                raise exception.ConcurrentUpdateDetected()
            for tree_id in ({found.consumer.home} | found.consumer.also_in):
                others.setdefault(tree_id, set()).add(row.uuid)
        for tree_id, consumers in others.items():
            if tree_id not in states:
                states[tree_id] = read(tree_id, sorted(consumers))
        return states

    def _compose(self, draft, moved):
        """Fill the draft; return the HomeMoves."""
        source = draft.trees.get(self.from_tree)
        if source is None or subtree(source, self.rp.uuid) != moved:
            raise exception.ResourceProviderConcurrentUpdateDetected()
        self.check(source)
        rows = _moving(draft.states[self.from_tree], moved)
        self._move_providers(draft, source, moved)
        homes = []
        for row in rows:
            homes += self._move_consumer(draft, row.uuid, moved)
        return tuple(homes)

    def _move_providers(self, draft, source, moved):
        target = draft.trees.get(self.to_tree,
                                 tree_model.Tree(id=self.to_tree))
        parent = self.rp.parent_provider_uuid
        if parent is not None and parent not in target.providers:
            raise create_delete.no_parent()
        whole = len(moved) == len(source.providers)
        for one in sorted(moved):
            provider = source.providers[one]
            if one == self.rp.uuid:
                provider = provider.replace(
                    name=self.rp.name, parent=parent, updated_ms=draft.now)
            target = target.with_provider(provider).with_amounts({
                key: units for key, units in source.used.items()
                if key[0] == one})
            source = source.without_provider(one)
        if whole and target.report is None:
            # What a host has reported goes where the whole host goes.
            target = target.replace(
                report=source.report, resource_type=source.resource_type,
                pending={**target.pending, **source.pending})
        draft.set_tree(source)
        draft.set_tree(target)

    def _move_consumer(self, draft, consumer_uuid, moved):
        held = replacement.rows(draft, consumer_uuid)
        home = replacement.home_of(held)
        if home is None or not home.also_in <= draft.states.keys():
            raise exception.ConcurrentUpdateDetected()
        amounts = {tree_id: dict(row.amounts)
                   for tree_id, row in held.items()}
        there = amounts.setdefault(self.to_tree, {})
        for key in [key for key in amounts[self.from_tree]
                    if key[0] in moved]:
            there[key] = amounts[self.from_tree].pop(key)
        replacement.write_rows(draft, home, held, amounts)
        now = draft.homes[consumer_uuid].home
        if now == home.home:
            return ()
        location = self.store.consumer_homes.find(consumer_uuid)
        return (change_model.HomeMove(consumer_uuid, location.write_id, now,
                                      draft.write_id), )


def _moving(state, moved):
    return [row for row in state.consumers.values() if row.is_live and
            any(provider in moved for provider, _name in row.amounts)]
