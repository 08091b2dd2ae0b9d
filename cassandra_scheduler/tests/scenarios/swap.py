# SPDX-License-Identifier: Apache-2.0
"""Exchanges what the scenarios make hosts of.

To be installed once in a process, after ``nova.tests.unit`` and before the
first test. A test that makes one of Nova's own HostStates all the same fails.
"""

import functools

from cassandra_scheduler.tests.scenarios import stored_host
from cassandra_scheduler.tests.upstream import stock
from cassandra_scheduler.tests.upstream import traps

TRAPS = traps.Traps()


def install():
    """Let the tests' hosts be rows; guard what must not be reached."""
    from nova import test
    from nova.tests.unit.scheduler import fakes

    stock.guard_nova(TRAPS)
    fakes.FakeHostState = stored_host.StoredHost
    test.TestCase.setUp = _prepared(test.TestCase.setUp)


def _prepared(set_up):
    @functools.wraps(set_up)
    def prepared_set_up(self):
        TRAPS.forget()
        self.addCleanup(TRAPS.check)
        set_up(self)

    return prepared_set_up
