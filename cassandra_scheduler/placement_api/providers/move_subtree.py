# SPDX-License-Identifier: Apache-2.0
"""Moves a provider and all below it from one tree to another.

The lookup rows move first and say where the providers come from. So a reader
finds them at every moment in one of the two trees:

    mover                        lookup row      from    to       reader
    moves the lookup rows ------>| to, from "from"
    transaction commits          |                |- - ->|
                                 |<--------------------------- where?
                                 |                |      |<--- in "to", or
                                 |                |<---------- in "from"
    writes them without "from" ->| to
"""

import dataclasses

from placement import exception

from cassandra_scheduler.model import errors
from cassandra_scheduler.model import holdings
from cassandra_scheduler.model import write as write_model
from cassandra_scheduler.placement_api.providers import cleanup
from cassandra_scheduler.placement_api.providers import custom_names
from cassandra_scheduler.placement_api.providers import provider_changes
from cassandra_scheduler.placement_api.providers import writing
from cassandra_scheduler.store import catalogue
from cassandra_scheduler.store import outcome


def move(store, provider_uuid, *, name, parent, from_tree, to_tree,
         allow_reparenting):
    """Move a provider with its subtree, and give it this name and parent.

    Raises as ``provider_changes.refuse_parent`` does, and a conflict; then
    everything is where it was.
    """
    write = write_model.new()
    state = store.trees.find_resolved_state(from_tree, None)
    provider_changes.refuse_parent(state.tree, provider_uuid, parent,
                                   allow_reparenting=allow_reparenting)
    moved = provider_changes.subtree(state.tree, provider_uuid)
    consumers = _find_consumers(store, holdings.holders(state, moved))
    planned = SubtreeMove(provider_uuid, name, parent, from_tree, to_tree,
                          moved, frozenset(consumers))
    if any(state.tree.providers[uuid].shares for uuid in moved):
        custom_names.create(store, catalogue.SHARING_TREE, to_tree)
    moving = {uuid: _repoint(store, uuid, to_tree, from_tree=from_tree)
              for uuid in moved}

    def composed(states):
        provider_changes.refuse_parent(
            states[from_tree].tree, provider_uuid, parent,
            allow_reparenting=allow_reparenting)
        return planned.states_after(states, write)

    try:
        writing.write_trees(
            store, _rows_needed(planned, consumers), composed, write=write,
            lookup_write_ids={uuid: found.lookup_row.write_id
                              for uuid, found in consumers.items()})
    except errors.OutcomeUnknown:
        # The lookup rows name both trees, so a reader finds either outcome.
        raise
    except Exception:
        with cleanup.best_effort():
            for uuid, row in moving.items():
                store.provider_trees.move(
                    uuid, from_tree, write_id=write_model.new_write_id(),
                    from_write_id=row.write_id)
        raise
    with cleanup.best_effort():
        for uuid in moved:
            _repoint(store, uuid, to_tree)


@dataclasses.dataclass(frozen=True, slots=True)
class SubtreeMove:
    """A move as it is planned: ``moved`` and ``consumers`` are uuids."""
    provider_uuid: str
    name: str
    parent: str | None
    from_tree: str
    to_tree: str
    moved: frozenset
    consumers: frozenset

    def states_after(self, states, write):
        """Return the states after the move. Pure.

        Raises a conflict if other providers or consumers are affected than
        planned, and ObjectActionError if the parent does not exist.
        """
        source, target = (states[tree_id].tree
                          for tree_id in (self.from_tree, self.to_tree))
        if self.moved != provider_changes.subtree(source,
                                                  self.provider_uuid):
            raise exception.ResourceProviderConcurrentUpdateDetected()
        if self.parent is not None and (
                target is None or self.parent not in target.providers):
            raise provider_changes.no_parent()
        for uuid in holdings.holders(states[self.from_tree], self.moved):
            if uuid not in self.consumers or (
                    not holdings.is_complete(states, uuid)):
                raise exception.ConcurrentUpdateDetected()
        after = holdings.move(states, self.moved, from_tree=self.from_tree,
                              to_tree=self.to_tree, write=write)
        tree = after[self.to_tree].tree
        tree = tree.with_provider(tree.providers[self.provider_uuid].replace(
            name=self.name, parent=self.parent, updated_ms=write.at_ms))
        if len(self.moved) == len(source.providers) and tree.report is None:
            # What a host has reported goes with the whole host.
            tree = tree.replace(
                report=source.report, resource_type=source.resource_type,
                pending={**tree.pending, **source.pending})
        return {**after, self.to_tree: after[self.to_tree].with_tree(tree)}


def _find_consumers(store, uuids):
    """Return uuid -> FoundConsumer; raise a conflict if one is gone."""
    found = {uuid: store.consumers.find(uuid) for uuid in uuids}
    if None in found.values():
        raise exception.ConcurrentUpdateDetected()
    return found


def _rows_needed(planned, consumers):
    """Return tree id -> uuids of consumers; None for all rows of a tree.

    A consumer that moves may also hold something in further trees.
    """
    rows = {}
    for uuid, found in consumers.items():
        for tree_id in {found.consumer.home} | found.consumer.also_in:
            rows.setdefault(tree_id, []).append(uuid)
    return {**rows, planned.from_tree: None, planned.to_tree: None}


def _repoint(store, provider_uuid, tree_id, *, from_tree=None):
    """Make the lookup row of a provider lead to a tree; return the row."""
    match store.provider_trees.repoint(
            provider_uuid, tree_id, write_id=write_model.new_write_id(),
            from_tree=from_tree):
        case outcome.Applied(state=row):
            return row
    raise exception.ResourceProviderConcurrentUpdateDetected()
