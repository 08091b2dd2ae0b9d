# SPDX-License-Identifier: Apache-2.0
"""The scheduler of Nova's tests: ours, and it may ask no SQL database.

Nova's tests run no periodic tasks, nor do they wait for any. So nobody sees
the hosts that they map to cells; that each is looked up by the first request
that meets it is excused. And nobody sees that they disable a service or force
it down: here the databases are polled before the next request. An operator
waits as long as ``report_interval`` for that.
"""

import functools

from nova import context as nova_context
from nova import objects

from cassandra_scheduler.driver import manager
from cassandra_scheduler.driver.sync import cells
from cassandra_scheduler.tests.fixtures import sql_trap


class _Saves:
    """Counts how often nova-api has marked a service."""

    count = 0


class WatchedSchedulerManager(manager.CassandraSchedulerManager):
    """Places servers under the eyes of the trap."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._seen = _Saves.count

    def select_destinations(self, *args, **kwargs):
        """Do as ours, which no query may interrupt."""
        if self._seen != _Saves.count:
            self._seen = _Saves.count
            self._poll_services(nova_context.get_admin_context())
        with sql_trap.placing():
            return super().select_destinations(*args, **kwargs)


def excuse_first_meetings():
    """Let a host that nobody has met be looked up in the API database."""
    cells.Cells._look_up = sql_trap.excused(cells.Cells._look_up)


def count_saves():
    """Count from now on, when services are disabled or forced down."""
    saved = objects.Service._send_status_update_notification

    @functools.wraps(saved)
    def counted(self, updates):
        _Saves.count += bool({'disabled', 'forced_down'} & set(updates))
        return saved(self, updates)

    objects.Service._send_status_update_notification = counted
