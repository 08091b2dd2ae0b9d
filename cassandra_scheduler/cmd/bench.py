# SPDX-License-Identifier: Apache-2.0
"""``cassandra-scheduler bench``: what a placement costs, and its floor."""

import contextlib
import os

from cliff import command
from rich import console as rich_console

from cassandra_scheduler.bench import ground
from cassandra_scheduler.bench import showing
from cassandra_scheduler.local import cluster as local_cluster
from cassandra_scheduler.model import errors
from cassandra_scheduler.store import settings as store_settings

CONTACT_POINTS = 'CASSANDRA_SCHEDULER_TEST_CONTACT_POINTS'
PORT = 'CASSANDRA_SCHEDULER_TEST_PORT'


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
        """Run the bench and show its figures."""
        for name in ('runs', 'clients'):
            if getattr(parsed_args, name) < 1:
                raise errors.InvalidSettings(f'--{name} must be at least 1.')
        ground.choose_threads()
        from cassandra_scheduler.bench import running

        plan = running.Plan(
            sizes=tuple(sorted(set(parsed_args.hosts or ()))) or
            running.Plan.sizes, runs=parsed_args.runs,
            clients=parsed_args.clients)
        if min(plan.sizes) < 1:
            raise errors.InvalidSettings('--hosts must be at least 1.')
        console = rich_console.Console()
        with console.status('starting') as status, _cassandra(
                parsed_args.heap, status.update) as settings:
            figures = running.run(settings, plan, tell=status.update)
        console.print(showing.table(figures))
        for line in showing.growth(figures):
            console.print(line)
        if parsed_args.json:
            showing.write_json(figures, parsed_args.json)


@contextlib.contextmanager
def _cassandra(heap, tell):
    points = os.environ.get(CONTACT_POINTS)
    if points:
        yield _settings(points.split(','), int(os.environ.get(PORT, '9042')))
        return
    cluster = local_cluster.Cluster.on_fresh_ports(heap=heap)
    try:
        cluster.start(tell)
        yield _settings(cluster.contact_points, cluster.port)
    finally:
        cluster.wipe()


def _settings(contact_points, port):
    return store_settings.Settings(
        contact_points=tuple(contact_points), port=port,
        keyspace='cassandra_scheduler_bench', request_timeout=60.0)
