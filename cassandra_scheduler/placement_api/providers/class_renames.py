# SPDX-License-Identifier: Apache-2.0
"""Renames a resource class that may be in use (API 1.2 to 1.6).

The name identifies a class, and every inventory and allocation of the class
has it. So all of them are rewritten while both names exist; one write for
each tree:

    create the new name -> rewrite each tree, until none has the old name
                        -> delete the old name, if still no tree has it

The catalogue entry of the new name contains the old name, so that a second
request continues a rename that was interrupted.
"""

from placement import exception

from cassandra_scheduler.placement_api.providers import custom_names
from cassandra_scheduler.placement_api.providers import finding
from cassandra_scheduler.placement_api.providers import provider_changes
from cassandra_scheduler.placement_api.providers import writing
from cassandra_scheduler.store import catalogue

#: How often the cloud is scanned for trees that got the old name meanwhile.
SCANS = 10


def rename(store, old, new):
    """Give every use of the class ``old`` the name ``new``.

    Raises ResourceClassExists if the name is taken, and a conflict while
    others keep using the old name. Scans the cloud and writes each tree that
    has the class; generations stay as they are.
    """
    _create(store, old, new)
    for _ in range(SCANS):
        tree_ids = [tree.id for tree in finding.trees(store)
                    if provider_changes.has_class(tree, old)]
        if not tree_ids:
            return
        for tree_id in tree_ids:
            _rewrite(store, tree_id, old, new)
    raise exception.ConcurrentUpdateDetected()


def _create(store, old, new):
    if custom_names.create(store, catalogue.RESOURCE_CLASS, new,
                           renamed_from=old) is not None:
        return
    present = store.catalogue.find(catalogue.RESOURCE_CLASS, new)
    before = store.catalogue.find(catalogue.RESOURCE_CLASS, old)
    # An old name that is younger than the new one is another class.
    if not (present and before and present.renamed_from == old and
            before.created_ms <= present.created_ms):
        raise exception.ResourceClassExists(resource_class=new)


def _rewrite(store, tree_id, old, new):
    """Rename the class in one tree, unless a new consumer uses it.

    Then the next scan finds the tree again.
    """
    holders = [row.uuid for row in store.trees.list_consumers(tree_id)
               if any(name == old for _provider, name in row.amounts)]

    def renamed(state):
        if state.tree is None or not _is_complete(state, old):
            return None
        tree = provider_changes.rename_class(state.tree, old, new)
        after = state.with_tree(tree)
        for uuid, row in state.consumers.items():
            after = after.with_row(uuid, row.replace(
                amounts=provider_changes.rename_keys(row.amounts, old, new)))
        return after

    writing.write_tree(store, tree_id, renamed, consumers=holders)


def _is_complete(state, name):
    """Return whether the rows that were read add up to what is used."""
    used = {key: units for key, units in state.tree.used.items()
            if key[1] == name}
    for row in state.consumers.values():
        for key, units in row.amounts.items():
            if key[1] == name:
                used[key] = used.get(key, 0) - units
    return not any(used.values())
