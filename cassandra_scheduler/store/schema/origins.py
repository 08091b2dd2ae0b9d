# SPDX-License-Identifier: Apache-2.0
"""Copies what services of schema 4 keep in ``op`` to its own column.

Each copy is a conditional write on the ``op`` that was read, so services may
work meanwhile, those of schema 4 too: see ``store.origin``.
"""

from collections.abc import Callable

from cassandra_scheduler.model import errors
from cassandra_scheduler.store import origin
from cassandra_scheduler.store import outcome
from cassandra_scheduler.store import session as store_session
from cassandra_scheduler.store import statements
from cassandra_scheduler.store import token_ranges

_CQL = statements.load('schema')
#: Statements that read and write, the column, and the columns of the key.
_TABLES = (
    ('list_provider_trees', 'set_from_tree', 'from_tree',
     ('cloud', 'provider')),
    ('list_catalogue', 'set_renamed_from', 'renamed_from',
     ('cloud', 'kind', 'name')))


def copy(session: store_session.Session, *, progress: Callable[[str], None]
         ) -> int:
    """Fill the columns of rows that name an origin in ``op`` only.

    Reads two whole tables, of every cloud, at read consistency. It can be
    repeated. Returns how many rows were written. Raises StoreUnavailable.
    """
    written = 0
    for read, write, column, key in _TABLES:
        for part in token_ranges.parts():
            for row in session.rows(_CQL[read], part):
                found = origin.in_op(row['op'])
                if found is not None and row[column] is None:
                    written += _write(session, _CQL[write], (
                        found, *(row[name] for name in key), row['op']))
        progress(f'{column}: {written} rows written so far')
    return written


def _write(session: store_session.Session, statement: str,
           params: store_session.Params) -> int:
    match session.write_if([(statement, params)]):
        case outcome.Applied():
            return 1
        case outcome.Rejected():
            # The row has a new writer, and nothing to copy any more.
            return 0
    raise errors.StoreUnavailable(
        'Whether a row was written is not known: run "cassandra-scheduler '
        'db sync" again.')
