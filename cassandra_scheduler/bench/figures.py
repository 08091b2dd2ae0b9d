# SPDX-License-Identifier: Apache-2.0
"""The scheduler's figures as a table, as ratios and as JSON."""

import dataclasses
import json
import statistics

from rich import table as rich_table

#: The name of what is measured beside the requests.
FLOOR = 'bare LWT'


@dataclasses.dataclass(frozen=True, slots=True)
class SchedulerFigure:
    """What one kind of request cost at one size of the fleet.

    ``rows``, ``queries`` and ``writes`` are means per request, as the
    transcripts count them. ``per_second`` is 0 unless requests ran side by
    side.
    """
    hosts: int
    request: str
    runs: int
    p50_ms: float
    p99_ms: float
    rows: float = 0.0
    queries: float = 0.0
    writes: float = 0.0
    per_second: float = 0.0


def percentiles(seconds):
    """Return the fields ``runs``, ``p50_ms`` and ``p99_ms`` of a figure."""
    ordered = sorted(sample * 1000 for sample in seconds)
    last = min(len(ordered) - 1, int(len(ordered) * 0.99))
    return {'runs': len(ordered), 'p50_ms': statistics.median(ordered),
            'p99_ms': ordered[last]}


def table(figures):
    """Return a rich Table with one row for each SchedulerFigure."""
    shown = rich_table.Table(
        title='select_destinations, end to end',
        caption='ms of wall clock; rows, CQL queries, LWTs are means per '
                'request; "x floor" is p50 over the bare conditional batch '
                'of the same fleet')
    for heading in ('hosts', 'request', 'runs', 'p50', 'p99', 'x floor',
                    'rows', 'CQL', 'LWTs', '/s'):
        shown.add_column(heading, justify='left' if heading == 'request'
                         else 'right', min_width=len(heading))
    floors = {figure.hosts: figure.p50_ms for figure in figures
              if figure.request == FLOOR}
    for figure in figures:
        shown.add_row(
            f'{figure.hosts:,}', figure.request, str(figure.runs),
            f'{figure.p50_ms:.1f}', f'{figure.p99_ms:.1f}',
            f'{figure.p50_ms / floors[figure.hosts]:.1f}',
            f'{figure.rows:.1f}', f'{figure.queries:.1f}',
            f'{figure.writes:.1f}',
            f'{figure.per_second:.0f}' if figure.per_second else '')
    return shown


def growth(figures):
    """Yield a line for each kind of request: how p50 grows with the fleet.

    Compares the largest size with 1,000 hosts, or with the smallest size
    where 1,000 was not measured.
    """
    sizes = sorted({figure.hosts for figure in figures})
    base = 1000 if 1000 in sizes else sizes[0]
    p50 = {(figure.hosts, figure.request): figure.p50_ms
           for figure in figures}
    for name in dict.fromkeys(figure.request for figure in figures):
        if sizes[-1] != base and (base, name) in p50:
            ratio = p50[sizes[-1], name] / p50[base, name]
            yield (f'{name}: p50 at {sizes[-1]:,} hosts is {ratio:.2f} times '
                   f'that at {base:,}')


def write_json(figures, path):
    """Write the figures as a JSON list of objects to ``path``."""
    with open(path, 'w', encoding='utf-8') as file:
        json.dump([dataclasses.asdict(figure) for figure in figures], file,
                  indent=2)
        file.write('\n')
