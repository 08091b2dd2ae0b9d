# SPDX-License-Identifier: Apache-2.0
"""Writes trees: one by a step, several by a transaction.

What is written is always computed from the state it replaces, so whoever
loses computes again from what won and gives up only when a rule says so.
"""

import uuid

from placement import exception

from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.model import errors
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.store import outcome
from cassandra_scheduler.store import retrying

#: Seconds that one request may spend on writing against others.
DEADLINE_S = 20.0


def new_write_id():
    """Return an id for one write, different from any other."""
    return uuid.uuid4().hex


def change(state, after, *, write_id=None, put=(), delete=(), create=()):
    """Return the TreeChange from a TreeState to the Tree ``after``."""
    return consumer_model.TreeChange(before=state.tree
                                     or tree_model.Tree(id=after.id),
                                     after=after,
                                     write_id=write_id or new_write_id(),
                                     put=tuple(put),
                                     delete=tuple(delete),
                                     create=frozenset(create))


def step(store, tree_id, advance, *, consumers=(), start=None):
    """Write what ``advance(TreeState)`` makes of one tree; return the Tree.

    Raises what ``advance`` raises, a conflict when others kept winning, and
    OutcomeUnknown when the last answer was lost and cannot be found out.
    """
    last = []

    def advanced(state):
        made = advance(state)
        last[:] = [made]
        return None if _is_nothing(made) else made

    written = retrying.step(store.trees, tree_id, advanced, start=start,
                            consumers=consumers, deadline_s=DEADLINE_S)
    match written:
        case outcome.Applied():
            return store.trees.after(last[0])
        case outcome.Rejected() if _is_nothing(last[0]):
            return last[0].after if last[0] else None
        case outcome.Rejected():
            raise exception.ResourceProviderConcurrentUpdateDetected()
        case outcome.Unknown(cause=cause):
            raise unknown([tree_id], cause)


def write(store, tree_ids, compose, *, consumers=()):
    """Write what ``compose(states)`` makes of some trees, all or nothing.

    ``states``: tree id -> TreeState with the rows of ``consumers``;
    ``compose`` returns the TreeChanges and HomeMoves to write, and is called
    again with what won.
    """
    if len(tree_ids) == 1:
        [tree_id] = tree_ids
        step(store, tree_id,
             lambda state: next(iter(compose({tree_id: state})[0]), None),
             consumers=consumers)
        return
    attempts = retrying.Attempts(DEADLINE_S)
    while True:
        changes, homes = compose({
            tree_id: store.trees.find_settled_state(tree_id, consumers)
            for tree_id in tree_ids})
        if not changes:
            return
        match store.transactions.commit(changes, homes=homes):
            case outcome.Applied():
                return
            case outcome.Unknown(cause=cause):
                raise unknown(tree_ids, cause)
        if not attempts.wait():
            raise exception.ResourceProviderConcurrentUpdateDetected()


def unknown(tree_ids, cause):
    """Return the error for a write whose answer was lost for good."""
    return errors.OutcomeUnknown(
        f'Whether provider trees {", ".join(tree_ids)} were written is not '
        f'known ({cause}): read them before trying again.')


def _is_nothing(made):
    return made is None or (
        made.after == made.before and not made.put and not made.delete)
