# SPDX-License-Identifier: Apache-2.0
"""Creates and deletes custom names; what the three kinds have in common."""

import uuid

from placement import exception

from cassandra_scheduler.model import errors
from cassandra_scheduler.placement_api import timestamps
from cassandra_scheduler.store import outcome


def create(ctx, kind, name, *, renamed_from=None):
    """Create a name; return its Entry, or None if it exists already.

    One conditional write in the catalogue's partition of the cloud.
    ``renamed_from``: the name that this one takes the place of.
    """
    created = ctx.store.catalogue.create(
        kind, name, write_id=uuid.uuid4().hex, now_ms=timestamps.now_ms(),
        renamed_from=renamed_from)
    match created:
        case outcome.Applied(state=entry):
            return entry
        case outcome.Rejected():
            return None
    raise errors.OutcomeUnknown(
        f'Whether {name} was created is not known; ask for it again.')


def delete(ctx, kind, name, *, in_use, not_found):
    """Delete a name; raise ``not_found`` where there is none.

    ``in_use()`` raises while some tree of the cloud has the name. It is
    asked before and after, because trees are other partitions:

        deletes the name           catalogue   tree    uses the name
        not in use                     |        |
        delete ----------------------->| gone   |<---- write
        in use: create again --------->| there  |
                                       |<------------- keep: still there?
    """
    in_use()
    deleted = ctx.store.catalogue.delete(kind, name)
    if isinstance(deleted, outcome.Rejected):
        raise not_found
    if isinstance(deleted, outcome.Unknown) and (
            ctx.store.catalogue.find(kind, name) is not None):
        raise exception.ConcurrentUpdateDetected()
    try:
        in_use()
    except Exception:
        create(ctx, kind, name)
        raise


def keep(ctx, kind, names, *, standard):
    """Create again those of ``names`` that somebody deleted meanwhile.

    To be called after they were written into a tree. Reads the catalogue
    only when some of them are not ``standard``.
    """
    custom = [name for name in names if name not in standard]
    if not custom:
        return
    present = {entry.name for entry in ctx.store.catalogue.list(kind)}
    for name in custom:
        if name not in present:
            create(ctx, kind, name)


def fill(target, entry):
    """Give an upstream object what the Entry says."""
    target.id = target.name = entry.name
    target.created_at = timestamps.moment(entry.created_ms)
    target.updated_at = timestamps.moment(entry.updated_ms)
