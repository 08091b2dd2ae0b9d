# SPDX-License-Identifier: Apache-2.0
"""The cell of each host: a copy that all schedulers of a cloud share.

Nova's API database is the truth. It changes rarely: a host is mapped once. A
request reads this copy, because that is quick.
"""

from collections.abc import Mapping

from cassandra_scheduler.store import session as store_session
from cassandra_scheduler.store import statements

_CQL = statements.load('host_cells')


class HostCells:
    """The cells of the hosts of one cloud: one partition (cloud)."""

    def __init__(self, session: store_session.Session, cloud: str) -> None:
        self._session = session
        self._cloud = cloud

    def list(self) -> dict[str, str]:
        """Return host -> uuid of its cell, for all hosts. READ."""
        return {row['host']: row['cell'] for row in self._session.rows(
            _CQL['list_host_cells'], (self._cloud,))}

    def find(self, host: str) -> str | None:
        """Return the uuid of a host's cell, or None. READ."""
        row = self._session.row(_CQL['find_host_cell'], (self._cloud, host))
        return row['cell'] if row else None

    def put(self, cells: Mapping[str, str]) -> None:
        """Write host -> uuid of its cell. WRITE, no condition: newest wins."""
        self._session.write_all(_CQL['put_host_cell'], [
            (self._cloud, host, cell) for host, cell in cells.items()])
