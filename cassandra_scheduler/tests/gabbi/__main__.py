# SPDX-License-Identifier: Apache-2.0
"""The door of ``python -m cassandra_scheduler.tests.gabbi``."""

import argparse
import pathlib
import sys
import tempfile

from cassandra_scheduler.tests.upstream import ground
from cassandra_scheduler.tests.upstream import runner
from cassandra_scheduler.tests.upstream import suites

PACKAGE = 'cassandra_scheduler.tests.gabbi.suite'
#: The requests of one file build on one another, so a file has one worker.
BY_FILE = r'placement\.tests\.functional\.test_api(?:\.|_)([^_]+)'


def main(arguments=None):
    """Run what the command line asks for; return the exit status."""
    parser = argparse.ArgumentParser(
        prog='python -m cassandra_scheduler.tests.gabbi',
        description="Run Placement's API tests on this project.")
    runner.add_common(parser)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix='gabbi-') as state:
        try:
            return _run(options, pathlib.Path(state))
        except (ground.NoGround, suites.ListingFailed) as exc:
            print(exc, file=sys.stderr)
            return 2


def _run(options, state):
    suite = suites.Suite(PACKAGE, runner.mode_of(options),
                         group_regex=BY_FILE)
    ids = runner.matching(suites.list_ids(suite, state), options.expressions)
    if options.list:
        print(*ids, sep='\n')
        return 0
    return runner.run(suite, state, ids, options=options)


if __name__ == '__main__':
    sys.exit(main())
