# SPDX-License-Identifier: Apache-2.0
"""Renames a provider, and moves it with its subtree to another parent.

Stands for ``ResourceProvider.save``. In one tree this is one write. Into
another tree, or out into a tree of its own, the providers, what is used of
them and the rows of their consumers move in one transaction.
"""

from cassandra_scheduler.model import errors
from cassandra_scheduler.model import write as write_model
from cassandra_scheduler.placement_api.providers import cleanup
from cassandra_scheduler.placement_api.providers import create_delete
from cassandra_scheduler.placement_api.providers import finding
from cassandra_scheduler.placement_api.providers import move_subtree
from cassandra_scheduler.placement_api.providers import provider_changes
from cassandra_scheduler.placement_api.providers import writing


def save(store, provider_uuid, *, name, parent, allow_reparenting):
    """Give a provider this name and this parent (a uuid or None).

    Raises NotFound, ObjectActionError for a bad parent, DBDuplicateEntry
    with the column 'name', and a conflict.
    """
    write = write_model.new()
    found = finding.get(store, provider_uuid)
    to_tree = _target_tree(store, found, parent)
    renamed = name != found.provider.name
    old_name = create_delete.name_rows(store, found.provider)
    if renamed:
        create_delete.claim_name(store, name, provider_uuid, write.id)
    try:
        if to_tree == found.tree.id:
            writing.write_tree(
                store, to_tree,
                lambda state: state.with_tree(
                    provider_changes.rename_reparent(
                        state.tree, provider_uuid, name=name, parent=parent,
                        allow_reparenting=allow_reparenting,
                        now=write.at_ms)), write=write)
        else:
            move_subtree.move(
                store, provider_uuid, name=name, parent=parent,
                from_tree=found.tree.id, to_tree=to_tree,
                allow_reparenting=allow_reparenting)
    except errors.OutcomeUnknown:
        # The provider may have the new name, so the lookup row must stay.
        raise
    except Exception:
        if renamed:
            cleanup.release([(store.provider_names, name, write.id)])
        raise
    if renamed:
        create_delete.confirm_name(
            store, name, write.id,
            undo=lambda: _restore_name(store, found.provider, name))
        cleanup.release(old_name)


def _restore_name(store, old, name):
    """Give a provider its old name back if it has the new ``name``."""
    def restored(state):
        now = finding.in_tree(state.tree, old.uuid)
        if now is None or now.provider.name != name:
            return None
        return state.with_tree(state.tree.with_provider(
            now.provider.replace(name=old.name)))

    writing.write_tree(store, finding.get(store, old.uuid).tree.id,
                       restored)


def _target_tree(store, found, parent):
    """Return the id of the tree that a provider with this parent is in."""
    if parent is None:
        # A root stays in its tree; a child gets a tree of its own.
        return (found.tree.id if found.provider.parent is None
                else found.provider.uuid)
    found_parent = finding.find(store, parent)
    if found_parent is None:
        raise provider_changes.no_parent()
    return found_parent.tree.id
