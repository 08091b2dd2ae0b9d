# SPDX-License-Identifier: Apache-2.0
"""The database of one fixture of Placement's: a new cloud, no SQL in it."""

from cassandra_scheduler.tests.upstream import clouds
from cassandra_scheduler.tests.upstream import placement_database
from cassandra_scheduler.tests.upstream import swap


class Database(placement_database.Database):
    """A cloud that begins and ends with the fixture that made it."""

    def _setUp(self):
        swap.TRAPS.forget()
        self.addCleanup(swap.TRAPS.check)
        clouds.fresh()
        super()._setUp()
