# SPDX-License-Identifier: Apache-2.0
"""``cassandra-scheduler bench``: what a placement costs, and its floor."""

import contextlib
import json
import subprocess
import sys

from cliff import command
from rich import console as rich_console

from cassandra_scheduler.model import errors
from cassandra_scheduler.testbed import available_cassandra

SIZES = (100, 1000, 10000, 100000)


class Bench(command.Command):
    """Measure placements over fleets of several sizes.

    Uses the Cassandra named by CASSANDRA_SCHEDULER_TEST_CONTACT_POINTS, or
    starts one of its own and removes it afterwards.
    """

    def get_parser(self, prog_name):
        """Return a parser with options for the sizes and the JSON file."""
        parser = super().get_parser(prog_name)
        add = parser.add_argument
        add('--hosts', type=int, action='append', metavar='N',
            help='Size of a fleet; may be given several times '
                 '(default: 100, 1000, 10000 and 100000).')
        add('--runs', type=int, default=100,
            help='Requests of each kind (default: %(default)s).')
        add('--clients', type=int, default=16,
            help='Requests side by side (default: %(default)s).')
        add('--json', metavar='FILE', help='Also write the figures here.')
        add('--heap', default='3G',
            help='Java heap of a Cassandra that is started for this '
                 '(default: %(default)s).')
        return parser

    def take_action(self, parsed_args):
        """Run the benchmark in its own process; return its status."""
        sizes = sorted(set(parsed_args.hosts or SIZES))
        for name, value in (('hosts', sizes[0]), ('runs', parsed_args.runs),
                            ('clients', parsed_args.clients)):
            if value < 1:
                raise errors.InvalidSettings(f'--{name} must be at least 1.')
        with cassandra(parsed_args.heap) as (contact_points, port):
            return subprocess.call([
                sys.executable, '-m', 'cassandra_scheduler.bench', json.dumps(
                    {'sizes': sizes, 'runs': parsed_args.runs,
                     'clients': parsed_args.clients, 'port': port,
                     'contact_points': contact_points,
                     'json': parsed_args.json})])


@contextlib.contextmanager
def cassandra(heap):
    """Yield (contact points, port) of a Cassandra; show its start."""
    console = rich_console.Console(stderr=True)
    with contextlib.ExitStack() as stack:
        with console.status('starting') as status:
            found = stack.enter_context(available_cassandra.named_or_local(
                heap=heap, tell=status.update))
        yield found
