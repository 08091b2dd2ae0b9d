# SPDX-License-Identifier: Apache-2.0
"""Where a provider, a name or a consumer is found.

Three tables of one shape: key -> value, with the id of the operation that
wrote it. A locator is never the truth: the tree it points to is, and a
locator whose target does not know the key means "does not exist".
"""

import dataclasses

from cassandra_scheduler.store import origin
from cassandra_scheduler.store import outcome
from cassandra_scheduler.store import session as store_session
from cassandra_scheduler.store import settling
from cassandra_scheduler.store import statements

_CQL = statements.load('lookups')


@dataclasses.dataclass(frozen=True, slots=True)
class LookupRow:
    """What a lookup row says: the value, and the id of its write.

    ``from_tree``: the tree that a provider comes from while it is on its way
    to another; it may be in either.
    """
    value: str
    write_id: str
    from_tree: str | None = dataclasses.field(default=None, compare=False)


class LookupTable:
    """One of the three tables, for one cloud."""

    def __init__(self, session, cloud, *, table, value_column):
        self._session = session
        self._cloud = cloud
        self._table = table
        self._value = value_column

    def find(self, key, *, level=store_session.READ):
        """Return the Location of ``key``, or None. One partition."""
        row = self._session.row(_CQL[f'find_{self._table}'],
                                (self._cloud, key), level=level)
        return self._row(row) if row else None

    def find_many(self, keys):
        """Return key -> Location of those that exist. One partition each."""
        keys = list(keys)
        found = self._session.rows_of_many(
            _CQL[f'find_{self._table}'],
            [(self._cloud, key) for key in keys])
        return {key: self._row(rows[0])
                for key, rows in zip(keys, found) if rows}

    def claim(self, key, value, write_id):
        """Write ``key`` if nobody has; a conditional write.

        Rejected carries the winner's Location. Asking again with the same
        ``write_id`` is Applied.
        """
        return self.start_claim(key, value, write_id)()

    def start_claim(self, key, value, write_id):
        """Send what ``claim`` writes; return what waits for its outcome."""
        return self._conditional(
            'claim', 'if_absent', (self._cloud, key, value, write_id), key=key,
            wanted=LookupRow(value, write_id))

    def move(self, key, value, *, write_id, from_write_id, from_tree=None):
        """Point ``key`` elsewhere if ``from_write_id`` still is its writer.

        ``from_tree`` says where a provider comes from; it is for provider
        trees only, and the LookupRow of Applied has another ``write_id``.
        """
        op = origin.op_of(write_id, from_tree)
        where = (self._cloud, key, from_write_id)
        if from_tree is None:
            condition, params = 'if_op', (value, op, *where)
        else:
            condition, params = 'from_if_op', (value, op, from_tree, *where)
        return self._conditional(
            'move', condition, params, key=key,
            wanted=LookupRow(value, op, from_tree))()

    def release(self, key, write_id):
        """Remove ``key`` if ``write_id`` wrote it; gone is Applied too."""
        return self._conditional('release',
                                 'if_op', (self._cloud, key, write_id),
                                 key=key,
                                 wanted=None)()

    def _row(self, row):
        return LookupRow(row[self._value], row['op'],
                         origin.of_row(row, 'from_tree'))

    def _conditional(self, verb, condition, params, *, key, wanted):
        settled = settling.start_if(
            self._session,
            [(_CQL[f'{verb}_{self._table}_{condition}'], params)],
            look=lambda: self.find(key, level=store_session.SERIAL),
            is_ours=lambda found: found == wanted)

        def wait():
            written = settled()
            if isinstance(written, outcome.Applied):
                return outcome.Applied(wanted)
            return written

        return wait


def provider_trees(session, cloud):
    """Return the locator provider uuid -> tree id."""
    return LookupTable(session,
                       cloud,
                       table='provider_tree',
                       value_column='tree')


def provider_names(session, cloud):
    """Return the locator provider name -> provider uuid."""
    return LookupTable(session,
                       cloud,
                       table='provider_name',
                       value_column='provider')


def consumer_homes(session, cloud):
    """Return the locator consumer uuid -> id of its home tree."""
    return LookupTable(session,
                       cloud,
                       table='consumer_home',
                       value_column='home')
