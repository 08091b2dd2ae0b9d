# SPDX-License-Identifier: Apache-2.0
"""A claim in one tree: one conditional batch."""

from cassandra_scheduler.model import holdings


def compose(state, spec, amounts, *, usage, write):
    """Return the TreeChange that claims in one tree; None without room.

    ``state``: the TreeState as it was read; ``usage``: see holdings.take.
    """
    tree_id = state.tree.id
    before = {tree_id: state}
    after = holdings.take(before, spec, amounts, host=tree_id, usage=usage,
                          write=write)
    if after is None:
        return None
    [change] = holdings.changes(before, after, write=write)
    return change
