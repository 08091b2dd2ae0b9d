# SPDX-License-Identifier: Apache-2.0
"""The one composed query: restrictions in, trees out.

CQL narrows. Each set of (column, operator) pairs is one prepared statement;
values are always bound. One replica answers. Its answer may be stale, because
the claim reads the tree again. It must not be a mix of two states of one
tree, because the claim could not see that; such a row is read again.

Few columns are indexed: those by which some request finds few rows. An index
always leads, and Cassandra compares all other restrictions on the rows that
the index finds; ALLOW FILTERING permits this. Measured with 100,000 rows: a
request that fits nowhere takes 3.6 ms. It took 1 s when the columns that are
true for every row were indexed and joined as well.

Every statement is kept prepared, here and in every node. Requests need few
statements. If there are ever more than MOST_STATEMENTS, a new request is
asked in a coarse form, of which there are 18. A coarse query returns more
rows; the search rejects what does not fit.
"""

from collections.abc import Collection, Iterable, Sequence
import dataclasses

from cassandra_scheduler.model import restriction as restriction_model
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.store import session as store_session
from cassandra_scheduler.store import token_ranges
from cassandra_scheduler.store import tree_codec
from cassandra_scheduler.store import tree_rows

#: A service has no more nodes than these.
MOST_NODES = 10000
#: The most statements that are asked exactly as the request says.
MOST_STATEMENTS = 256


@dataclasses.dataclass(frozen=True, slots=True)
class Page:
    """What one candidate query read.

    ``ended``: the token range holds no more rows; otherwise the next page
    begins after ``last_token``.
    """
    trees: tuple[tree_model.Tree, ...]
    rows_read: int
    last_token: int | None
    ended: bool


class CandidateQuery:
    """Reads root rows of one cloud that satisfy a set of restrictions."""

    def __init__(self, session: store_session.Session, cloud: str,
                 columns: Sequence[restriction_model.Column] = (), *,
                 rows: tree_rows.TreeRows) -> None:
        self._session = session
        self._rows = rows
        self._cloud = cloud
        self.indexed = frozenset(column.name for column in columns
                                 if column.indexed)
        self._statements: set[tuple[tuple[str, str], ...]] = set()

    def read(self, restrictions: Sequence[restriction_model.Restriction], *,
             within: token_ranges.TokenRange = token_ranges.WHOLE,
             limit: int = 50, level: str = store_session.CANDIDATES) -> Page:
        """Return a Page of the trees in a TokenRange.

        Many partitions, candidate consistency unless ``level`` says READ, at
        most ``limit`` rows. Rows that hold no tree any more are read and
        counted but not returned.
        """
        ordered = self._limited(restrictions)
        rows = self._session.rows(
            statement(ordered, self.indexed),
            self._values(ordered, within, limit), level=level)
        return self._page(rows, ended=len(rows) < limit)

    def read_hosts(self, restrictions: Sequence[restriction_model.Restriction],
                   hosts: Collection[str], *,
                   level: str = store_session.CANDIDATES) -> Page:
        """Return a Page of all trees of hosts by name.

        One index read for each of ``hosts``, all at the same time; otherwise
        as ``read``.
        """
        if not hosts:
            return Page((), 0, None, True)
        ordered = self._limited([
            *(each for each in restrictions if each.column != 'host'),
            restriction_model.Restriction('host', '=', None)])
        found = self._session.rows_of_many(
            statement(ordered, self.indexed),
            [self._values([dataclasses.replace(each, value=host)
                           if each.column == 'host' else each
                           for each in ordered],
                          token_ranges.WHOLE, MOST_NODES)
             for host in hosts], level=level)
        return self._page([row for rows in found for row in rows], ended=True)

    def _limited(self, restrictions: Iterable[restriction_model.Restriction]
                 ) -> list[restriction_model.Restriction]:
        """Return what to ask for, in canonical order; see the module."""
        ordered = sorted(restrictions, key=_form)
        form = tuple(map(_form, ordered))
        if form in self._statements or len(
                self._statements) < MOST_STATEMENTS:
            self._statements.add(form)
            return ordered
        return coarse(ordered, self.indexed)

    def _values(self, ordered: Sequence[restriction_model.Restriction],
                within: token_ranges.TokenRange, limit: int
                ) -> store_session.Params:
        return (self._cloud, *(each.value for each in ordered), *within,
                limit)

    def _page(self, rows: Sequence[store_session.Row], *, ended: bool) -> Page:
        trees = map(tree_codec.tree_from_row, filter(tree_codec.is_whole,
                                                     rows))
        again = self._rows.read_roots([row['tree'] for row in rows
                                       if not tree_codec.is_whole(row)])
        return Page(
            trees=tuple(tree for tree in (*trees, *again)
                        if tree is not None and tree.providers),
            rows_read=len(rows),
            last_token=rows[-1]['position'] if rows else None, ended=ended)


def _form(restriction: restriction_model.Restriction) -> tuple[str, str]:
    return restriction.column, restriction.operator


def coarse(ordered: Sequence[restriction_model.Restriction],
           indexed: Collection[str]) -> list[restriction_model.Restriction]:
    """Return one or two of these restrictions, those that find fewest rows.

    A host, a node or both by name, else one member of a set, else one
    amount.
    """
    leading = [each for each in ordered if each.column in indexed]
    by_name = [each for each in leading if each.operator == '=']
    members = [each for each in leading if each.operator == 'CONTAINS']
    return by_name or members[:1] or leading[:1]


def statement(ordered: Sequence[restriction_model.Restriction],
              indexed: Collection[str]) -> str:
    """Return the SELECT for restrictions in their canonical order.

    If none of them is ``indexed``, the index over all roots of the cloud
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
