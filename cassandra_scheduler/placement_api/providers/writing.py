# SPDX-License-Identifier: Apache-2.0
"""Writes trees, and gives the outcome the errors of upstream.

The next states are always composed from the states that were read. If another
writer is faster, they are composed again from what it wrote.
"""

from placement import exception

from cassandra_scheduler.model import errors
from cassandra_scheduler.model import holdings
from cassandra_scheduler.model import write as write_model
from cassandra_scheduler.store import outcome

#: Seconds that one request may spend on writing against others.
DEADLINE_S = 20.0


def write_tree(store, tree_id, compose, *, consumers=(), write=None):
    """Write the TreeState that ``compose(TreeState)`` returns; return it.

    ``compose`` returns None if there is nothing to write; then None is
    returned. ``consumers``: uuids whose rows it needs. Raises what
    ``compose`` raises, a conflict if others kept winning, and
    OutcomeUnknown.
    """
    write, composed = write or write_model.new(), []

    def change(state):
        after = compose(state)
        composed[:] = [after]
        changes = after and holdings.changes(
            {tree_id: state}, {tree_id: after}, write=write)
        return changes[0] if changes else None

    try:
        written = store.write_tree(tree_id, change, consumers=consumers,
                                   deadline_s=DEADLINE_S)
    except errors.Contended:
        raise exception.ResourceProviderConcurrentUpdateDetected() from None
    _refuse_unknown(written, [tree_id])
    return composed[0]


def write_trees(store, consumers, compose, *, write, lookup_write_ids):
    """Write the states that ``compose(states)`` returns, all or nothing.

    ``consumers``: tree id -> uuids whose rows are needed, None for all rows;
    ``states``: tree id -> TreeState; ``lookup_write_ids``: consumer uuid ->
    write id of its lookup row, of consumers whose home may move. Returns
    (states read, states written). Raises as ``write_tree`` does.
    """
    composed = []

    def change(states):
        after = compose(states)
        composed[:] = [states, after]
        return (holdings.changes(states, after, write=write),
                holdings.home_moves(states, after, lookup_write_ids,
                                    write=write))

    try:
        written = store.write_trees(consumers, change, deadline_s=DEADLINE_S)
    except errors.Contended:
        raise exception.ResourceProviderConcurrentUpdateDetected() from None
    _refuse_unknown(written, consumers)
    return composed


def _refuse_unknown(written, tree_ids):
    if isinstance(written, outcome.Unknown):
        raise errors.OutcomeUnknown(
            f'It is not known whether provider trees {", ".join(tree_ids)} '
            f'were written ({written.cause}); read them before you try '
            'again.')
