# SPDX-License-Identifier: Apache-2.0
"""The scheduler of Nova's tests: ours, and it may ask no SQL database.

One thing is excused. Nova's tests run no periodic tasks, so nobody sees the
hosts that they map to cells; each is looked up by the first request that
meets it, which happens once in the life of a host.
"""

from cassandra_scheduler.driver import cells
from cassandra_scheduler.driver import manager
from cassandra_scheduler.tests.fixtures import sql_trap


class WatchedSchedulerManager(manager.CassandraSchedulerManager):
    """Places servers under the eyes of the trap."""

    def select_destinations(self, *args, **kwargs):
        """Do as ours, which no query may interrupt."""
        with sql_trap.placing():
            return super().select_destinations(*args, **kwargs)


def excuse_first_meetings():
    """Let a host that nobody has met be looked up in the API database."""
    cells.Cells._look_up = sql_trap.excused(cells.Cells._look_up)
