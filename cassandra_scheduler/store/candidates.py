# SPDX-License-Identifier: Apache-2.0
"""The one composed query: restrictions in, trees out.

CQL narrows. One prepared statement per shape of request, that is per set of
(column, operator); values are always bound. The read goes to one replica: it
may be stale, because the claim will not be. It may not be mixed of two
states, because the claim could not tell; such a row is read again.

Few columns are indexed, those by which some request finds few rows. All other
restrictions are compared on the rows that the indexes lead to, which is what
ALLOW FILTERING permits; there is always an index to lead. Measured with
100,000 rows: 3.6 ms so, and 1 s for a request that fits nowhere when the
columns that are true for every row were indexed and joined as well.
"""

import dataclasses

from cassandra_scheduler.store import codec
from cassandra_scheduler.store import session as store_session

MIN_TOKEN, MAX_TOKEN = -2 ** 63, 2 ** 63 - 1


@dataclasses.dataclass(frozen=True, slots=True)
class Page:
    """What one candidate query read.

    ``last_token`` is where a next page begins after; ``ended`` says that the
    range held no more rows than were returned.
    """
    trees: tuple
    rows_read: int
    last_token: int | None
    ended: bool


class Candidates:
    """Reads root rows of one cloud that satisfy a set of restrictions."""

    def __init__(self, session, cloud, columns=(), *, rows):
        self._session = session
        self._rows = rows
        self._cloud = cloud
        self._indexed = frozenset(column.name for column in columns
                                  if column.indexed)

    def read(self, restrictions, *, after=MIN_TOKEN, up_to=MAX_TOKEN,
             limit=50, level=store_session.CANDIDATES):
        """Return a Page of trees with ``after < token <= up_to``.

        Many partitions, candidate consistency unless ``level`` says READ, at
        most ``limit`` rows. Rows that hold no tree any more are read and
        counted but not returned.
        """
        ordered = sorted(restrictions, key=lambda r: (r.column, r.operator))
        rows = self._session.rows(
            statement(ordered, self._indexed),
            (self._cloud, *(r.value for r in ordered), after, up_to, limit),
            level=level)
        trees = map(codec.tree_from_row, filter(codec.is_whole, rows))
        again = self._rows.read_roots([row['tree'] for row in rows
                                       if not codec.is_whole(row)])
        return Page(
            trees=tuple(tree for tree in (*trees, *again)
                        if tree is not None and tree.providers),
            rows_read=len(rows),
            last_token=rows[-1]['position'] if rows else None,
            ended=len(rows) < limit)


def statement(ordered, indexed):
    """Return the SELECT for restrictions in their canonical order.

    Where none of them is ``indexed``, the index over all roots of the cloud
    leads.
    """
    leads = any(r.column in indexed for r in ordered)
    clauses = ['cloud = ?' if leads else 'root_of = ?']
    clauses += [f'{r.column} {r.operator} ?' for r in ordered]
    return ('SELECT token(cloud, tree) AS position, tree, seq, recent_ops, '
            'intent, digest, resource_type, shape, generations, used, '
            'pending, report, last_seen, service_disabled, forced_down, '
            'service '
            f'FROM {{keyspace}}.trees WHERE {" AND ".join(clauses)} '
            'AND token(cloud, tree) > ? AND token(cloud, tree) <= ? LIMIT ? '
            'ALLOW FILTERING')
