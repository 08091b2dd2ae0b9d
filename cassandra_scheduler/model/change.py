# SPDX-License-Identifier: Apache-2.0
"""The state of a tree as it was read, and the change that is written to it."""

from collections.abc import Mapping
import dataclasses

from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.model import tree as tree_model


@dataclasses.dataclass(frozen=True, slots=True)
class TreeState:
    """A tree as it stands and the consumer rows that were asked for.

    ``tree`` is None when there is no such tree. ``consumers``: uuid -> row;
    forwarding rows and claim tombstones are among them.
    """
    tree: tree_model.Tree | None
    consumers: Mapping[str, consumer_model.Consumer] = dataclasses.field(
        default_factory=dict)

    def with_tree(self, tree: tree_model.Tree) -> 'TreeState':
        """Return this state with another tree."""
        return TreeState(tree, self.consumers)

    def with_row(self, uuid: str,
                 row: consumer_model.Consumer | None) -> 'TreeState':
        """Return this state with another row of one consumer, or none."""
        rows = {key: value for key, value in self.consumers.items()
                if key != uuid}
        if row is not None:
            rows[uuid] = row
        return TreeState(self.tree, rows)


@dataclasses.dataclass(frozen=True, slots=True)
class TreeChange:
    """One change of one tree: the state that was read, the one to write.

    ``put`` are consumer rows to write. ``delete`` are uuids of consumers
    whose row in this tree goes. ``create`` are those among ``put`` that must
    not exist yet (a claim); a refusal then returns the row that stands there.
    ``after`` without providers deletes the tree. ``write_id`` is the id of
    this write and of no other. ``whole`` also writes columns that seem not to
    change, because what stands there may differ from what was read.
    """
    before: tree_model.Tree
    after: tree_model.Tree
    write_id: str
    put: tuple[consumer_model.Consumer, ...] = ()
    delete: tuple[str, ...] = ()
    create: frozenset[str] = frozenset()
    whole: bool = False

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing to write."""
        return (self.after == self.before and not self.put and
                not self.delete and not self.whole)

    @property
    def consumers(self) -> frozenset[str]:
        """Return the uuids of the consumers whose rows it is about."""
        return frozenset(
            (*(row.uuid for row in self.put), *self.delete, *self.create))


@dataclasses.dataclass(frozen=True, slots=True)
class HomeMove:
    """A consumer's lookup row that follows its home row to another tree.

    ``from_write_id`` wrote the lookup row as it stands, ``write_id`` writes
    it now. A TreeChange of the same transaction leaves a row at the old home
    that names the new one: a forwarding row, or a row that still holds
    something there.
    """
    consumer_uuid: str
    from_write_id: str
    to_tree: str
    write_id: str
