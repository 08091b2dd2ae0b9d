# SPDX-License-Identifier: Apache-2.0
"""Creates and deletes a provider.

A uuid and a name are unique in a cloud; each has a lookup row in its own
partition. So: claim both rows, write the tree, look at the rows again.

    creator A                 lookup row            creator B
    claims the name --------->| A
    (stalls)                  |<--- rejected: it is A's, but no provider has
                              |     the name: takes the row over, it is B's
    writes the tree           |                     looks at A: not there yet
    looks again: B's -------->|                     writes the tree
    undoes it: a conflict     |<------------------- looks again: B's, good

After B has taken the row over, it looks at A's provider once more. If that
exists by now, A may have looked again before, so B gives the row back.
``store.lookups`` draws the take-over.

    write                     what is left if the writer dies after it
    claim the lookup rows     dangling rows; the next claim takes them over
    write the tree            create: nothing; delete: dangling rows
    release the lookup rows   nothing (delete only)
"""

from oslo_db import exception as db_exc
from placement import exception

from cassandra_scheduler.model import errors
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.model import write as write_model
from cassandra_scheduler.placement_api.providers import cleanup
from cassandra_scheduler.placement_api.providers import finding
from cassandra_scheduler.placement_api.providers import provider_changes
from cassandra_scheduler.placement_api.providers import writing
from cassandra_scheduler.store import outcome
from cassandra_scheduler.store import session as store_session


def create(store, *, uuid, name, parent=None):
    """Create a provider and return its FoundProvider.

    Raises ObjectActionError for a bad ``parent`` and DBDuplicateEntry with
    the column 'uuid' or 'name'; uuid first, because Nova reads a conflict of
    names as another provider. Touches three partitions.
    """
    write = write_model.new()
    tree_id = _tree_for_new(store, uuid, parent)
    claimed = []
    try:
        claim_uuid(store, uuid, tree_id, write.id)
        claimed.append((store.provider_trees, uuid, write.id))
        claim_name(store, name, uuid, write.id)
        claimed.append((store.provider_names, name, write.id))
        written = writing.write_tree(
            store, tree_id, lambda state: state.with_tree(_with_new(
                state.tree, tree_model.Provider(
                    uuid=uuid, name=name, parent=parent,
                    created_ms=write.at_ms,
                    # Upstream sets updated_at of a new root, too.
                    updated_ms=write.at_ms if parent is None else None))),
            write=write)
    except errors.OutcomeUnknown:
        # The provider may exist, so its lookup rows must stay.
        raise
    except Exception:
        cleanup.release(claimed)
        raise
    if not store.provider_trees.confirm(
            uuid, write.id, prove_dangling=_no_provider_at(store, uuid)):
        remove(store, tree_id, uuid)
        raise _duplicate('uuid')
    confirm_name(store, name, write.id,
                 undo=lambda: remove(store, tree_id, uuid))
    return finding.in_tree(written.tree, uuid)


def destroy(store, found):
    """Delete a FoundProvider that has no child and is not in use."""
    provider = found.provider
    # They are read first: a row that another writer takes over afterwards has
    # another write id, and stays.
    rows = name_rows(store, provider)
    row = store.provider_trees.find(provider.uuid)
    if row is not None:
        rows.append((store.provider_trees, provider.uuid, row.write_id))
    remove(store, found.tree.id, provider.uuid)
    cleanup.release(rows)


def remove(store, tree_id, provider_uuid):
    """Remove a provider from its tree; its lookup rows stay."""
    def removed(state):
        if finding.in_tree(state.tree, provider_uuid) is None:
            raise exception.NotFound()
        return state.with_tree(provider_changes.remove_provider(
            state.tree, provider_uuid))

    writing.write_tree(store, tree_id, removed)


def claim_uuid(store, provider_uuid, tree_id, write_id):
    """Claim a provider's uuid for a tree, or raise a duplicate of 'uuid'.
    """
    _claim(store.provider_trees, provider_uuid, tree_id, write_id,
           prove_dangling=_no_provider_at(store, provider_uuid),
           error=_duplicate('uuid'))


def claim_name(store, name, provider_uuid, write_id):
    """Claim a provider's name, or raise a duplicate of 'name'."""
    _claim(store.provider_names, name, provider_uuid, write_id,
           prove_dangling=_no_provider_called(store, name),
           error=_duplicate('name'))


def confirm_name(store, name, write_id, *, undo):
    """Look again whether a name is ours; otherwise undo, and raise."""
    if not store.provider_names.confirm(
            name, write_id, prove_dangling=_no_provider_called(store, name)):
        undo()
        raise _duplicate('name')


def name_rows(store, provider):
    """Return [(LookupTable, key, write id)] of a provider's name."""
    row = store.provider_names.find(provider.name)
    if row is None or row.value != provider.uuid:
        return []
    return [(store.provider_names, provider.name, row.write_id)]


def _tree_for_new(store, uuid, parent):
    """Return the id of the tree of a new provider."""
    if parent is None:
        return uuid
    if parent == uuid:
        raise exception.ObjectActionError(
            action='create',
            reason='parent provider UUID cannot be same as UUID. Please set '
                   'parent provider UUID to None if there is no parent.')
    found = finding.find(store, parent)
    if found is None:
        raise provider_changes.no_parent()
    return found.tree.id


def _with_new(tree, provider):
    """Return the Tree with a new provider; the tree may be None."""
    tree = tree or tree_model.Tree(id=provider.uuid)
    if provider.parent is not None and (
            provider.parent not in tree.providers):
        raise provider_changes.no_parent()
    if provider.uuid in tree.providers or (
            provider.parent is None and tree.providers):
        raise _duplicate('uuid')
    return tree.with_provider(provider)


def _duplicate(column):
    return db_exc.DBDuplicateEntry(columns=[column])


def _claim(table, key, value, write_id, *, prove_dangling, error):
    """Claim a lookup row; raise ``error`` if a provider has the key."""
    match table.claim(key, value, write_id, prove_dangling=prove_dangling):
        case outcome.Rejected(winner=None):
            raise exception.ResourceProviderConcurrentUpdateDetected()
        case outcome.Rejected():
            raise error
        case outcome.Unknown(cause=cause):
            raise errors.OutcomeUnknown(
                f'It is not known whether {key!r} was claimed ({cause}); try '
                'again.')


def _no_provider_at(store, provider_uuid):
    """Return what proves that a lookup row leads to no such provider."""
    def prove(row):
        found = finding.find_at(store, row, provider_uuid,
                                level=store_session.SERIAL)
        return outcome.Rejected(found) if found else outcome.Applied()

    return prove


def _no_provider_called(store, name):
    """Return what proves that a lookup row leads to no provider so called.
    """
    def prove(row):
        found = finding.find(store, row.value, level=store_session.SERIAL)
        if found is not None and found.provider.name == name:
            return outcome.Rejected(found)
        return outcome.Applied()

    return prove
