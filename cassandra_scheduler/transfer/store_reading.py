# SPDX-License-Identifier: Apache-2.0
"""Reads our store into the values of ``content``."""

from cassandra_scheduler.placement_api.providers import finding
from cassandra_scheduler.transfer import content

#: How many trees are read together.
TREES_PER_BATCH = 50


class StoreReader:
    """Reads a cloud in Cassandra, at the read consistency."""

    def __init__(self, store):
        self._store = store

    def names(self):
        """Return kind -> name -> its creation, in milliseconds."""
        return {kind: {entry.name: entry.created_ms
                       for entry in self._store.catalogue.list(kind)
                       if entry.name not in standard}
                for kind, standard in content.STANDARD_NAMES.items()}

    def count(self):
        """Return the number of providers; scans the cloud."""
        return sum(len(tree.providers)
                   for tree in finding.trees(self._store))

    def batches(self):
        """Yield lists of WholeTrees, every tree once."""
        batch = []
        for tree in finding.trees(self._store):
            batch.append(self._whole_tree(tree))
            if len(batch) == TREES_PER_BATCH:
                yield batch
                batch = []
        if batch:
            yield batch

    def providers(self, uuids):
        """Return uuid -> Provider of those that exist."""
        return {uuid: found.provider
                for uuid, found in self.found(uuids).items()}

    def found(self, uuids):
        """Return uuid -> FoundProvider of the providers that exist."""
        lookup_rows = self._store.provider_trees.find_many(uuids)
        trees = {tree.id: tree for tree in self._store.trees.find_many(
            sorted({row.value for row in lookup_rows.values()}))}
        found = {}
        for uuid, row in lookup_rows.items():
            one = (finding.in_tree(trees.get(row.value), uuid) or
                   # It may be moving to another tree.
                   finding.find(self._store, uuid))
            if one is not None:
                found[uuid] = one
        return found

    def consumers(self, uuids):
        """Return uuid -> whole Consumer of those that hold something."""
        by_home = {}
        for uuid, row in self._store.consumer_homes.find_many(uuids).items():
            by_home.setdefault(row.value, []).append(uuid)
        found = {}
        for tree_id, residents in by_home.items():
            rows = self._store.trees.find_state(tree_id, residents).consumers
            for uuid in residents:
                whole = self._whole_consumer(tree_id, uuid, rows.get(uuid))
                if whole is not None:
                    found[uuid] = whole
        return found

    def known_providers(self, uuids):
        """Return which of these providers exist."""
        return set(self.found(uuids))

    def known_consumers(self, uuids):
        """Return which of these consumers hold something."""
        return set(self.consumers(uuids))

    def _whole_tree(self, tree):
        rows = {row.uuid: row
                for row in self._store.trees.list_consumers(tree.id)}
        whole = {uuid: self._whole_consumer(tree.id, uuid, row)
                 for uuid, row in sorted(rows.items())}
        return content.WholeTree(
            content.parents_first(tree.providers),
            {uuid: consumer for uuid, consumer in whole.items()
             if consumer is not None})

    def _whole_consumer(self, tree_id, uuid, row):
        """Return the whole Consumer with this row in this tree, or None."""
        if row is not None and row.is_live and row.home == tree_id and (
                not row.also_in):
            return _without_home(row, row.amounts)
        found = self._store.consumers.find(uuid)
        if found is None:
            return None
        return _without_home(found.consumer,
                             self._store.consumers.amounts(found))


def _without_home(row, amounts):
    return row.replace(home='', also_in=frozenset(), claim_id=None,
                       amounts=dict(amounts))
