# SPDX-License-Identifier: Apache-2.0
"""The door of ``python -m cassandra_scheduler.tests.gabbi``."""

import argparse
import pathlib
import random
import sys
import tempfile

from cassandra_scheduler.tests.gabbi import crowd
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
    parser.add_argument('--shuffle', type=int, nargs='?', metavar='SEED',
                        const=random.randrange(1, 10000),
                        help='take the files in another order, and deal them '
                             'to the workers anew')
    parser.add_argument('--crowded', action='store_true',
                        help='put other clouds into the keyspace first, with '
                             'the same names and uuids, and see to it that '
                             'they stay as they are')
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix='gabbi-') as state:
        try:
            return _run(options, pathlib.Path(state))
        except (crowd.Disturbed, ground.NoGround,
                suites.ListingFailed) as exc:
            print(exc, file=sys.stderr)
            return 2


def _run(options, state):
    suite = suites.Suite(PACKAGE, runner.mode_of(options),
                         group_regex=BY_FILE, shuffle=options.shuffle)
    ids = runner.matching(suites.list_ids(suite, state), options.expressions)
    if options.list:
        print(*ids, sep='\n')
        return 0
    if options.shuffle is not None:
        print(f'the order of --shuffle {options.shuffle}', flush=True)
    if not options.crowded or options.stock:
        return runner.run(suite, state, ids, options=options)
    return runner.run(suite, state, ids, options=options,
                      beside=crowd.present)


if __name__ == '__main__':
    sys.exit(main())
