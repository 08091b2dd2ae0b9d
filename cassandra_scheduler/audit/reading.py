# SPDX-License-Identifier: Apache-2.0
"""How an audit reads: at SERIAL, and several trees twice.

    audit                     tree H         tree T     a transaction
    reads H: version 7 -------->|              |
    reads T ---------------------------------->|
    reads H: still version 7 -->|              |
                                |<---------------- would change H's version

So what was read of both trees was true at one moment. If a version has
changed, or a tree has an intent, a change is under way: no finding.
"""

from cassandra_scheduler.model import write as write_model
from cassandra_scheduler.store import outcome


class Reading:
    """Reads one cloud for an audit; ``older_than_s``: see ``aged``."""

    def __init__(self, store, *, older_than_s):
        self.store = store
        self._older_than_s = older_than_s

    def aged(self, written_ms):
        """Return whether this is too old to be under way.

        A scheduler or an API process gives up on a request much earlier.
        """
        if self._older_than_s <= 0 or written_ms is None:
            return True
        return (write_model.now_ms() - written_ms >=
                self._older_than_s * 1000)

    def tree(self, tree_id):
        """Return the SeenTree as it is now."""
        return self.store.full_scan.trees([tree_id])[0]

    def snapshot(self, tree_ids):
        """Return tree id -> SeenTree, all as they were at one moment.

        None if a change is under way in one of them.
        """
        tree_ids = sorted(tree_ids)
        for _attempt in range(3):
            first, second = (self.store.full_scan.trees(tree_ids)
                             for _look in range(2))
            if any(seen.unreadable or seen.tree and seen.tree.intent
                   for seen in first):
                return None
            if first == second:
                return {seen.id: seen for seen in first}
        return None


def write(store, seen, change):
    """Write a TreeChange made from a SeenTree, if the tree is unchanged.

    Returns whether it is known to be written.
    """
    return seen.tree.intent is None and applied(
        store.writer.write_change(change))


def applied(written):
    """Return whether an Outcome is Applied; Unknown is not."""
    return isinstance(written, outcome.Applied)
