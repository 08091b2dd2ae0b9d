# SPDX-License-Identifier: Apache-2.0
"""Which version a write makes, and whether a tree shows that it was applied.

Each conditional write raises the version of its tree by one, and the tree
remembers the ids of its last writes:

    version            7      8      9     10
    recent write ids  ... a, b, c, d
                                    ^ the write that made version 9 was c
"""

import zlib

from cassandra_scheduler.model import change as change_model
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.store import outcome

#: How many of its last writes a tree remembers.
RECENT_WRITES = 32
#: So many characters of a write's id are kept.
_MARK = 12
#: A tree that is created again starts so many versions further, or more.
_LIFE_BITS = 20


def next_version(change: change_model.TreeChange) -> int:
    """Return the version that ``change`` makes.

    A tree that is created again must not count through the versions of its
    former life, or a late writer could match one of them. So a new tree
    starts at a number made from the write's id.
    """
    if change.before.version:
        return change.before.version + 1
    return (zlib.crc32(change.write_id.encode()) << _LIFE_BITS) + 1


def deletes(change: change_model.TreeChange) -> bool:
    """Return whether ``change`` deletes its tree."""
    return not change.after.providers and change.after.intent is None


def after(change: change_model.TreeChange) -> tree_model.Tree | None:
    """Return ``change.after`` as it stands once written; None if deleted."""
    if deletes(change):
        return None
    return change.after.replace(
        version=next_version(change),
        recent_write_ids=(change.before.recent_write_ids +
                          (change.write_id[:_MARK],))[-RECENT_WRITES:])


def shows(state: change_model.TreeState, change: change_model.TreeChange
          ) -> bool:
    """Return whether a TreeState shows that ``change`` was applied."""
    if state.tree is None:
        return deletes(change)
    later = _later_writes(state.tree, change)
    if later is not None and later < len(state.tree.recent_write_ids):
        return (state.tree.recent_write_ids[-1 - later] ==
                change.write_id[:_MARK])
    return any(state.consumers[row.uuid].claim_id == change.write_id
               for row in change.put if row.uuid in state.consumers)


def not_shown(state: change_model.TreeState, change: change_model.TreeChange,
              cause: str) -> outcome.TreeOutcome:
    """Return the Outcome of a lost write that a TreeState does not show.

    Unknown when so many later writes came that they hide it.
    """
    if state.tree is not None:
        later = _later_writes(state.tree, change)
        if later is not None and later >= RECENT_WRITES:
            return outcome.Unknown(f'{cause}; {later} later writes hide it')
    return outcome.Rejected(state)


def _later_writes(tree: tree_model.Tree, change: change_model.TreeChange
                  ) -> int | None:
    """Return how many writes the tree took after ``change``, or None.

    None when it is another life of the tree, or ``change`` is still to come.
    """
    later = tree.version - next_version(change)
    return later if 0 <= later < 1 << _LIFE_BITS else None
