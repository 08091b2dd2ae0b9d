# SPDX-License-Identifier: Apache-2.0
"""Creates and deletes custom names: traits, classes and consumer types."""

from placement import exception

from cassandra_scheduler.model import errors
from cassandra_scheduler.model import write as write_model
from cassandra_scheduler.store import outcome
from cassandra_scheduler.store import tree_codec


def create(store, kind, name, *, renamed_from=None):
    """Create a name; return its CatalogueEntry, or None if it exists already.

    One conditional write in the catalogue's partition of the cloud.
    ``renamed_from``: the old name if this is a new one for it. Raises
    OutcomeUnknown.
    """
    created = store.catalogue.create(
        kind, name, write_id=write_model.new_write_id(),
        now_ms=write_model.now_ms(), renamed_from=renamed_from)
    match created:
        case outcome.Applied(state=entry):
            return entry
        case outcome.Rejected():
            return None
    raise errors.OutcomeUnknown(
        f'It is not known whether {name} was created; read it before you try '
        'again.')


def delete(store, kind, name, *, refuse_if_used, not_found):
    """Delete a name; raise ``not_found`` if there is none.

    ``refuse_if_used()`` raises while a tree of the cloud has the name. It is
    called before and after, because trees are other partitions:

        deletes the name           catalogue   tree    uses the name
        not in use                     |        |
        delete ----------------------->| none   |<---- write
        in use: create again --------->| exists |
                                       |<------------- keep: does it exist?
    """
    refuse_if_used()
    deleted = store.catalogue.delete(kind, name)
    if isinstance(deleted, outcome.Rejected):
        raise not_found
    if isinstance(deleted, outcome.Unknown) and (
            store.catalogue.find(kind, name) is not None):
        raise exception.ConcurrentUpdateDetected()
    try:
        refuse_if_used()
    except Exception:
        create(store, kind, name)
        raise


def keep(store, kind, names, *, standard):
    """Create again those of ``names`` that were deleted in the meantime.

    Call it after the names were written into a tree. It reads the catalogue
    only if some names are not ``standard``.
    """
    custom = [name for name in names if name not in standard]
    if not custom:
        return
    present = {entry.name for entry in store.catalogue.list(kind)}
    for name in custom:
        if name not in present:
            create(store, kind, name)


def fill(target, entry):
    """Set the fields of an upstream object from a CatalogueEntry."""
    target.id = target.name = entry.name
    target.created_at = tree_codec.moment(entry.created_ms)
    target.updated_at = tree_codec.moment(entry.updated_ms)
