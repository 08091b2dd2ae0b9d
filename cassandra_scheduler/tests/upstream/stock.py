# SPDX-License-Identifier: Apache-2.0
"""Which parts of Nova and Placement must not be reached."""


def guard_placement(traps):
    """Guard placement's SQL.

    Whatever it is used for, SQLAlchemy's facade starts its engine first.
    Before the manifest is installed: it may put another name in this place.
    """
    from placement import db_api

    traps.guard(db_api.placement_context_manager._factory, '_start',
                "placement's SQL")


def guard_nova(traps):
    """Guard the copies of host state that Nova's scheduler keeps."""
    from nova.scheduler import host_manager

    for name in ('HostManager', 'HostState'):
        traps.guard(getattr(host_manager, name), '__init__',
                    f'nova.scheduler.host_manager.{name}')


def guard_databases(traps):
    """Guard all SQL databases while the scheduler places a server."""
    from cassandra_scheduler.tests.fixtures import sql_trap
    from cassandra_scheduler.tests.upstream import watched

    traps.undo_by(sql_trap.set_up(traps.spring))
    watched.excuse_first_meetings()
    watched.count_saves()
