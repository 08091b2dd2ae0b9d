# SPDX-License-Identifier: Apache-2.0
"""The names a cloud has made itself: traits, classes, consumer types.

Standard names come with os-traits and os-resource-classes and are not stored.
"""

from collections.abc import Sequence
import dataclasses

from cassandra_scheduler.store import origin
from cassandra_scheduler.store import outcome
from cassandra_scheduler.store import session as store_session
from cassandra_scheduler.store import small_rows
from cassandra_scheduler.store import statements
from cassandra_scheduler.store import tree_codec

_CQL = statements.load('catalogue')
TRAIT, RESOURCE_CLASS, CONSUMER_TYPE = (
    'trait', 'resource_class', 'consumer_type')
#: Ids of trees with a provider that shares by aggregate; never removed, so
#: it may name trees that no longer share.
SHARING_TREE = 'sharing_tree'


@dataclasses.dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One custom name; times in milliseconds since the epoch.

    ``write_id`` is the write that created it; ``renamed_from`` the name that
    a resource class had before.
    """
    name: str
    created_ms: int | None = None
    updated_ms: int | None = None
    write_id: str | None = dataclasses.field(default=None, compare=False)
    renamed_from: str | None = dataclasses.field(default=None, compare=False)


class Catalogue:
    """The custom names of one cloud: one partition (cloud)."""

    def __init__(self, session: store_session.Session, cloud: str) -> None:
        self._session = session
        self._cloud = cloud

    def list(self, kind: str) -> Sequence[CatalogueEntry]:
        """Return all CatalogueEntries of a kind, oldest first. READ."""
        entries = [self._entry(row) for row in self._session.rows(
            _CQL['list_entries'], (self._cloud, kind))]
        return sorted(entries, key=lambda entry: (entry.created_ms or 0,
                                                  entry.name))

    def find(self, kind: str, name: str) -> CatalogueEntry | None:
        """Return the CatalogueEntry of this name, or None. READ."""
        row = self._session.row(_CQL['find_entry'],
                                (self._cloud, kind, name))
        return self._entry(row) if row else None

    def create(self, kind: str, name: str, *, write_id: str, now_ms: int,
               renamed_from: str | None = None
               ) -> outcome.Outcome[CatalogueEntry, CatalogueEntry | None]:
        """Add a name if it is absent; a conditional write, settled.

        Applied carries the CatalogueEntry written, Rejected the one that was
        there.
        """
        now = tree_codec.moment(now_ms)
        op = origin.op_of(write_id, renamed_from)
        written = small_rows.write_if(
            self._session,
            [(_CQL['create_entry_if_absent'],
              (self._cloud, kind, name, op,
               renamed_from or store_session.UNSET, now, now))],
            look=lambda: self._row(kind, name),
            is_ours=lambda row: row is not None and row['op'] == op)
        match written:
            case outcome.Applied(state=row):
                return outcome.Applied(
                    self._entry(row) if row else
                    CatalogueEntry(name, now_ms, now_ms, op, renamed_from))
            case outcome.Rejected(winner=other):
                return outcome.Rejected(self._entry(other) if other else None)
        return written

    def delete(self, kind: str, name: str
               ) -> outcome.Outcome[None, store_session.Row | None]:
        """Remove a name; a conditional write, settled.

        Rejected if there is none. Applied: the entry that was read is gone. A
        late write never removes an entry that was created since:

            deletes A              catalogue             creates A
            SERIAL read <----------- A of write 1
            DELETE IF op = 1 --------------> queued
            gives up waiting
            SERIAL read: A of write 1
            DELETE IF op = 1 ------> gone
                                     A of write 2 <------ IF NOT EXISTS
                                     |<----- the late delete: refused
        """
        found = self._row(kind, name)
        if found is None:
            return outcome.Rejected()
        write_id = found['op']
        written = small_rows.write_if(
            self._session,
            [(_CQL['delete_entry_if_op'],
              (self._cloud, kind, name, write_id))],
            look=lambda: self._row(kind, name),
            is_ours=lambda row: row is None or row['op'] != write_id)
        if isinstance(written, outcome.Applied):
            return outcome.Applied()
        return written

    def _row(self, kind: str, name: str) -> store_session.Row | None:
        return self._session.row(_CQL['find_entry'],
                                 (self._cloud, kind, name),
                                 level=store_session.SERIAL)

    @staticmethod
    def _entry(row: store_session.Row) -> CatalogueEntry:
        return CatalogueEntry(
            row['name'], tree_codec.ms(row['created_at']),
            tree_codec.ms(row['updated_at']), row['op'],
            origin.of_row(row, 'renamed_from'))
