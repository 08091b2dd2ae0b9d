# SPDX-License-Identifier: Apache-2.0
"""Shows the figures of both sides in one row, and their ratio."""

from rich import box as rich_box
from rich import table as rich_table

from cassandra_scheduler.bench.perfload import running
from cassandra_scheduler.bench.perfload import servers


def tables(figures):
    """Yield a rich Table per cloud, with one row for each kind of request.
    """
    for cloud in dict.fromkeys(figure.cloud for figure in figures):
        shown = rich_table.Table(
            'request', 'upstream', 'ours', 'ratio', 'per second',
            title=f'{cloud}: p50 and p99, ms', box=rich_box.SIMPLE)
        for column in shown.columns:
            column.no_wrap = True
        for column in shown.columns[1:]:
            column.justify = 'right'
        for upstream, ours in pairs(figures):
            if upstream.cloud == cloud:
                shown.add_row(
                    upstream.request, _times(upstream), _times(ours),
                    f'{ours.p50_ms / upstream.p50_ms:.2f}',
                    f'{upstream.per_second:.1f} : {ours.per_second:.1f}'
                    if upstream.per_second else '')
        yield shown


def caption():
    """Return what has to be known to read the figures."""
    return ('All over HTTP: "new provider" is four requests, "query" is GET '
            '/allocation_candidates, also by several clients, "allocation" '
            'one PUT. Both under gunicorn with '
            f'{servers.WORKERS} workers of {servers.THREADS} threads; '
            "upstream on PostgreSQL. The ratio is ours to upstream's, of "
            'p50.')


def _times(figure):
    return f'{figure.p50_ms:.1f} {figure.p99_ms:8.1f}'


def pairs(figures):
    """Yield (Figure of upstream, Figure of ours) of the same requests."""
    ours = {(figure.cloud, figure.request): figure for figure in figures
            if figure.side == running.OURS}
    for figure in figures:
        if figure.side == running.UPSTREAM:
            yield figure, ours[figure.cloud, figure.request]
