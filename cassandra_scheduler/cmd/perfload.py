# SPDX-License-Identifier: Apache-2.0
"""``cassandra-scheduler bench placement``: ours beside upstream's."""

from cliff import command
from rich import console as rich_console

from cassandra_scheduler.cmd import bench
from cassandra_scheduler.model import errors


class BenchPlacement(command.Command):
    """Run upstream's Placement load tests against ours and upstream's.

    Starts a PostgreSQL for upstream's, and a Cassandra unless
    CASSANDRA_SCHEDULER_TEST_CONTACT_POINTS names one; both are removed.
    """

    def get_parser(self, prog_name):
        """Return a parser with options for the sizes and the JSON file."""
        parser = super().get_parser(prog_name)
        add = parser.add_argument
        add('--providers', type=int, default=1000, metavar='N',
            help='Flat providers; 0 leaves them out (default: %(default)s).')
        add('--trees', type=int, default=1000, metavar='N',
            help='Trees of seven providers; 0 leaves them out '
                 '(default: %(default)s).')
        add('--writes', type=int, default=99,
            help='Allocations among the flat providers, with two queries '
                 'after each; a tenth among the trees '
                 '(default: %(default)s).')
        add('--requests', type=int, default=500,
            help='Queries side by side to the flat providers; a tenth to the '
                 'trees (default: %(default)s).')
        add('--clients', type=int, default=10,
            help='How many at a time (default: %(default)s).')
        add('--json', metavar='FILE', help='Also write the figures here.')
        add('--heap', default='2G',
            help='Java heap of a Cassandra that is started for this '
                 '(default: %(default)s).')
        return parser

    def take_action(self, parsed_args):
        """Measure and show both."""
        # Not at the head: this takes a second, and each command of ours
        # imports this module.
        from cassandra_scheduler.bench import figures as bench_figures
        from cassandra_scheduler.bench import placement_bench
        from cassandra_scheduler.bench import placement_loads
        from cassandra_scheduler.store import settings

        for name in ('writes', 'requests', 'clients'):
            if getattr(parsed_args, name) < 1:
                raise errors.InvalidSettings(f'--{name} must be at least 1.')
        writes, requests = parsed_args.writes, parsed_args.requests
        loads = [load for load in (
            placement_loads.flat(parsed_args.providers, writes, requests),
            placement_loads.nested(
                parsed_args.trees, -(-writes // 10),
                -(-requests // 10))) if load.size > 0]
        console = rich_console.Console()
        with bench.cassandra(parsed_args.heap) as (contact_points, port), \
                console.status('starting') as status:
            figures = list(placement_bench.run(
                settings.Settings(contact_points=tuple(contact_points),
                                  port=port, request_timeout=60.0),
                loads, clients=parsed_args.clients, tell=status.update))
        for table in placement_bench.tables(figures):
            console.print(table)
        console.print(placement_bench.caption(), highlight=False)
        if parsed_args.json:
            bench_figures.write_json(figures, parsed_args.json)
