# SPDX-License-Identifier: Apache-2.0
"""Reads a whole cloud as it stands, with all its flaws, for the audit.

Reading resolves and repairs nothing, and what cannot be read is returned as
such. Keys are listed one token range at a time, at read consistency, because
a SERIAL read reaches one partition only. Everything else is SERIAL.
"""

from collections.abc import Collection, Mapping, Sequence
import dataclasses

from cassandra_scheduler.model import change as change_model
from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.store import origin
from cassandra_scheduler.store import outcome
from cassandra_scheduler.store import session as store_session
from cassandra_scheduler.store import statements
from cassandra_scheduler.store import token_ranges
from cassandra_scheduler.store import transaction_records
from cassandra_scheduler.store import tree_rows

_CQL = statements.load('full_scan')
PROVIDER_TREE, PROVIDER_NAME, CONSUMER_HOME = (
    'provider_tree', 'provider_name', 'consumer_home')


@dataclasses.dataclass(frozen=True, slots=True)
class SeenTree:
    """All rows of one partition, as they stand.

    ``tree`` is None if there is none, or if its row makes no sense: then
    ``unreadable`` says why. ``flaws`` names the columns of the root row that
    differ from what the tree says. ``consumers``: uuid -> Consumer, with
    forwarding rows and claim tombstones.
    """
    id: str
    tree: tree_model.Tree | None = None
    consumers: Mapping[str, consumer_model.Consumer] = dataclasses.field(
        default_factory=dict)
    flaws: tuple[str, ...] = ()
    unreadable: str | None = None

    @property
    def state(self) -> change_model.TreeState:
        """Return the same as a TreeState."""
        return change_model.TreeState(self.tree, self.consumers)


@dataclasses.dataclass(frozen=True, slots=True)
class SeenLookupRow:
    """What a lookup row says, and when it was written (ms since the epoch).

    ``from_tree``: where a provider that is on its way comes from.
    """
    value: str
    write_id: str
    written_ms: int
    from_tree: str | None = None


class FullScan:
    """Reads all tables of one cloud."""

    def __init__(self, session: store_session.Session,
                 rows: tree_rows.TreeRows,
                 records: transaction_records.TransactionRecords) -> None:
        self._session, self._rows = session, rows
        self._records = records

    def tree_ids(self, token_range: token_ranges.TokenRange) -> list[str]:
        """Return the ids of all partitions of trees in a TokenRange.

        A partition may hold no tree. Read consistency.
        """
        return [row['tree'] for row in self._list('list_trees', token_range)]

    def lookup_rows(self, table: str, token_range: token_ranges.TokenRange
                    ) -> dict[str, str]:
        """Return key -> value of a lookup table. Read consistency."""
        return {row['key']: row['value']
                for row in self._list(f'list_{table}', token_range)}

    def consumer_homes(self, token_range: token_ranges.TokenRange
                       ) -> dict[str, SeenLookupRow]:
        """Return uuid -> SeenLookupRow of consumers. Read consistency."""
        return {row['key']: _seen_lookup_row(row)
                for row in self._list(f'list_{CONSUMER_HOME}', token_range)}

    def without_consumer(self, lookup_rows: Mapping[str, SeenLookupRow]
                         ) -> list[str]:
        """Return the uuids whose home has no consumer row, or only a mark.

        ``lookup_rows``: uuid -> SeenLookupRow. A mark is a forwarding row or
        a claim tombstone. One partition each, read consistency.
        """
        found = self._session.rows_of_many(
            _CQL['find_consumer'],
            [(self._rows.cloud, row.value, uuid)
             for uuid, row in lookup_rows.items()])
        return [uuid for uuid, rows in zip(lookup_rows, found)
                if not rows or rows[0]['moved_to'] or rows[0]['fenced']]

    def transaction_ids(self, token_range: token_ranges.TokenRange
                        ) -> list[str]:
        """Return the ids of all transaction records. Read consistency."""
        return [row['txid']
                for row in self._list('list_transactions', token_range)]

    def trees(self, tree_ids: Collection[str]) -> list[SeenTree]:
        """Return a SeenTree for each id. One partition each, SERIAL."""
        many = self._session.rows_of_many(
            _CQL['list_rows'],
            [(self._rows.cloud, tree_id) for tree_id in tree_ids],
            level=store_session.SERIAL)
        return [self._seen(tree_id, rows)
                for tree_id, rows in zip(tree_ids, many)]

    def lookup_row(self, table: str, key: str) -> SeenLookupRow | None:
        """Return the SeenLookupRow of a key, or None. One row, SERIAL."""
        row = self._session.row(_CQL[f'date_{table}'],
                                (self._rows.cloud, key),
                                level=store_session.SERIAL)
        return _seen_lookup_row(row) if row else None

    def transaction(self, txid: str
                    ) -> tuple[transaction_records.Record, bool] | None:
        """Return (Record, whether it expires by itself), or None. SERIAL."""
        row = self._session.row(_CQL['date_transaction'],
                                (self._rows.cloud, txid),
                                level=store_session.SERIAL)
        record = self._records.find(txid) if row else None
        if row is None or record is None:
            return None
        return record, row['seconds_left'] is not None

    def forget(self, record: transaction_records.Record) -> bool:
        """Make a COMMITTED record expire; return whether it does."""
        return isinstance(self._records.forget(record), outcome.Applied)

    def delete_without_tree(self, tree_id: str, consumer_uuid: str
                            ) -> store_session.SentOutcome:
        """Delete a row of a partition without a tree; return the Outcome."""
        return self._rows.delete_without_tree(tree_id, consumer_uuid)

    def _list(self, name: str, token_range: token_ranges.TokenRange
              ) -> list[store_session.Row]:
        return self._session.rows(_CQL[name],
                                  (self._rows.cloud, *token_range))

    def _seen(self, tree_id: str, rows: Sequence[store_session.Row]
              ) -> SeenTree:
        roots = [row for row in rows if row['kind'] == 'root']
        try:
            state = tree_rows.state_of(rows)
            return SeenTree(tree_id, state.tree, state.consumers, flaws=tuple(
                self._rows.flaws(state.tree, roots[0])
                if state.tree is not None else ()))
        except (ArithmeticError, AttributeError, LookupError, TypeError,
                ValueError) as exc:
            return SeenTree(tree_id, unreadable=type(exc).__name__,
                            consumers=_readable(rows))


def _seen_lookup_row(row: store_session.Row) -> SeenLookupRow:
    return SeenLookupRow(row['value'], row['op'],
                         (row['written'] or 0) // 1000,
                         origin.of_row(row, 'from_tree'))


def _readable(rows: Sequence[store_session.Row]
              ) -> dict[str, consumer_model.Consumer]:
    """Return the Consumers of those rows that make sense."""
    found: dict[str, consumer_model.Consumer] = {}
    for row in rows:
        try:
            found.update(tree_rows.state_of(
                [row] if row['kind'] == 'consumer' else []).consumers)
        except (AttributeError, LookupError, TypeError, ValueError):
            continue
    return found
