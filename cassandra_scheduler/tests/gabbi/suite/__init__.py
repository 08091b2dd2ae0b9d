# SPDX-License-Identifier: Apache-2.0
"""Placement's gabbi files, as a package that stestr can load.

Without the runner's environment there is nothing to load, so a search for
tests that comes by finds none.
"""

import os
import random

from cassandra_scheduler.tests.upstream import suites


def load_tests(loader, tests, pattern):
    """Return Placement's tests, on the code that the runner asked for."""
    mode = os.environ.get(suites.MODE)
    if mode is None:
        return loader.suiteClass()
    if mode == suites.OURS:
        from cassandra_scheduler.tests.upstream import fresh_database
        from cassandra_scheduler.tests.upstream import swap
        swap.install_placement(fresh_database.Database)
    from placement.tests.functional import test_api
    return _in_order(test_api.load_tests(loader, tests, pattern))


def _in_order(files):
    """Return the suite with its files in the order that was asked for.

    The requests of one file stay as they are: each builds on those before.
    """
    seed = os.environ.get(suites.SHUFFLE)
    if seed is None:
        return files
    shuffled = list(files)
    random.Random(int(seed)).shuffle(shuffled)
    return type(files)(shuffled)
