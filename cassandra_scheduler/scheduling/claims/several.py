# SPDX-License-Identifier: Apache-2.0
"""A claim that touches more than the host's tree, all or nothing.

That happens where part of it comes from a shared pool, and where the consumer
holds something elsewhere and keeps it, as an instance that is evacuated (a
"doubled up" allocation in Nova's report client). It costs a transaction. A
plain claim never comes here, nor does a live migration without shared pools.
"""

from collections.abc import Iterable, Mapping, Sequence
import dataclasses

from cassandra_scheduler.model import change as change_model
from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.model import errors
from cassandra_scheduler.model import holdings
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.model import write as write_model
from cassandra_scheduler.scheduling.claims import lookup_rows
from cassandra_scheduler.scheduling import transcript
from cassandra_scheduler.store import opening
from cassandra_scheduler.store import outcome
from cassandra_scheduler.store import tree_writer

ClaimOutcome = outcome.Outcome[tree_model.Tree, tree_model.Tree | None]


def trees_of(store: opening.Store, tree: tree_model.Tree,
             amounts: holdings.Amounts, *, lookup: lookup_rows.ConsumerLookup
             ) -> tuple[str, ...] | None:
    """Return the ids of all trees that take part; None if one has gone.

    They are the host's tree, the trees of shared providers, and all trees
    where the consumer holds something. ``lookup``: its ConsumerLookup.
    """
    elsewhere = {provider for provider, _class in amounts
                 if provider not in tree.providers}
    rows = store.provider_trees.find_many(elsewhere) if elsewhere else {}
    if len(rows) < len(elsewhere):
        return None
    found = {tree.id, *(row.value for row in rows.values())}
    if lookup.found is not None:
        found |= {lookup.found.consumer.home, *lookup.found.consumer.also_in}
    return tuple(sorted(found))


def read(store: opening.Store, uuid: str, tree_ids: Iterable[str]
         ) -> dict[str, change_model.TreeState]:
    """Return tree id -> TreeState with the consumer's rows."""
    return {tree_id: store.trees.find_resolved_state(tree_id, (uuid,))
            for tree_id in tree_ids}


def claim(store: opening.Store, states: holdings.States,
          spec: consumer_model.ConsumerSpec, tree: tree_model.Tree,
          amounts: holdings.Amounts, *, lookup: lookup_rows.ConsumerLookup,
          usage: Mapping[str, object], write: write_model.Write,
          notes: transcript.Notes, deadline_s: float) -> ClaimOutcome:
    """Claim ``amounts`` of the host's Tree and of other trees.

    ``states``: see ``read``; ``lookup``: the consumer's ConsumerLookup.
    Returns Applied with the host's Tree; Rejected with the newest Tree if it
    may still fit, or with None if the candidate cannot give it; Unknown.
    """
    newest = states[tree.id].tree
    if newest is None:
        return outcome.Rejected(None)
    if newest.version != tree.version or is_blocked(states, spec.uuid,
                                                    write.id):
        return outcome.Rejected(newest)
    if lookup.found is None:
        if holdings.rows_of(states, spec.uuid):
            raise lookup_rows.changed_by_another(spec.uuid)
    else:
        if not holdings.is_complete(states, spec.uuid):
            raise lookup_rows.changed_by_another(spec.uuid)
        spec = dataclasses.replace(
            spec, consumer_type=(lookup.found.consumer.consumer_type or
                                 spec.consumer_type))
    after = holdings.take(states, spec, amounts, host=tree.id, usage=usage,
                          write=write)
    if after is None:
        return outcome.Rejected(None)
    changes = holdings.changes(states, after, write=write)
    notes.conditional_write(_cost(changes))
    match store.transactions.commit(changes, deadline_s=deadline_s):
        case outcome.Applied(state=trees):
            claimed = trees[tree.id]
            assert claimed is not None
            return outcome.Applied(claimed)
        case outcome.Rejected(winner=won):
            return outcome.Rejected(won[tree.id].tree)
        case unknown:
            return unknown


def release(store: opening.Store, uuid: str, amounts: holdings.Amounts,
            tree_ids: Iterable[str], *, claim_id: str,
            lookup: lookup_rows.ConsumerLookup, notes: transcript.Notes
            ) -> bool:
    """Give back a claim; return whether nothing is left to give back.

    What another writer has made of it since stays.
    """
    def compose(states: holdings.States) -> tree_writer.Composed | None:
        rows = holdings.rows_of(states, uuid)
        ours = {key: units for key, units in amounts.items()
                if any(row.claim_id == claim_id and
                       (tree := states[tree_id].tree) is not None and
                       key[0] in tree.providers
                       for tree_id, row in rows.items())}
        if not ours or not holdings.is_complete(states, uuid):
            return None
        write = write_model.new()
        after = holdings.give_back(states, uuid, ours, write=write)
        changes = holdings.changes(states, after, write=write)
        notes.conditional_write(_cost(changes))
        return changes, holdings.home_moves(
            states, after, {uuid: lookup.lookup_row.write_id}, write=write)

    try:
        written = store.write_trees(dict.fromkeys(tree_ids, (uuid,)), compose)
    except errors.Contended:
        return False
    match written:
        case outcome.Applied():
            return True
        case outcome.Rejected(winner=states):
            return not holdings.rows_of(states, uuid)
    return False


def is_blocked(states: holdings.States, uuid: str, claim_id: str) -> bool:
    """Return whether a claim tombstone stops this claim."""
    rows = (state.consumers.get(uuid) for state in states.values())
    return any(row is not None and row.blocks(claim_id) for row in rows)


def _cost(changes: Sequence[change_model.TreeChange]) -> int:
    """Return how many conditional writes a commit of these takes."""
    return 2 * len(changes) + 3 if len(changes) > 1 else 1
