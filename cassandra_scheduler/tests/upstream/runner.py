# SPDX-License-Identifier: Apache-2.0
"""The command line: which of upstream's tests, on whose code.

Lists the functional tests of Nova and Placement, keeps those that match, says
which of them are excluded and why, prepares Cassandra, and lets stestr run
the rest. Nova patches the standard library and Placement does not, so each
has workers of its own.
"""

import argparse
import contextlib
import os
import pathlib
import re
import sys
import tempfile

from cassandra_scheduler.tests.upstream import exclusions
from cassandra_scheduler.tests.upstream import ground
from cassandra_scheduler.tests.upstream import nova_tree
from cassandra_scheduler.tests.upstream import suites

EXCLUDED = pathlib.Path(__file__).with_name('excluded.txt')
NOVA = 'cassandra_scheduler.tests.upstream.suite'
PLACEMENT = 'cassandra_scheduler.tests.upstream.placement_suite'


def main(arguments=None):
    """Run what the command line asks for; return the exit status."""
    options = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix='upstream-') as state:
        try:
            return _run(options, pathlib.Path(state))
        except (exclusions.BadLine, ground.NoGround, nova_tree.NovaNotFound,
                suites.ListingFailed) as exc:
            print(exc, file=sys.stderr)
            return 2


def matching(test_ids, expressions):
    """Return the ids that one of the expressions finds; all without any.

    An expression that is the full name of a module or class means just that
    one, not every other whose name begins with it.
    """
    if not expressions:
        return list(test_ids)
    patterns = [re.compile(
        f'^{re.escape(expression)}\\.' if any(
            test_id.startswith(f'{expression}.') for test_id in test_ids)
        else expression) for expression in expressions]
    return [test_id for test_id in test_ids
            if any(pattern.search(test_id) for pattern in patterns)]


def mode_of(options):
    """Return whose code the tests run on."""
    return suites.STOCK if options.stock else suites.OURS


def run(suite, state, test_ids, *, options,
        beside=lambda environment: contextlib.nullcontext()):
    """Run these tests on stock's code or on a Cassandra; return the status.

    ``beside``: returns a context manager for the time that the tests take;
    its argument is the environment that leads to the Cassandra.
    """
    if not test_ids:
        print('no test matches', file=sys.stderr)
        return 2
    if options.stock:
        return suites.run(suite, state, test_ids,
                          concurrency=options.concurrency)
    with (ground.cassandra(os.environ) as environment,
          beside(environment)):
        return suites.run(suite, state, test_ids, environment=environment,
                          concurrency=options.concurrency)


def add_common(parser):
    """Add the options that every suite of upstream has."""
    parser.add_argument('expressions', nargs='*', metavar='REGEX',
                        help='run the tests whose id one of these finds; '
                             'all of them without any')
    parser.add_argument('--stock', action='store_true',
                        help="run them on upstream's own code, to compare")
    parser.add_argument('--concurrency', type=int, default=2, metavar='N',
                        help='worker processes (default: %(default)s)')
    parser.add_argument('--list', action='store_true',
                        help='only print the ids of the tests')


def _parser():
    parser = argparse.ArgumentParser(
        prog='python -m cassandra_scheduler.tests.upstream',
        description="Run the functional tests of Nova and Placement on this "
                    "project. An expression that begins with 'placement' is "
                    "for Placement's, any other for Nova's.")
    add_common(parser)
    return parser


def _run(options, state):
    statuses = []
    for package, expressions in _packages(options.expressions):
        own_state = state / package.rpartition('.')[2]
        own_state.mkdir()
        path = (nova_tree.build(state),) if package == NOVA else ()
        suite = suites.Suite(package, mode_of(options), path=path)
        statuses.append(_run_suite(suite, own_state, expressions, options))
    return max(statuses)


def _packages(expressions):
    """Yield (package, expressions) of the suites to run."""
    for_placement = [expression for expression in expressions
                     if expression.startswith('placement')]
    for_nova = [expression for expression in expressions
                if expression not in for_placement]
    for package, wanted in ((PLACEMENT, for_placement), (NOVA, for_nova)):
        if wanted or not expressions:
            yield package, wanted


def _run_suite(suite, state, expressions, options):
    ids = matching(suites.list_ids(suite, state), expressions)
    left_out = []
    if not options.stock:
        ids, left_out = exclusions.split(ids, exclusions.read(EXCLUDED))
    if options.list:
        print(*ids, sep='\n')
        return 0
    for test_id, reason in left_out:
        print(f'excluded: {test_id}  # {reason}')
    print(f'{len(ids)} tests to run, {len(left_out)} excluded', flush=True)
    return run(suite, state, ids, options=options)
