# SPDX-License-Identifier: Apache-2.0
"""Reads a whole cloud, with all the flaws it may have.

For whoever checks what stands there. Nothing is settled, followed or mended
on the way, and what cannot be read is returned as such. Lists of keys come
from a part of the ring at a time at read consistency, since a SERIAL read
reaches one partition only; everything else is SERIAL.
"""

import dataclasses

from cassandra_scheduler.model import change as change_model
from cassandra_scheduler.store import outcome
from cassandra_scheduler.store import query
from cassandra_scheduler.store import session as store_session
from cassandra_scheduler.store import statements
from cassandra_scheduler.store import tree_rows

_CQL = statements.load('full_scan')
PROVIDER_TREE, PROVIDER_NAME, CONSUMER_HOME = (
    'provider_tree', 'provider_name', 'consumer_home')
#: So many parts a full walk round the ring has. A part is one query, which
#: Cassandra refuses if it meets 100,000 deletions between two pages.
PARTS = 16


@dataclasses.dataclass(frozen=True, slots=True)
class SeenTree:
    """All rows of one partition, as they stand.

    ``tree`` is None where there is none, or where its row makes no sense:
    then ``unreadable`` says why. ``flaws`` names the columns of the root row
    that differ from what the tree makes them. ``consumers``: uuid ->
    Consumer, stubs and fences among them.
    """
    id: str
    tree: object = None
    consumers: dict = dataclasses.field(default_factory=dict)
    flaws: tuple = ()
    unreadable: str | None = None

    @property
    def state(self):
        """Return the same as a TreeState."""
        return change_model.TreeState(self.tree, self.consumers)


@dataclasses.dataclass(frozen=True, slots=True)
class SeenLookupRow:
    """What a locator says, who wrote it, and when (ms since the epoch)."""
    value: str
    write_id: str
    written_ms: int


def parts(count=PARTS):
    """Return (after, up to) of the parts of the ring, as tokens."""
    width = (query.MAX_TOKEN - query.MIN_TOKEN) // count
    ends = [query.MIN_TOKEN + width * number for number in range(count)]
    return list(zip(ends, [*ends[1:], query.MAX_TOKEN]))


class FullScan:
    """The tables of one cloud, for whoever checks them."""

    def __init__(self, session, rows, records):
        self._session, self._rows = session, rows
        self._records = records

    def tree_ids(self, part):
        """Return the ids of all partitions of trees in a part of the ring.

        Also of those in which no tree stands. Read consistency.
        """
        return [row['tree'] for row in self._part('list_trees', part)]

    def locations(self, table, part):
        """Return key -> value of a table of locators. Read consistency."""
        return {row['key']: row['value']
                for row in self._part(f'list_{table}', part)}

    def transaction_ids(self, part):
        """Return the ids of all transaction records. Read consistency."""
        return [row['txid'] for row in self._part('list_transactions', part)]

    def trees(self, tree_ids):
        """Return a SeenTree for each id. One partition each, SERIAL."""
        many = self._session.rows_of_many(
            _CQL['list_rows'],
            [(self._rows.cloud, tree_id) for tree_id in tree_ids],
            level=store_session.SERIAL)
        return [self._seen(tree_id, rows)
                for tree_id, rows in zip(tree_ids, many)]

    def location(self, table, key):
        """Return the SeenLocation of a key, or None. One row, SERIAL."""
        row = self._session.row(_CQL[f'date_{table}'],
                                (self._rows.cloud, key),
                                level=store_session.SERIAL)
        return row and SeenLookupRow(row['value'], row['op'],
                                     (row['written'] or 0) // 1000)

    def transaction(self, txid):
        """Return (Record, whether it expires by itself), or None. SERIAL."""
        row = self._session.row(_CQL['date_transaction'],
                                (self._rows.cloud, txid),
                                level=store_session.SERIAL)
        record = self._records.find(txid) if row else None
        return record and (record, row['seconds_left'] is not None)

    def forget(self, record):
        """Let a COMMITTED record expire; return whether it does."""
        return isinstance(self._records.forget(record), outcome.Applied)

    def delete_without_tree(self, tree_id, consumer_uuid):
        """Delete a consumer's row where no tree stands; return the Outcome.
        """
        return self._rows.delete_without_tree(tree_id, consumer_uuid)

    def _part(self, name, part):
        return self._session.rows(_CQL[name], (self._rows.cloud, *part))

    def _seen(self, tree_id, rows):
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


def _readable(rows):
    """Return the Consumers of those rows that make sense."""
    found = {}
    for row in rows:
        try:
            found.update(tree_rows.state_of(
                [row] if row['kind'] == 'consumer' else []).consumers)
        except (AttributeError, LookupError, TypeError, ValueError):
            continue
    return found
