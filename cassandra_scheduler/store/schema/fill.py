# SPDX-License-Identifier: Apache-2.0
"""Fills columns of resource types that rows do not have yet.

A query does not find a row whose column is empty. So a new column is filled
in every row, of every cloud of the keyspace, before a service may search by
it. The keyspace notes for each column that this is done.
"""

from collections.abc import Callable, Iterable, Sequence
import concurrent.futures
import datetime

from cassandra_scheduler.model import change as change_model
from cassandra_scheduler.model import errors
from cassandra_scheduler.model import restriction as restriction_model
from cassandra_scheduler.model import write as write_model
from cassandra_scheduler.store import outcome
from cassandra_scheduler.store import session as store_session
from cassandra_scheduler.store import statements
from cassandra_scheduler.store import token_ranges
from cassandra_scheduler.store import tree_codec
from cassandra_scheduler.store import tree_rows

_CQL = statements.load('schema')
_ROOT = statements.load('tree_rows')['find_root']
_SIDE_BY_SIDE = 8
#: How often a row is read again because of other writers.
_ATTEMPTS = 20
_UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError,
               ValueError)


def unfilled(session: store_session.Session,
             columns: Iterable[restriction_model.Column]) -> list[str]:
    """Return the names of Columns that not every row is known to have."""
    noted = {row['name'] for row in session.rows(_CQL['list_noted'])}
    return [column.name for column in columns
            if column.writer == 'lwt' and _note(column.name) not in noted]


def fill(session: store_session.Session,
         columns: Sequence[restriction_model.Column],
         searchable: tree_rows.Searchable, *, progress: Callable[[str], None]
         ) -> int:
    """Write each row again whose columns differ from what its tree says.

    ``searchable(tree)`` returns column name -> value. One conditional write
    for each such row; services may work meanwhile. It can be repeated: right
    rows are only read. Returns how many rows were written. Raises
    StoreUnavailable; then nothing is noted.
    """
    written, seen, began = 0, 0, unfilled(session, columns)
    with concurrent.futures.ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
        for number, part in enumerate(token_ranges.parts(), 1):
            keys = [(row['cloud'], row['tree']) for row in
                    session.rows(_CQL['list_partitions'], part)]
            seen += len(keys)
            written += sum(pool.map(
                lambda key: _bring_up(session, key, columns, searchable),
                keys))
            if keys:
                progress(f'rows: {seen} seen, {written} written, part '
                         f'{number} of {token_ranges.PARTS}')
    now = datetime.datetime.now(datetime.timezone.utc)
    session.write_all(_CQL['note'], [(_note(name), now) for name in began])
    return written


def _note(column: str) -> str:
    return f'column {column}'


def _bring_up(session: store_session.Session, key: tuple[str, str],
              columns: Sequence[restriction_model.Column],
              searchable: tree_rows.Searchable) -> bool:
    """Write one root row again unless it is right; return whether we did.

    A row that makes no sense stays as it is: no query finds it anyway.
    """
    cloud, tree_id = key
    rows = tree_rows.TreeRows(session, cloud, columns=columns,
                              searchable=searchable)
    for _attempt in range(_ATTEMPTS):
        row = session.row(_ROOT, key, level=store_session.READ)
        try:
            tree = tree_codec.tree_from_row(row)
            if row is None or tree is None or not rows.flaws(tree, row):
                return False
        except _UNREADABLE:
            return False
        written = rows.write(
            change_model.TreeChange(before=tree,
                                    after=tree,
                                    write_id=write_model.new_write_id(),
                                    whole=True))
        if isinstance(written, outcome.Applied):
            return True
    raise errors.StoreUnavailable(
        f'The row of tree {tree_id} of cloud {cloud!r} could not be written '
        'between its other writers: run "cassandra-scheduler db sync" again.')
