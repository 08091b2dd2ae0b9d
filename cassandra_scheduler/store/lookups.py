# SPDX-License-Identifier: Apache-2.0
"""Where a provider, a name or a consumer is found.

Three tables of one shape: key -> value, with the id of the operation that
wrote it. A locator is never the truth: the tree it points to is, and a
locator whose target does not know the key means "does not exist".
"""

import dataclasses

from cassandra_scheduler.store import outcome
from cassandra_scheduler.store import session as store_session
from cassandra_scheduler.store import settling
from cassandra_scheduler.store import statements

_CQL = statements.load('lookups')


@dataclasses.dataclass(frozen=True, slots=True)
class LookupRow:
    """What a locator says: the value and who wrote it."""
    value: str
    write_id: str


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
        return LookupRow(row[self._value], row['op']) if row else None

    def find_many(self, keys):
        """Return key -> Location of those that exist. One partition each."""
        keys = list(keys)
        found = self._session.rows_of_many(
            _CQL[f'find_{self._table}'],
            [(self._cloud, key) for key in keys])
        return {key: LookupRow(rows[0][self._value], rows[0]['op'])
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

    def move(self, key, value, *, write_id, from_write_id):
        """Point ``key`` elsewhere if ``from_write_id`` still is its writer."""
        return self._conditional(
            'move',
            'if_op', (value, write_id, self._cloud, key, from_write_id),
            key=key,
            wanted=LookupRow(value, write_id))()

    def release(self, key, write_id):
        """Remove ``key`` if ``write_id`` wrote it; gone is Applied too."""
        return self._conditional('release',
                                 'if_op', (self._cloud, key, write_id),
                                 key=key,
                                 wanted=None)()

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
