# SPDX-License-Identifier: Apache-2.0
"""Writes trees: one by a step, several by a transaction.

What is written is always computed from the state it replaces, so whoever
loses computes again from what won and gives up only when a rule says so.
"""

import uuid

from placement import exception

from cassandra_scheduler.model import change as change_model
from cassandra_scheduler.model import errors
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.store import outcome

#: Seconds that one request may spend on writing against others.
DEADLINE_S = 20.0


def new_write_id():
    """Return an id for one write, different from any other."""
    return uuid.uuid4().hex


def change(state, after, *, write_id=None, put=(), delete=(), create=()):
    """Return the TreeChange from a TreeState to the Tree ``after``."""
    return change_model.TreeChange(before=state.tree
                                   or tree_model.Tree(id=after.id),
                                   after=after,
                                   write_id=write_id or new_write_id(),
                                   put=tuple(put),
                                   delete=tuple(delete),
                                   create=frozenset(create))


def step(store, tree_id, advance, *, consumers=()):
    """Write what ``advance(TreeState)`` makes of one tree; return the Tree.

    Raises what ``advance`` raises, a conflict when others kept winning, and
    OutcomeUnknown when the last answer was lost and cannot be found out.
    """
    try:
        written = store.write_tree(tree_id, advance, consumers=consumers)
    except errors.Contended:
        raise exception.ResourceProviderConcurrentUpdateDetected()
    match written:
        case outcome.Applied(state=tree):
            return tree
        case outcome.Rejected(winner=state):
            return state.tree
        case outcome.Unknown(cause=cause):
            raise unknown([tree_id], cause)


def write(store, tree_ids, compose, *, consumers=()):
    """Write what ``compose(states)`` makes of some trees, all or nothing.

    ``states``: tree id -> TreeState with the rows of ``consumers``;
    ``compose`` returns the TreeChanges and HomeMoves to write, and is called
    again with what won.
    """
    try:
        written = store.write_trees(dict.fromkeys(tree_ids, consumers),
                                    compose)
    except errors.Contended:
        raise exception.ResourceProviderConcurrentUpdateDetected()
    if isinstance(written, outcome.Unknown):
        raise unknown(tree_ids, written.cause)


def unknown(tree_ids, cause):
    """Return the error for a write whose answer was lost for good."""
    return errors.OutcomeUnknown(
        f'Whether provider trees {", ".join(tree_ids)} were written is not '
        f'known ({cause}): read them before trying again.')
