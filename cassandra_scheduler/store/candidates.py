# SPDX-License-Identifier: Apache-2.0
"""The one composed query: restrictions in, trees out.

CQL narrows. One prepared statement per shape of request, that is per set of
(column, operator); values are always bound. The read goes to one replica: it
may be stale, because the claim will not be.
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

    def __init__(self, session, cloud):
        self._session = session
        self._cloud = cloud

    def read(self, restrictions, *, after=MIN_TOKEN, up_to=MAX_TOKEN,
             limit=50):
        """Return a Page of trees with ``after < token <= up_to``.

        Many partitions, candidate consistency, at most ``limit`` rows. Rows
        that hold no tree any more are read and counted but not returned.
        """
        ordered = sorted(restrictions, key=lambda r: (r.column, r.operator))
        rows = self._session.rows(
            statement(ordered),
            (self._cloud, *(r.value for r in ordered), after, up_to, limit),
            level=store_session.CANDIDATES)
        trees = (codec.tree_from_row(row) for row in rows)
        return Page(
            trees=tuple(tree for tree in trees if tree is not None),
            rows_read=len(rows),
            last_token=rows[-1]['position'] if rows else None,
            ended=len(rows) < limit)


def statement(ordered):
    """Return the SELECT for restrictions in their canonical order."""
    clauses = ['root_of = ?']
    clauses += [f'{r.column} {r.operator} ?' for r in ordered]
    return ('SELECT token(cloud, tree) AS position, tree, seq, recent_ops, '
            'intent, resource_type, shape, generations, used, pending, '
            'report, last_seen, service_disabled, forced_down, service '
            f'FROM {{keyspace}}.trees WHERE {" AND ".join(clauses)} '
            'AND token(cloud, tree) > ? AND token(cloud, tree) <= ? LIMIT ?')
