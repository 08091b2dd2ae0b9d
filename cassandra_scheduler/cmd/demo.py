# SPDX-License-Identifier: Apache-2.0
"""``cassandra-scheduler demo``: a cloud, servers, and a verdict."""

import os

from cliff import command
from rich import console as rich_console

from cassandra_scheduler.demo import scenario
from cassandra_scheduler.model import errors
from cassandra_scheduler.testbed import available_cassandra
from cassandra_scheduler.testbed import folders
from cassandra_scheduler.testbed import run_folder
from cassandra_scheduler.testbed import screen as screens

_USUAL = scenario.DemoOptions()


class Demo(command.Command):
    """Run a cloud on this machine and look at what the scheduler does.

    Nova, computes without a hypervisor, two schedulers and the Placement API
    on a Cassandra. The exit status is 0 if, in the end, Cassandra holds
    exactly what the servers that are up take.
    """

    def get_parser(self, prog_name):
        """Return a parser with options for the size and the Cassandra."""
        parser = super().get_parser(prog_name)
        add = parser.add_argument
        add('--servers', type=int, default=_USUAL.servers, metavar='N',
            help='Servers to boot (default: %(default)s).')
        add('--computes', type=int, default=_USUAL.computes,
            metavar='N', help='Compute hosts (default: %(default)s).')
        add('--keep', action='store_true',
            help='Leave the cloud running until Ctrl-C, and print what the '
                 'openstack command needs to use it.')
        add('--contact-points', metavar='ADDRESSES',
            default=os.environ.get(
                available_cassandra.CONTACT_POINTS, '127.0.0.1'),
            help='A Cassandra to use, as addresses separated by commas; if '
                 'none listens there, one is started '
                 '(default: %(default)s).')
        add('--port', type=int,
            default=int(os.environ.get(available_cassandra.PORT, '9042')),
            help='Its port (default: %(default)s).')
        return parser

    def take_action(self, parsed_args):
        """Run the demo; return 1 if Cassandra was not right."""
        options = scenario.DemoOptions(
            servers=parsed_args.servers, computes=parsed_args.computes,
            contact_points=tuple(parsed_args.contact_points.split(',')),
            port=parsed_args.port, keep=parsed_args.keep)
        screen = screens.Screen(rich_console.Console())
        with run_folder.fresh(folders.demos(), prefix='demo-') as folder:
            try:
                return 0 if scenario.run(options, folder, screen) else 1
            except errors.SchedulerError as exc:
                raise errors.SchedulerError(
                    f'{exc} The logs are in {folder}.') from None
