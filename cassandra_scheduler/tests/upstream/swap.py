# SPDX-License-Identifier: Apache-2.0
"""Exchanges what Nova's tests start: scheduler, compute and placement.

To be installed once in a process, after ``nova.tests.functional`` and before
the first test. Every test gets a cloud of its own, and fails if it reached
Nova's host manager or placement's SQL, or if its scheduler asked any SQL
database while it placed.
"""

import functools

from placement.tests import fixtures as placement_fixtures

from cassandra_scheduler.placement_api.http import exchange
from cassandra_scheduler.tests.upstream import clouds
from cassandra_scheduler.tests.upstream import placement_database
from cassandra_scheduler.tests.upstream import stock
from cassandra_scheduler.tests.upstream import traps

MANAGERS = {
    'nova-scheduler':
        'cassandra_scheduler.tests.upstream.watched.WatchedSchedulerManager',
    'nova-compute':
        'cassandra_scheduler.reporter.compute.CassandraComputeManager',
}

TRAPS = traps.Traps()

# Seconds that a service of the tests waits for the end of its manager; Nova's
# tests wait none. A compute tells Cassandra there that it is down. A manager
# that ends after the test, when its fixture has gone, shuts the thread pools
# of the whole process for good. Tasks under way take less than 20 seconds.
SHUTDOWN = 20


def install():
    """Exchange everything; Nova's and placement's tests follow suit."""
    install_placement(placement_database.Database)
    install_nova()


def install_placement(database):
    """Put the REST layer on our store, with this fixture for its tests."""
    stock.guard_placement(TRAPS)
    exchange.install()
    placement_fixtures.Database = database


def install_nova():
    """Start our managers, and prepare every test of Nova."""
    from nova import service
    from nova import test

    # This imports our manager, which looks at the names in Nova's HostState.
    stock.guard_databases(TRAPS)
    stock.guard_nova(TRAPS)
    service.SERVICE_MANAGERS.update(MANAGERS)
    test.TestCase.setUp = _prepared(test.TestCase.setUp)


def _prepared(set_up):
    @functools.wraps(set_up)
    def prepared_set_up(self):
        from nova import conf

        TRAPS.forget()
        # The first clean-up to be added is the last to run: every service of
        # the test has stopped by then.
        self.addCleanup(TRAPS.check)
        clouds.fresh()
        set_up(self)
        # Nova's own fixture sets the options back at the end of the test.
        clouds.configure(conf.CONF)
        conf.CONF.set_default('manager_shutdown_timeout', SHUTDOWN)

    return prepared_set_up
