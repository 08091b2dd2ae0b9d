# SPDX-License-Identifier: Apache-2.0
"""Claims that touch several trees: all of them, or none.

Two reasons: a part comes from a shared provider, such as a disk pool, or the
consumer holds something elsewhere already and keeps it, as an instance does
that is being evacuated. Stands for the "doubled up" allocation of Nova's
report client. Costs a transaction; a plain claim never comes here.
"""

import dataclasses
import time
import uuid

from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.model import errors
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.scheduling import room
from cassandra_scheduler.store import outcome
from cassandra_scheduler.store import retrying


def shares(store, claim):
    """Return tree id -> amounts: which tree gives what, the host's first.

    Raises NotFound when a provider is nowhere.
    """
    candidate, allocation = claim.candidate, claim.allocation
    found = {candidate.tree.id: {}}
    elsewhere = {provider for provider, _class in allocation.amounts
                 if provider not in candidate.tree.providers}
    located = store.provider_trees.find_many(elsewhere) if elsewhere else {}
    for key, units in allocation.amounts.items():
        if key[0] in candidate.tree.providers:
            tree_id = candidate.tree.id
        elif key[0] in located:
            tree_id = located[key[0]].value
        else:
            raise errors.NotFound(
                f'Provider {key[0]} is in no tree any more.')
        found.setdefault(tree_id, {})[key] = units
    return found


def take(store, claim, shares, *, home, deadline, notes):
    """Return the host's Tree with the claim in it, or None without room.

    ``shares``: tree id -> amounts, the host's tree first; ``home``: id of
    the consumer's home tree, which he has already or is to have. Raises
    OutcomeUnknown when the answer was lost.
    """
    host = next(iter(shares))
    involved = [*shares, *({home} - set(shares))]
    attempts = retrying.Attempts(deadline)
    while True:
        states = _states(store, involved, claim.consumer_spec.uuid)
        if _fenced_off(states, claim) or states[home].tree is None or (
                not _fit(states, shares) or
                not _accepted(claim, states[host].tree)):
            return None
        changes = [_claimed(states[tree_id], claim, shares, home=home)
                   for tree_id in involved]
        changes[0] = _pending(changes[0], claim)
        notes.conditional_write(_cost(changes))
        match store.transactions.commit(changes, deadline_s=deadline):
            case outcome.Applied(state=trees):
                return trees[host]
            case outcome.Unknown(cause=cause):
                raise errors.OutcomeUnknown(
                    f'Whether {claim.consumer_spec.uuid} was claimed is '
                    f'unknown and Cassandra does not say: {cause}.')
        if not attempts.wait():
            return None


def release(store, claim, shares, *, home, existed, notes):
    """Give back what ``take`` took, and leave what was held before.

    What somebody else has made of it since stays, too. Returns whether it is
    known that nothing is left to give back.
    """
    involved = [*shares, *({home} - set(shares))]
    attempts = retrying.Attempts(10.0)
    while True:
        states = _states(store, involved, claim.consumer_spec.uuid)
        changes = tuple(filter(None, (
            _released(states[tree_id], shares, claim, home=home,
                      existed=existed) for tree_id in involved)))
        if not changes:
            return not any(_row(state, claim.consumer_spec.uuid)
                           for state in states.values())
        notes.conditional_write(_cost(changes))
        written = store.transactions.commit(changes)
        if not isinstance(written, outcome.Rejected) or not attempts.wait():
            return isinstance(written, outcome.Applied)


def _states(store, involved, consumer_uuid):
    return {tree_id: store.trees.find_settled_state(tree_id,
                                                    (consumer_uuid,))
            for tree_id in involved}


def _accepted(claim, tree):
    return tree.version == claim.candidate.tree.version or claim.accepts(
        claim.candidate.replace(tree=tree), claim.allocation)


def _fit(states, shares):
    return all(room.fits(states[tree_id].tree, amounts)
               for tree_id, amounts in shares.items())


def _fenced_off(states, claim):
    """Return whether somebody took the consumer's locator from us."""
    rows = (state.consumers.get(claim.consumer_spec.uuid)
            for state in states.values())
    return any(row is not None and row.blocks(claim.id) for row in rows)


def _row(state, consumer_uuid):
    row = state.consumers.get(consumer_uuid)
    return row if row is not None and row.stands else None


def _cost(changes):
    """Return how many conditional writes a commit of these takes."""
    return 2 * len(changes) + 3 if len(changes) > 1 else 1


def _claimed(state, claim, shares, *, home):
    """Return the TreeChange of one tree that adds its share."""
    tree, now_ms = state.tree, int(time.time() * 1000)
    consumer_spec, amounts = claim.consumer_spec, shares.get(tree.id, {})
    row = _row(state, consumer_spec.uuid) or consumer_model.Consumer(
        consumer_spec.uuid, home=home, created_ms=now_ms)
    row = row.replace(claim_id=claim.id, updated_ms=now_ms,
                      amounts=added(row.amounts, amounts))
    if tree.id == home:
        row = row.replace(
            generation=row.generation + 1,
            project_id=consumer_spec.project_id, user_id=consumer_spec.user_id,
            consumer_type=row.consumer_type or consumer_spec.consumer_type,
            also_in=row.also_in | frozenset(shares) - {home})
    return consumer_model.TreeChange(
        tree,
        tree.with_amounts(amounts).bumped(
            *{provider
              for provider, _class in amounts}),
        write_id=claim.id,
        put=(row, ),
        create=frozenset(() if consumer_spec.uuid in state.consumers else (
            consumer_spec.uuid, )))


def _pending(change, claim):
    """Return the change of the host's tree with the claim pending in it."""
    return dataclasses.replace(change, after=change.after.with_pending(
        claim.consumer_spec.uuid, tree_model.Pending(
            claim.id, int(time.time() * 1000), claim.usage(
                claim.candidate.replace(tree=change.before)))))


def _released(state, shares, claim, *, home, existed):
    """Return the TreeChange that takes one tree's share back, or None."""
    consumer_uuid = claim.consumer_spec.uuid
    tree, row = state.tree, _row(state, consumer_uuid)
    if tree is None or row is None or row.claim_id != claim.id:
        return None
    amounts = shares.get(tree.id, {})
    left = added(row.amounts, amounts, sign=-1)
    after = tree.with_amounts(amounts, sign=-1)
    if amounts:
        after = after.with_pending(consumer_uuid, None)
    write_id = str(uuid.uuid4())
    if not left and not (tree.id == home and existed):
        return consumer_model.TreeChange(tree, after, write_id=write_id,
                                         delete=(consumer_uuid,))
    row = row.replace(claim_id=write_id, amounts=left)
    if tree.id == home:
        row = row.replace(generation=row.generation + 1,
                          also_in=row.also_in - frozenset(shares))
    return consumer_model.TreeChange(tree,
                                     after,
                                     write_id=write_id,
                                     put=(row, ))


def added(amounts, others, *, sign=1):
    """Return the sum of two amounts, without what has come to nothing."""
    total = dict(amounts)
    for key, units in others.items():
        total[key] = total.get(key, 0) + sign * units
    return {key: units for key, units in total.items() if units}
