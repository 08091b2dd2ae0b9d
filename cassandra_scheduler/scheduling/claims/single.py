# SPDX-License-Identifier: Apache-2.0
"""A claim in one tree: one conditional batch."""

from collections.abc import Mapping

from cassandra_scheduler.model import change as change_model
from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.model import holdings
from cassandra_scheduler.model import write as write_model


def compose(state: change_model.TreeState, spec: consumer_model.ConsumerSpec,
            amounts: holdings.Amounts, *, usage: Mapping[str, object],
            write: write_model.Write) -> change_model.TreeChange | None:
    """Return the TreeChange that claims in one tree; None without room.

    ``state``: the TreeState as it was read; ``usage``: see holdings.take.
    """
    assert state.tree is not None
    tree_id = state.tree.id
    before = {tree_id: state}
    after = holdings.take(before, spec, amounts, host=tree_id, usage=usage,
                          write=write)
    if after is None:
        return None
    [change] = holdings.changes(before, after, write=write)
    return change
