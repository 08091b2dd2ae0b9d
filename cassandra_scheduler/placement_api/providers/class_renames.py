# SPDX-License-Identifier: Apache-2.0
"""Renames a resource class that may be in use (API 1.2 to 1.6).

The name is what identifies a class, and it stands in every inventory and
allocation of it. So all of them are rewritten while both names exist; within
one tree all at once:

    create the new name -> rewrite each tree, until none is left
                        -> delete the old name, if still none is

The new name remembers the old one, so that asking again goes on with a
rename that was cut short.
"""

from placement import exception

from cassandra_scheduler.placement_api import custom_names
from cassandra_scheduler.placement_api.providers import finding
from cassandra_scheduler.placement_api.providers import provider_changes
from cassandra_scheduler.placement_api import writing
from cassandra_scheduler.store import catalogue

#: How often the cloud is walked for trees that got the old name meanwhile.
WALKS = 10


def rename(ctx, old, new):
    """Give every use of the class ``old`` the name ``new``.

    Raises ResourceClassExists for a name that is taken, and a conflict
    while others keep using the old one. Walks through the cloud and steps
    each tree that has the class; no generation moves.
    """
    _create(ctx, old, new)
    for _ in range(WALKS):
        tree_ids = [tree.id for tree in finding.trees(ctx.store)
                    if provider_changes.has_class(tree, old)]
        if not tree_ids:
            return
        for tree_id in tree_ids:
            _rewrite(ctx.store, tree_id, old, new)
    raise exception.ConcurrentUpdateDetected()


def _create(ctx, old, new):
    if custom_names.create(ctx, catalogue.RESOURCE_CLASS, new,
                           renamed_from=old) is not None:
        return
    find = ctx.store.catalogue.find
    there = find(catalogue.RESOURCE_CLASS, new)
    before = find(catalogue.RESOURCE_CLASS, old)
    # An old name that is younger than the new one is another class.
    if not (there and before and there.renamed_from == old and
            before.created_ms <= there.created_ms):
        raise exception.ResourceClassExists(resource_class=new)


def _rewrite(store, tree_id, old, new):
    """Rename the class in one tree; or do nothing, where a consumer came.

    The next walk finds the tree again then.
    """
    holders = [row.uuid for row in store.trees.list_consumers(tree_id)
               if any(name == old for _provider, name in row.amounts)]

    def renamed(state):
        if state.tree is None or not _all_there(state, old):
            return None
        tree = provider_changes.rename_class(state.tree, old, new)
        return writing.change(state, tree, put=[
            row.replace(amounts=provider_changes.rename_keys(
                row.amounts, old, new))
            for row in state.consumers.values()])

    writing.step(store, tree_id, renamed, consumers=holders)


def _all_there(state, name):
    """Return whether the rows read account for all that is used."""
    used = {key: units for key, units in state.tree.used.items()
            if key[1] == name}
    for row in state.consumers.values():
        for key, units in row.amounts.items():
            if key[1] == name:
                used[key] = used.get(key, 0) - units
    return not any(used.values())
