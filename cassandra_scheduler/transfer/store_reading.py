# SPDX-License-Identifier: Apache-2.0
"""Reads our store, some trees at a time, into the values of ``content``."""

from cassandra_scheduler.placement_api.providers import finding
from cassandra_scheduler.transfer import content

#: How many trees are read together.
TREES_PER_BATCH = 50


class StoreReader:
    """What a cloud in Cassandra says, at the read consistency."""

    def __init__(self, store):
        self._store = store

    def names(self):
        """Return kind -> name -> milliseconds of its creation."""
        return {kind: {entry.name: entry.created_ms
                       for entry in self._store.catalogue.list(kind)
                       if entry.name not in standard}
                for kind, standard in content.STANDARD_NAMES.items()}

    def count(self):
        """Return the number of providers; reads the whole cloud."""
        return sum(len(tree.providers)
                   for tree in finding.trees(self._store))

    def batches(self):
        """Yield lists of WholeTrees, every tree once."""
        batch = []
        for tree in finding.trees(self._store):
            batch.append(self._whole(tree))
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
        """Return uuid -> Found of the providers that exist."""
        locations = self._store.provider_trees.find_many(uuids)
        trees = {tree.id: tree for tree in self._store.trees.find_many(
            sorted({location.value for location in locations.values()}))}
        there = {}
        for uuid, location in locations.items():
            found = (finding.in_tree(trees.get(location.value), uuid) or
                     # Perhaps somebody is just moving it.
                     finding.find(self._store, uuid))
            if found is not None:
                there[uuid] = found
        return there

    def consumers(self, uuids):
        """Return uuid -> whole Consumer of those that hold something."""
        at_home = {}
        for uuid, location in self._store.consumer_homes.find_many(
                uuids).items():
            at_home.setdefault(location.value, []).append(uuid)
        whole = {}
        for tree_id, here in at_home.items():
            rows = self._store.trees.find_state(tree_id, here).consumers
            for uuid in here:
                found = self._complete(tree_id, uuid, rows.get(uuid))
                if found is not None:
                    whole[uuid] = found
        return whole

    def known_providers(self, uuids):
        """Return which of these providers exist."""
        return set(self.found(uuids))

    def known_consumers(self, uuids):
        """Return which of these consumers hold something."""
        return set(self.consumers(uuids))

    def _whole(self, tree):
        rows = {row.uuid: row
                for row in self._store.trees.list_consumers(tree.id)}
        whole = {uuid: self._complete(tree.id, uuid, row)
                 for uuid, row in sorted(rows.items())}
        return content.WholeTree(
            content.parents_first(tree.providers),
            {uuid: consumer for uuid, consumer in whole.items()
             if consumer is not None})

    def _complete(self, tree_id, uuid, row):
        """Return the whole Consumer with this row in this tree, or None."""
        if row is not None and row.is_live and row.home == tree_id and (
                not row.also_in):
            return _without_place(row, row.amounts)
        found = self._store.consumers.find(uuid)
        if found is None:
            return None
        return _without_place(found.consumer,
                              self._store.consumers.amounts(found))


def _without_place(row, amounts):
    return row.replace(home='', also_in=frozenset(), claim_id=None,
                       amounts=dict(amounts))
