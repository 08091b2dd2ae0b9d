# SPDX-License-Identifier: Apache-2.0
"""How a provider comes to be, gets another name, and ends.

A uuid and a name are unique in a cloud, and each is a locator in a partition
of its own. So: claim both, write the tree, look again.

    creator A                 locator               creator B
    claim name as A --------->| A
    (stalls)                  |<--- refused: A has it, but no provider bears
                              |     the name: take it over, it is B's now
    write the tree            |                     write the tree
    look again: B's --------->|<------------------- look again: B's, good
    undo, report a conflict
"""

from oslo_db import exception as db_exc

from cassandra_scheduler.model import errors
from cassandra_scheduler.placement_api import finding
from cassandra_scheduler.store import outcome
from cassandra_scheduler.store import session as store_session


def duplicate(*columns):
    """Return the error that handlers turn into a 409."""
    return db_exc.DBDuplicateEntry(columns=list(columns))


def claim_uuid(store, provider_uuid, tree_id, op):
    """Claim a provider's uuid, or raise a duplicate of 'uuid'."""
    def taken(location):
        return finding.find(store, provider_uuid,
                            level=store_session.SERIAL)

    _claim(store.provider_trees, provider_uuid, tree_id, op, taken=taken,
           error=duplicate('uuid'))


def claim_name(store, name, provider_uuid, op):
    """Claim a provider's name, or raise a duplicate of 'name'."""
    def taken(location):
        found = finding.find(store, location.value)
        return found and found.provider.name == name

    _claim(store.provider_names, name, provider_uuid, op, taken=taken,
           error=duplicate('name'))


def confirm(locator, key, op, *, undo, error):
    """Look again whether ``key`` still is ours; else undo and raise."""
    location = locator.find(key, level=store_session.SERIAL)
    if location is None or location.op != op:
        undo()
        raise error


def marks(store, provider):
    """Return (locator, key, op) of what a provider occupies.

    To be read before the provider is removed: who takes over afterwards
    writes another op, and must not lose it to our clean-up.
    """
    found = []
    for locator, key in ((store.provider_trees, provider.uuid),
                         (store.provider_names, provider.name)):
        location = locator.find(key)
        if location is not None and (
                locator is store.provider_trees or
                location.value == provider.uuid):
            found.append((locator, key, location.op))
    return found


def forget(occupied):
    """Release the ``marks`` of what is gone; failing does no harm."""
    for locator, key, op in occupied:
        locator.release(key, op)


def _claim(locator, key, value, op, *, taken, error):
    """Write a locator, or take over one that leads nowhere."""
    claimed = locator.claim(key, value, op)
    while not isinstance(claimed, outcome.Applied):
        if isinstance(claimed, outcome.Unknown):
            raise errors.OutcomeUnknown(
                f'Whether {key!r} was claimed is not known: '
                f'{claimed.cause}; try again.')
        winner = claimed.winner
        if winner is None:
            claimed = locator.claim(key, value, op)
        elif taken(winner):
            raise error
        else:
            claimed = locator.move(key, value, op=op, from_op=winner.op)
