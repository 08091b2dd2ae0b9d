# SPDX-License-Identifier: Apache-2.0
"""The benchmark's own process: ``python -m cassandra_scheduler.bench PLAN``.

``cassandra-scheduler bench`` starts it, because Nova must choose between
threads and eventlet before the Cassandra driver is imported. PLAN is JSON:
sizes, runs, clients, contact_points, port and json, a file or null.
"""

import json
import sys

from rich import console as rich_console

from cassandra_scheduler.bench import nova_fixture


def main(arguments):
    """Run a plan, print its figures and return the exit status."""
    nova_fixture.choose_threads()
    from cassandra_scheduler.bench import figures as bench_figures
    from cassandra_scheduler.bench import scheduler_bench
    from cassandra_scheduler.model import errors
    from cassandra_scheduler.store import settings

    plan = json.loads(arguments[0])
    console = rich_console.Console()
    try:
        with console.status('starting') as status:
            figures = scheduler_bench.run(
                settings.Settings(
                    contact_points=tuple(plan['contact_points']),
                    port=plan['port'], request_timeout=60.0,
                    keyspace='cassandra_scheduler_bench'),
                sizes=plan['sizes'], runs=plan['runs'],
                clients=plan['clients'], tell=status.update)
    except errors.SchedulerError as exc:
        print(exc, file=sys.stderr)
        return 1
    console.print(bench_figures.table(figures))
    for line in bench_figures.growth(figures):
        console.print(line)
    if plan['json']:
        bench_figures.write_json(figures, plan['json'])
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
