# SPDX-License-Identifier: Apache-2.0
"""How a provider comes to be, and how it ends.

A uuid and a name are unique in a cloud, and each is a locator in a partition
of its own. So: claim both, write the tree, look again.

    creator A                 locator               creator B
    claim name as A --------->| A
    (stalls)                  |<--- refused: A has it, but no provider bears
                              |     the name: take it over, it is B's now
    write the tree            |                     look at A: not there yet
    look again: B's --------->|                     write the tree
    undo, report a conflict   |<------------------- look again: B's, good

B looks at A once more after he took the locator over. If A is there by then,
A may have looked again before, and B gives it back. Whoever finds another's
op waits until that one either is there or has given it back.
"""

from oslo_db import exception as db_exc
from placement import exception

from cassandra_scheduler.model import errors
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.placement_api.providers import cleanup
from cassandra_scheduler.placement_api.providers import finding
from cassandra_scheduler.placement_api.providers import provider_changes
from cassandra_scheduler.placement_api import timestamps
from cassandra_scheduler.placement_api import writing
from cassandra_scheduler.store import outcome
from cassandra_scheduler.store import retrying
from cassandra_scheduler.store import session as store_session


def create(store, *, uuid, name, parent=None):
    """Create a provider and return its Found.

    Raises ObjectActionError for a bad ``parent`` and DBDuplicateEntry with
    the column 'uuid' or 'name'; uuid first, because Nova reads a conflict of
    names as another provider. Touches three partitions.
    """
    write_id = writing.new_write_id()
    tree_id = _tree_for_new(store, uuid, parent)
    born = tree_model.Provider(uuid=uuid, name=name, parent=parent)
    claimed = []
    try:
        claim_uuid(store, uuid, tree_id, write_id)
        claimed.append((store.provider_trees, uuid, write_id))
        claim_name(store, name, uuid, write_id)
        claimed.append((store.provider_names, name, write_id))
        written = writing.step(store, tree_id,
                               lambda state: _born(state, born, write_id))
    except errors.OutcomeUnknown:
        # The provider may be there, so its locators must stay.
        raise
    except Exception:
        cleanup.release(claimed)
        raise

    def undo():
        remove(store, tree_id, uuid)

    if not _confirmed(store.provider_trees, uuid, write_id,
                      taken=_is_there(store, uuid)):
        undo()
        raise _duplicate('uuid')
    confirm_name(store, name, write_id, undo=undo)
    return finding.in_tree(written, uuid)


def destroy(store, found):
    """Remove a provider that has no child and no user."""
    occupied = [*_uuid_marks(store, found.provider),
                *name_marks(store, found.provider)]
    remove(store, found.tree.id, found.provider.uuid)
    cleanup.release(occupied)


def remove(store, tree_id, provider_uuid):
    """Take a provider out of its tree; the locators stay."""
    def gone(state):
        if finding.in_tree(state.tree, provider_uuid) is None:
            raise exception.NotFound()
        return writing.change(state, provider_changes.remove_provider(
            state.tree, provider_uuid))

    writing.step(store, tree_id, gone)


def claim_uuid(store, provider_uuid, tree_id, write_id):
    """Claim a provider's uuid for a tree, or raise a duplicate of 'uuid'.
    """
    def taken(location):
        return finding.find(store, provider_uuid,
                            level=store_session.SERIAL)

    claimed = _claim(store.provider_trees, provider_uuid, tree_id, write_id,
                     taken=taken, error=_duplicate('uuid'))
    _give_back_if(store.provider_trees, provider_uuid, write_id, claimed,
                  taken=_is_there(store, provider_uuid),
                  error=_duplicate('uuid'))


def claim_name(store, name, provider_uuid, write_id):
    """Claim a provider's name, or raise a duplicate of 'name'."""
    taken, error = _is_called(store, name), _duplicate('name')
    claimed = _claim(store.provider_names, name, provider_uuid, write_id,
                     taken=taken, error=error)
    _give_back_if(store.provider_names, name, write_id, claimed, taken=taken,
                  error=error)


def confirm_name(store, name, write_id, *, undo):
    """Look again whether a name is ours; else undo, and raise."""
    if not _confirmed(store.provider_names, name, write_id,
                      taken=_is_called(store, name)):
        undo()
        raise _duplicate('name')


def name_marks(store, provider):
    """Return (locator, key, op) of the name that a provider bears.

    To be read before it is given up: who takes over afterwards writes
    another op, and must not lose the name to our clean-up.
    """
    location = store.provider_names.find(provider.name)
    if location is None or location.value != provider.uuid:
        return []
    return [(store.provider_names, provider.name, location.write_id)]


def no_parent():
    """Return the error for a parent that does not exist."""
    return exception.ObjectActionError(
        action='create', reason='parent provider UUID does not exist.')


def _tree_for_new(store, uuid, parent):
    """Return the id of the tree that a new provider belongs to."""
    if parent is None:
        return uuid
    if parent == uuid:
        raise exception.ObjectActionError(
            action='create',
            reason='parent provider UUID cannot be same as UUID. Please set '
                   'parent provider UUID to None if there is no parent.')
    found = finding.find(store, parent)
    if found is None:
        raise no_parent()
    return found.tree.id


def _born(state, provider, write_id):
    """Return the change that adds a provider to its tree."""
    now = timestamps.now_ms()
    root = provider.parent is None
    tree = state.tree or tree_model.Tree(id=provider.uuid)
    if not root and provider.parent not in tree.providers:
        raise no_parent()
    if provider.uuid in tree.providers or root and tree.providers:
        raise _duplicate('uuid')
    # A root has been updated from birth, as upstream's has.
    return writing.change(state, tree.with_provider(provider.replace(
        created_ms=now, updated_ms=now if root else None)), write_id=write_id)


def _duplicate(column):
    return db_exc.DBDuplicateEntry(columns=[column])


def _uuid_marks(store, provider):
    location = store.provider_trees.find(provider.uuid)
    if location is None:
        return []
    return [(store.provider_trees, provider.uuid, location.write_id)]


def _is_there(store, provider_uuid):
    """Return a function: is the provider in the tree a Location names?"""
    return lambda location: finding.in_tree(
        store.trees.find(location.value, level=store_session.SERIAL),
        provider_uuid)


def _is_called(store, name):
    """Return a function: does the provider a Location names bear a name?"""
    def taken(location):
        found = finding.find(store, location.value,
                             level=store_session.SERIAL)
        return found and found.provider.name == name

    return taken


def _claim(locator, key, value, write_id, *, taken, error):
    """Write a locator, or take over one that leads nowhere.

    Returns the Location that was taken over, or None.
    """
    attempts = retrying.Attempts(writing.DEADLINE_S)
    claimed, old = locator.create(key, value, write_id), None
    while not isinstance(claimed, outcome.Applied):
        if isinstance(claimed, outcome.Unknown):
            raise errors.OutcomeUnknown(
                f'Whether {key!r} was claimed is not known: '
                f'{claimed.cause}; try again.')
        old = claimed.winner
        if old is not None and taken(old):
            raise error
        if not attempts.wait():
            raise exception.ResourceProviderConcurrentUpdateDetected()
        claimed = (locator.create(
            key, value, write_id) if old is None else locator.move(
                key, value, write_id=write_id, from_write_id=old.write_id))
    return old


def _give_back_if(locator, key, write_id, old, *, taken, error):
    """Give a locator back if it leads somewhere after all, and raise."""
    if old is not None and taken(old):
        locator.move(key,
                     old.value,
                     write_id=old.write_id,
                     from_write_id=write_id)
        raise error


def _confirmed(locator, key, write_id, *, taken):
    """Look again whether ``key`` still is ours, or is ours again."""
    attempts = retrying.Attempts(writing.DEADLINE_S)
    while True:
        location = locator.find(key, level=store_session.SERIAL)
        if location is None or location.write_id == write_id:
            return location is not None
        if taken(location) or not attempts.wait():
            return False
