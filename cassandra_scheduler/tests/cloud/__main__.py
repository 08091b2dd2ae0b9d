# SPDX-License-Identifier: Apache-2.0
"""``python -m cassandra_scheduler.tests.cloud``: a cloud put to the test."""

import argparse
import pathlib
import sys
import tempfile

from rich import console as rich_console

from cassandra_scheduler.demo import folders
from cassandra_scheduler.demo import showing
from cassandra_scheduler.local import failures
from cassandra_scheduler.model import errors
from cassandra_scheduler.tests.cloud import programs
from cassandra_scheduler.tests.cloud import running


def main(arguments=None):
    """Run the cloud; return 0 if nothing was wrong in the end."""
    options = _parser().parse_args(arguments)
    screen = showing.Screen(rich_console.Console())
    try:
        programs.check()
        # Not below the home of root: the databases are run by others.
        parent = pathlib.Path(tempfile.gettempdir(),
                              'cassandra-scheduler-cloud')
        with folders.fresh(parent, prefix='cloud-') as folder:
            return running.run(options, folder, screen)
    except (errors.SchedulerError, failures.LocalClusterError) as exc:
        screen.say(f'cloud: {exc}')
    except KeyboardInterrupt:
        screen.say('cloud: interrupted')
    return 1


def _parser():
    parser = argparse.ArgumentParser(
        prog='tox -e cloud --', description=running.__doc__.split('\n')[0])
    parser.add_argument('--nodes', type=int, choices=(1, 3), default=1,
                        help='nodes of Cassandra (default: %(default)s)')
    parser.add_argument('--servers', type=int, default=50, metavar='N',
                        help='servers that are booted at first '
                             '(default: %(default)s)')
    parser.add_argument('--keep', action='store_true',
                        help='leave the cloud running until Ctrl-C, and say '
                             'how the openstack command gets there')
    return parser


if __name__ == '__main__':
    sys.exit(main())
