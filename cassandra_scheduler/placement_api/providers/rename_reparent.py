# SPDX-License-Identifier: Apache-2.0
"""Renames a provider, and moves it with its subtree to another parent.

Stands for ``ResourceProvider.save``. Inside one tree both are one step. To
another tree, or out into a tree of its own, the providers, what is used of
them and the rows of their consumers move in one transaction.
"""

from placement import exception

from cassandra_scheduler.model import errors
from cassandra_scheduler.placement_api.providers import cleanup
from cassandra_scheduler.placement_api.providers import create_delete
from cassandra_scheduler.placement_api.providers import finding
from cassandra_scheduler.placement_api.providers import move_subtree
from cassandra_scheduler.placement_api import timestamps
from cassandra_scheduler.placement_api import writing


def save(rp, allow_reparenting):
    """Write the name and the parent that an object has been given."""
    store, write_id = rp._context.store, writing.new_write_id()
    found = finding.get(store, rp.uuid)
    target = _target(store, rp)
    renamed = rp.name != found.provider.name
    old_name = create_delete.name_marks(store, found.provider)
    if renamed:
        create_delete.claim_name(store, rp.name, rp.uuid, write_id)
    try:
        if target == found.tree.id:
            writing.step(
                store, target, lambda state: writing.change(
                    state,
                    _saved(state.tree, rp, allow_reparenting),
                    write_id=write_id))
        else:
            move_subtree.Transplant(
                store, rp, from_tree=found.tree.id, to_tree=target,
                check=lambda tree: check(tree, rp, allow_reparenting),
            ).run()
    except errors.OutcomeUnknown:
        # The new name may be in force, so it must lead there.
        raise
    except Exception:
        if renamed:
            cleanup.release([(store.provider_names, rp.name, write_id)])
        raise
    if renamed:
        create_delete.confirm_name(
            store, rp.name, write_id, undo=lambda: _unnamed(store, rp, found))
        cleanup.release(old_name)


def _unnamed(store, rp, found):
    """Give a provider its old name back, if it bears the new one."""
    def advance(state):
        now = finding.in_tree(state.tree, rp.uuid)
        if now is None or now.provider.name != rp.name:
            return None
        return writing.change(state, state.tree.with_provider(
            now.provider.replace(name=found.provider.name)))

    writing.step(store, finding.get(store, rp.uuid).tree.id, advance)


def _target(store, rp):
    """Return the id of the tree that the provider shall be in."""
    if rp.parent_provider_uuid is None:
        # A root stays where it is; who was a child gets a tree of its own.
        found = finding.get(store, rp.uuid)
        return (found.tree.id if found.provider.parent is None
                else rp.uuid)
    parent = finding.find(store, rp.parent_provider_uuid)
    if parent is None:
        raise create_delete.no_parent()
    return parent.tree.id


def _saved(tree, rp, allow_reparenting):
    """Return the tree with the provider's new name and parent."""
    if rp.parent_provider_uuid and (
            rp.parent_provider_uuid not in tree.providers):
        raise create_delete.no_parent()
    check(tree, rp, allow_reparenting)
    return tree.with_provider(tree.providers[rp.uuid].replace(
        name=rp.name, parent=rp.parent_provider_uuid,
        updated_ms=timestamps.now_ms()))


def check(tree, rp, allow_reparenting):
    """Raise unless the provider may have this parent."""
    found = finding.in_tree(tree, rp.uuid)
    if found is None:
        raise finding.not_found(rp.uuid)
    old, new = found.provider.parent, rp.parent_provider_uuid
    if old is not None and new != old and not allow_reparenting:
        raise exception.ObjectActionError(
            action='update',
            reason='un-parenting a provider is not currently allowed.'
            if new is None else
            're-parenting a provider is not currently allowed.')
    if new in move_subtree.subtree(tree, rp.uuid):
        raise exception.ObjectActionError(
            action='update',
            reason='creating loop in the provider tree is not allowed.')
