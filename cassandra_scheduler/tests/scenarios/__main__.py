# SPDX-License-Identifier: Apache-2.0
"""The door of ``python -m cassandra_scheduler.tests.scenarios``."""

import argparse
import pathlib
import sys
import tempfile

from cassandra_scheduler.tests.upstream import ground
from cassandra_scheduler.tests.upstream import runner
from cassandra_scheduler.tests.upstream import suites

PACKAGE = 'cassandra_scheduler.tests.scenarios.suite'


def main(arguments=None):
    """Run what the command line asks for; return the exit status."""
    parser = argparse.ArgumentParser(
        prog='python -m cassandra_scheduler.tests.scenarios',
        description="Run Nova's unit tests of filters and weighers on "
                    'hosts that are read from Cassandra.')
    runner.add_common(parser)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix='scenarios-') as state:
        try:
            return _run(options, pathlib.Path(state))
        except (ground.NoGround, suites.ListingFailed) as exc:
            print(exc, file=sys.stderr)
            return 2


def _run(options, state):
    suite = suites.Suite(PACKAGE, runner.mode_of(options))
    ids = runner.matching(suites.list_ids(suite, state), options.expressions)
    if options.list:
        print(*ids, sep='\n')
        return 0
    return runner.run(suite, state, ids, options=options)


if __name__ == '__main__':
    sys.exit(main())
