# SPDX-License-Identifier: Apache-2.0
"""The bench's own process: ``python -m cassandra_scheduler.bench PLAN``.

``cassandra-scheduler bench`` starts it, because Nova wants to choose between
threads and eventlet before anybody has imported Cassandra's driver. PLAN is
JSON: sizes, runs, clients, contact_points, port and json, a file or null.
"""

import json
import sys

from rich import console as rich_console

from cassandra_scheduler.bench import ground


def main(arguments):
    """Run a plan, show its figures and return the exit status."""
    ground.choose_threads()
    from cassandra_scheduler.bench import running
    from cassandra_scheduler.bench import showing
    from cassandra_scheduler.model import errors
    from cassandra_scheduler.store import settings

    plan = json.loads(arguments[0])
    console = rich_console.Console()
    try:
        with console.status('starting') as status:
            figures = running.run(
                settings.Settings(
                    contact_points=tuple(plan['contact_points']),
                    port=plan['port'], request_timeout=60.0,
                    keyspace='cassandra_scheduler_bench'),
                running.Plan(tuple(plan['sizes']), plan['runs'],
                             plan['clients']), tell=status.update)
    except errors.SchedulerError as exc:
        print(exc, file=sys.stderr)
        return 1
    console.print(showing.table(figures))
    for line in showing.growth(figures):
        console.print(line)
    if plan['json']:
        showing.write_json(figures, plan['json'])
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
