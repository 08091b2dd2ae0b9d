# SPDX-License-Identifier: Apache-2.0
"""How an audit looks at things: serially, and twice where it takes two.

    audit                 tree H         tree T        a transaction
    reads H: seq 7 -------->|              |
    reads T --------------------------------|
    reads H: still seq 7 -->|              |
                            |<------------ would have taken H's seq

So what was read of both was true at one moment, unless a seq has changed or
an intent stands on one of them; then whatever it is, is under way.
"""

import time

from cassandra_scheduler.store import outcome


class Reading:
    """Reads one cloud for an audit; ``older_than_s``: see ``aged``."""

    def __init__(self, store, *, older_than_s):
        self.store = store
        self._older_than_s = older_than_s

    def aged(self, written_ms):
        """Return whether nobody can still be at work on what is so old.

        A scheduler or an API process gives up on a request long before.
        """
        if self._older_than_s <= 0 or written_ms is None:
            return True
        return time.time() - written_ms / 1000 >= self._older_than_s

    def tree(self, tree_id):
        """Return the SeenTree as it is now."""
        return self.store.full_scan.trees([tree_id])[0]

    def together(self, tree_ids):
        """Return tree id -> SeenTree of one moment; None if none is found.
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
    """Write a TreeChange made from a SeenTree, if nothing has come between.

    Returns whether it is known to be written.
    """
    if seen.tree.intent is not None:
        return False

    return applied(store.writer.write_change(change))


def applied(written):
    """Return whether an Outcome says that it is written."""
    return isinstance(written, outcome.Applied)
