# SPDX-License-Identifier: Apache-2.0
"""Nova's scenarios, as a package that stestr can load.

Without the runner's environment there is nothing to load, so a search for
tests that comes by finds none.
"""

import os

from cassandra_scheduler.tests.upstream import suites

FOLDERS = ('filters', 'weights')


def load_tests(loader, tests, pattern):
    """Return Nova's tests, on the hosts that the runner asked for."""
    mode = os.environ.get(suites.MODE)
    if mode is None:
        return loader.suiteClass()
    # Nova patches the standard library when this package is imported; no
    # other module of Nova may come before it.
    from nova.tests import unit
    if mode == suites.OURS:
        from cassandra_scheduler.tests.scenarios import swap
        swap.install()
    folder = os.path.dirname(unit.__file__)
    top = os.path.abspath(os.path.join(folder, *[os.pardir] * 3))
    return loader.suiteClass(
        type(loader)().discover(os.path.join(folder, 'scheduler', name),
                                top_level_dir=top) for name in FOLDERS)
