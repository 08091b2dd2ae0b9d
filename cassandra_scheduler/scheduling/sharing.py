# SPDX-License-Identifier: Apache-2.0
"""Trees with providers that others may take from, such as a disk pool.

The store keeps a list of them. It hardly ever changes and is empty in most
clouds, so it is remembered for a while, and read again before a request is
refused. Their state is read anew each time.
"""

import time

from cassandra_scheduler.store import catalogue

#: Seconds for which the list is remembered.
REMEMBERED = 60.0


class Sharing:
    """Reads the sharing trees of one cloud."""

    def __init__(self, store, *, clock=time.monotonic):
        self._store = store
        self._clock = clock
        self._ids = ()
        self._until = None

    def trees(self):
        """Return the sharing Trees as they are now. A partition each."""
        if self._until is None or self._clock() >= self._until:
            self.changed()
        if not self._ids:
            return ()
        return tuple(tree for tree in self._store.trees.find_many(self._ids)
                     if classes((tree,)))

    def changed(self):
        """Read the list again; return whether it is another one now."""
        ids = tuple(sorted(entry.name for entry in self._store.catalogue.list(
            catalogue.SHARING_TREE)))
        before, self._ids = self._ids, ids
        self._until = self._clock() + REMEMBERED
        return ids != before


def classes(trees):
    """Return the resource classes that sharing providers of trees offer."""
    return frozenset(
        name for tree in trees for provider in tree.providers.values()
        if provider.shares for name in provider.inventories)
