# SPDX-License-Identifier: Apache-2.0
"""The sharing trees: other trees may take from them, such as a disk pool.

The store keeps a list of their ids. It hardly ever changes and is empty in
most clouds. So a process remembers it for a while, and reads it again before
a request is refused. The trees themselves are read for each request.
"""

from collections.abc import Callable, Iterable
import time

from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.store import catalogue
from cassandra_scheduler.store import opening

#: Seconds for which the list is remembered.
REMEMBERED = 60.0


class Sharing:
    """Reads the sharing trees of one cloud."""

    def __init__(self, store: opening.Store, *,
                 clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._ids: tuple[str, ...] = ()
        self._until: float | None = None

    def trees(self) -> tuple[tree_model.Tree, ...]:
        """Return the sharing Trees as they are now. One partition each."""
        if self._until is None or self._clock() >= self._until:
            self.read_list()
        if not self._ids:
            return ()
        return tuple(tree for tree in self._store.trees.find_many(self._ids)
                     if classes((tree,)))

    def read_list(self) -> None:
        """Read the list of ids again. One partition."""
        self._ids = tuple(sorted(
            entry.name for entry in
            self._store.catalogue.list(catalogue.SHARING_TREE)))
        self._until = self._clock() + REMEMBERED


def classes(trees: Iterable[tree_model.Tree]) -> frozenset[str]:
    """Return the resource classes that sharing providers of trees offer."""
    return frozenset(
        name for tree in trees for provider in tree.providers.values()
        if provider.shares for name in provider.inventories)
