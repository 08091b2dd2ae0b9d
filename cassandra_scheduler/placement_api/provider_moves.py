# SPDX-License-Identifier: Apache-2.0
"""Renames a provider, and moves it with its subtree to another parent.

Stands for ``ResourceProvider.save``. Inside one tree both are one step. To
another tree, or out into a tree of its own, the providers, what is used of
them and the rows of their consumers move in one transaction.
"""

from placement import exception

from cassandra_scheduler.model import errors
from cassandra_scheduler.placement_api import finding
from cassandra_scheduler.placement_api import moments
from cassandra_scheduler.placement_api import provider_lives
from cassandra_scheduler.placement_api import provider_transplants
from cassandra_scheduler.placement_api import tidying
from cassandra_scheduler.placement_api import writing


def save(rp, allow_reparenting):
    """Write the name and the parent that an object has been given."""
    store, op = rp._context.store, writing.new_op()
    found = finding.get(store, rp.uuid)
    target = _target(store, rp)
    renamed = rp.name != found.provider.name
    old_name = provider_lives.name_marks(store, found.provider)
    if renamed:
        provider_lives.claim_name(store, rp.name, rp.uuid, op)
    try:
        if target == found.tree.id:
            writing.step(store, target, lambda state: writing.change(
                state, _saved(state.tree, rp, allow_reparenting), op=op))
        else:
            provider_transplants.Transplant(
                store, rp, from_tree=found.tree.id, to_tree=target,
                check=lambda tree: check(tree, rp, allow_reparenting),
            ).run()
    except errors.OutcomeUnknown:
        # The new name may be in force, so it must lead there.
        raise
    except Exception:
        if renamed:
            tidying.release([(store.provider_names, rp.name, op)])
        raise
    if renamed:
        provider_lives.confirm_name(
            store, rp.name, op, undo=lambda: _unnamed(store, rp, found))
        tidying.release(old_name)


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
        raise provider_lives.no_parent()
    return parent.tree.id


def _saved(tree, rp, allow_reparenting):
    """Return the tree with the provider's new name and parent."""
    if rp.parent_provider_uuid and (
            rp.parent_provider_uuid not in tree.providers):
        raise provider_lives.no_parent()
    check(tree, rp, allow_reparenting)
    return tree.with_provider(tree.providers[rp.uuid].replace(
        name=rp.name, parent=rp.parent_provider_uuid,
        updated_ms=moments.now_ms()))


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
    if new in provider_transplants.subtree(tree, rp.uuid):
        raise exception.ObjectActionError(
            action='update',
            reason='creating loop in the provider tree is not allowed.')
