# SPDX-License-Identifier: Apache-2.0
"""``python -m cassandra_scheduler.tests.cloud``: a cloud put to the test."""

import argparse
import pathlib
import sys
import tempfile

from rich import console as rich_console

from cassandra_scheduler.model import errors
from cassandra_scheduler.testbed import programs
from cassandra_scheduler.testbed import run_folder
from cassandra_scheduler.testbed import screen as screens
from cassandra_scheduler.tests.cloud import scenario


def main(arguments=None):
    """Run the cloud; return 0 if nothing was wrong in the end."""
    options = _parser().parse_args(arguments)
    screen = screens.Screen(rich_console.Console())
    try:
        programs.check()
        # Not below the home of root: other users run the databases.
        parent = pathlib.Path(tempfile.gettempdir(),
                              'cassandra-scheduler-cloud')
        with run_folder.fresh(parent, prefix='cloud-') as folder:
            return scenario.run(options, folder, screen)
    except errors.SchedulerError as exc:
        screen.say(f'cloud: {exc}')
    except KeyboardInterrupt:
        screen.say('cloud: interrupted')
    return 1


def _parser():
    parser = argparse.ArgumentParser(
        prog='tox -e cloud --', description=scenario.__doc__.split('\n')[0])
    parser.add_argument('--nodes', type=int, choices=(1, 3), default=1,
                        help='nodes of Cassandra (default: %(default)s)')
    parser.add_argument('--servers', type=int, default=50, metavar='N',
                        help='servers that are booted at first '
                             '(default: %(default)s)')
    parser.add_argument('--keep', action='store_true',
                        help='leave the cloud running until Ctrl-C, and print '
                             'what the openstack command needs to use it')
    return parser


if __name__ == '__main__':
    sys.exit(main())
