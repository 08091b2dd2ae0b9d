# SPDX-License-Identifier: Apache-2.0
"""Nova's functional tests, as a package that stestr can load.

Without the runner's environment there is nothing to load, so a search for
tests that comes by finds none.
"""

import logging
import os

from cassandra_scheduler.tests.upstream import suites


def load_tests(loader, tests, pattern):
    """Return Nova's tests, on the code that the runner asked for."""
    mode = os.environ.get(suites.MODE)
    if mode is None:
        return loader.suiteClass()
    # Nova patches the standard library when this package is imported; no
    # other module of Nova may come before it.
    from nova.tests import functional
    if mode == suites.OURS:
        from cassandra_scheduler.tests.upstream import swap
        swap.install()
    _keep_logs_out_of_the_results()
    modules = suites.wanted_modules()
    if modules is not None:
        return loader.suiteClass(_each_once(
            loader.loadTestsFromNames(modules)))
    folder = os.path.dirname(functional.__file__)
    top = os.path.abspath(os.path.join(folder, *[os.pardir] * 3))
    return loader.suiteClass(_each_once(
        type(loader)().discover(folder, top_level_dir=top)))


def _each_once(suite):
    """Yield the tests; a class that two modules name is found twice."""
    seen = set()
    pending = [suite]
    while pending:
        test = pending.pop()
        if hasattr(test, '__iter__'):
            pending.extend(reversed(list(test)))
        elif test.id() not in seen:
            seen.add(test.id())
            yield test


def _keep_logs_out_of_the_results():
    """Take away the handler that writes to standard output.

    Standard output carries the results to stestr. What a test logs is
    captured; this is about the lines between two tests.
    """
    import nova.test  # noqa: F401  (it sets logging up)
    logging.getLogger().handlers[:] = [logging.NullHandler()]
