# SPDX-License-Identifier: Apache-2.0
"""``cassandra-scheduler bench``: what a placement costs, and its floor."""

import contextlib
import json
import os
import subprocess
import sys

from cliff import command
from rich import console as rich_console

from cassandra_scheduler.local import cluster as local_cluster
from cassandra_scheduler.model import errors

CONTACT_POINTS = 'CASSANDRA_SCHEDULER_TEST_CONTACT_POINTS'
PORT = 'CASSANDRA_SCHEDULER_TEST_PORT'
SIZES = (100, 1000, 10000, 100000)


class Bench(command.Command):
    """Measure placements over fleets of several sizes.

    Uses the Cassandra named by CASSANDRA_SCHEDULER_TEST_CONTACT_POINTS, or
    starts one of its own and removes it afterwards.
    """

    def get_parser(self, prog_name):
        """Return a parser that knows the sizes and where JSON goes."""
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
            help='Java heap of a Cassandra started for this '
                 '(default: %(default)s).')
        return parser

    def take_action(self, parsed_args):
        """Run the bench in a process of its own; return its status."""
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
    """Give contact points and port of a Cassandra that may be used."""
    points = os.environ.get(CONTACT_POINTS)
    if points:
        yield points.split(','), int(os.environ.get(PORT, '9042'))
        return
    cluster = local_cluster.Cluster.on_fresh_ports(heap=heap)
    try:
        with rich_console.Console(stderr=True).status('starting') as status:
            cluster.start(status.update)
        yield list(cluster.contact_points), cluster.port
    finally:
        cluster.wipe()
