# SPDX-License-Identifier: Apache-2.0
"""The database of one gabbi file: a new cloud, and no SQL in it."""

from cassandra_scheduler.tests.upstream import clouds
from cassandra_scheduler.tests.upstream import placement_database
from cassandra_scheduler.tests.upstream import swap


class Database(placement_database.Database):
    """A cloud that begins and ends with the fixtures of one file."""

    def _setUp(self):
        swap.TRAPS.forget()
        self.addCleanup(swap.TRAPS.check)
        clouds.fresh()
        super()._setUp()
