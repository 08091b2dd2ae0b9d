# SPDX-License-Identifier: Apache-2.0
"""Placement's functional tests in Python, as a package stestr can load.

Its gabbi files have a suite of their own, ``tests.gabbi``. Without the
runner's environment there is nothing to load, so a search for tests that
comes by finds none.
"""

import os
import pkgutil

from cassandra_scheduler.tests.upstream import suites

#: The module that loads the gabbi files.
GABBI = 'test_api'


def load_tests(loader, tests, pattern):
    """Return Placement's tests, on the code that the runner asked for."""
    mode = os.environ.get(suites.MODE)
    if mode is None:
        return loader.suiteClass()
    if mode == suites.OURS:
        from cassandra_scheduler.tests.upstream import swap
        from cassandra_scheduler.tests.upstream import whole_cloud
        swap.install_placement(whole_cloud.Database)
        whole_cloud.install_search()
    return loader.loadTestsFromNames(
        suites.wanted_modules() or list(_modules()))


def _modules():
    """Yield the names of upstream's test modules."""
    from placement.tests import functional
    for found in pkgutil.walk_packages(functional.__path__,
                                       f'{functional.__name__}.'):
        name = found.name.rpartition('.')[2]
        if name.startswith('test_') and name != GABBI:
            yield found.name
