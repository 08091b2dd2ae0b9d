# SPDX-License-Identifier: Apache-2.0
"""Which cell a host is in, as the schedulers of a cloud share it.

Nova's API database is the truth and changes rarely: a host is mapped once in
its life. This is the copy that a request can afford to look at.
"""

from cassandra_scheduler.store import statements

_CQL = statements.load('host_cells')


class HostCells:
    """The cells of the hosts of one cloud: one partition (cloud)."""

    def __init__(self, session, cloud):
        self._session = session
        self._cloud = cloud

    def list(self):
        """Return host -> uuid of its cell, of all. Read consistency."""
        return {row['host']: row['cell'] for row in self._session.rows(
            _CQL['list_host_cells'], (self._cloud,))}

    def find(self, host):
        """Return the uuid of the cell of a host, or None. Read consistency.
        """
        row = self._session.row(_CQL['find_host_cell'], (self._cloud, host))
        return row['cell'] if row else None

    def put(self, cells):
        """Write host -> uuid of its cell. Plain writes, the newest counts.
        """
        self._session.write_all(_CQL['put_host_cell'], [
            (self._cloud, host, cell) for host, cell in cells.items()])
