# SPDX-License-Identifier: Apache-2.0
"""``cassandra-scheduler demo``: a cloud, servers, and a verdict."""

import os

from cliff import command
from rich import console as rich_console

from cassandra_scheduler.demo import folders
from cassandra_scheduler.demo import running
from cassandra_scheduler.demo import showing
from cassandra_scheduler.model import errors

_USUAL = running.Plan()


class Demo(command.Command):
    """Run a cloud on this machine and look at what the scheduler does.

    Nova, computes that only pretend, two schedulers and the Placement API on
    a Cassandra. The exit status is 0 if, in the end, Cassandra holds exactly
    what the servers that are up take.
    """

    def get_parser(self, prog_name):
        """Return a parser that knows the size and the Cassandra."""
        parser = super().get_parser(prog_name)
        add = parser.add_argument
        add('--servers', type=int, default=_USUAL.servers, metavar='N',
            help='Servers to boot (default: %(default)s).')
        add('--computes', type=int, default=_USUAL.computes,
            metavar='N', help='Compute hosts (default: %(default)s).')
        add('--keep', action='store_true',
            help='Leave the cloud running until Ctrl-C, and say how the '
                 'openstack command gets there.')
        add('--contact-points', metavar='ADDRESSES',
            default=os.environ.get(
                'CASSANDRA_SCHEDULER_TEST_CONTACT_POINTS', '127.0.0.1'),
            help='A Cassandra that may be used, addresses separated by '
                 'commas; if none listens there, one is started '
                 '(default: %(default)s).')
        add('--port', type=int,
            default=int(os.environ.get(
                'CASSANDRA_SCHEDULER_TEST_PORT', '9042')),
            help='Its port (default: %(default)s).')
        return parser

    def take_action(self, parsed_args):
        """Run the demo; return 1 if Cassandra was not right."""
        plan = running.Plan(
            servers=parsed_args.servers, computes=parsed_args.computes,
            contact_points=tuple(parsed_args.contact_points.split(',')),
            port=parsed_args.port, keep=parsed_args.keep)
        screen = showing.Screen(rich_console.Console())
        with folders.fresh() as folder:
            try:
                return 0 if running.run(plan, folder, screen) else 1
            except errors.SchedulerError as exc:
                raise errors.SchedulerError(
                    f'{exc} The logs are in {folder}.') from None
