# SPDX-License-Identifier: Apache-2.0
"""Runs upstream's two load tests against both Placements.

The queries of the two sides alternate; those side by side run on one side
and then on the other.
"""

from concurrent import futures
import contextlib
import dataclasses
import pathlib
import tempfile
import time
import uuid

from rich import box as rich_box
from rich import table as rich_table

from cassandra_scheduler.bench import figures as bench_figures
from cassandra_scheduler.bench import placement_loads
from cassandra_scheduler.bench import placement_sides
from cassandra_scheduler.model import errors
from cassandra_scheduler.resource_types import loading
from cassandra_scheduler.store import catalogue
from cassandra_scheduler.store import opening
from cassandra_scheduler.store.schema import sync
from cassandra_scheduler.testbed import postgresql

_CREATORS = 4
#: One round of the requests that alternate.
_ROUND = ('allocation', 'limit=5', 'query', 'query')


@dataclasses.dataclass(frozen=True, slots=True)
class PlacementFigure:
    """What one kind of request cost on one side, in milliseconds."""
    cloud: str
    request: str
    side: str
    runs: int
    p50_ms: float
    p99_ms: float
    per_second: float = 0.0


def run(settings, loads, *, clients, tell=lambda text: None):
    """Yield the PlacementFigures of some loads; ``tell`` gets progress.

    ``settings`` lead to the Cassandra; a keyspace is made there, and dropped
    in the end. Raises SchedulerError when a side fails, or when the two do
    not find the same number of candidates.
    """
    # A keyspace of this run, because it is dropped.
    keyspace = f'cassandra_scheduler_{uuid.uuid4().hex[:12]}'
    settings = dataclasses.replace(settings, keyspace=keyspace)
    with contextlib.ExitStack() as cleanup:
        tell('starting PostgreSQL')
        server = cleanup.enter_context(postgresql.running())
        folder = pathlib.Path(cleanup.enter_context(
            tempfile.TemporaryDirectory(prefix='cassandra-scheduler-')))
        store = opening.open_store(settings, loading.installed())
        cleanup.callback(store.session.execute_schema,
                         f'DROP KEYSPACE IF EXISTS {keyspace}')
        tell('making the tables in Cassandra')
        sync.sync(store.session, store.columns, searchable=store.searchable)
        for load in loads:
            tell(f'{load.name}: starting both')
            with placement_sides.upstream(server, folder, load.name) as one, \
                    placement_sides.ours(settings, folder, load.name) as two:
                yield from _measure(load, (one, two), clients, tell)


def _measure(load, sides, clients, tell):
    """Fill both sides with a load; yield its figures."""
    if load.name == 'flat':
        trees = list(load.trees())
        for side in sides:
            tell(f'{load.name}: creating providers, {side.client.name}')
            yield _many(load, side, 'new provider', _CREATORS,
                        [lambda tree=tree, side=side: side.client.create(tree)
                         for tree in trees])
    else:
        for side in sides:
            tell(f'{load.name}: writing trees, {side.client.name}')
            _fill(side.writer, load)
    for side in sides:
        side.after_filling()
    _compare(load, sides)
    tell(f'{load.name}: queries and allocations, one by one')
    yield from _one_by_one(load, sides)
    for side in sides:
        tell(f'{load.name}: {clients} clients, {side.client.name}')
        yield _many(load, side, f'{clients} clients', clients, [
            lambda side=side: side.client.candidates(load.query)[0]
            for _run in range(load.requests)])


def _fill(writer, load):
    writer.add_names(catalogue.RESOURCE_CLASS, {})
    writer.add_names(catalogue.TRAIT, {placement_loads.CUSTOM_TRAIT: 0})
    with futures.ThreadPoolExecutor(writer.workers) as pool:
        for written in [pool.submit(writer.write_tree, tree,
                                    set(tree.providers), ())
                        for tree in load.trees()]:
            written.result()


def _compare(load, sides):
    """Raise unless both sides find the same number of candidates."""
    found = {}
    for side in sides:
        for _warm in range(3):
            _seconds, answer = side.client.candidates(load.query)
        found[side.client.name] = len(answer.json()['allocation_requests'])
    if len(set(found.values())) != 1 or not min(found.values()):
        raise errors.SchedulerError(
            f'{load.name}: the sides find different candidates: {found}')


def _one_by_one(load, sides):
    """Yield the figures of queries and writes that alternate."""
    kinds = {
        'query': lambda client: client.candidates(load.query)[0],
        'limit=5': lambda client: client.candidates(
            f'{load.query}&limit=5')[0],
        'allocation': lambda client: client.put_allocations(load.query)}
    samples = {(kind, side.client.name): [] for kind in kinds
               for side in sides}
    for _write in range(load.writes):
        for kind in _ROUND:
            for side in sides:
                samples[kind, side.client.name].append(
                    kinds[kind](side.client))
    for (kind, name), seconds in samples.items():
        yield _figure(load, kind, name, seconds)


def _many(load, side, kind, clients, calls):
    """Return the figure of calls by several clients at a time."""
    began = time.perf_counter()
    with futures.ThreadPoolExecutor(clients) as pool:
        seconds = list(pool.map(lambda call: call(), calls))
    return _figure(load, kind, side.client.name, seconds,
                   per_second=len(calls) / (time.perf_counter() - began))


def _figure(load, kind, name, seconds, *, per_second=0.0):
    return PlacementFigure(
        cloud=f'{load.name} {load.size}', request=kind, side=name,
        **bench_figures.percentiles(seconds), per_second=per_second)


def tables(figures):
    """Yield a rich Table for each cloud, a row for each kind of request."""
    for cloud in dict.fromkeys(figure.cloud for figure in figures):
        shown = rich_table.Table(
            'request', 'upstream', 'ours', 'ratio', 'per second',
            title=f'{cloud}: p50 and p99, ms', box=rich_box.SIMPLE)
        for column in shown.columns:
            column.no_wrap = True
        for column in shown.columns[1:]:
            column.justify = 'right'
        for upstream, ours in _pairs(figures):
            if upstream.cloud == cloud:
                shown.add_row(
                    upstream.request, _times(upstream), _times(ours),
                    f'{ours.p50_ms / upstream.p50_ms:.2f}',
                    f'{upstream.per_second:.1f} : {ours.per_second:.1f}'
                    if upstream.per_second else '')
        yield shown


def caption():
    """Return what a person must know to read the figures."""
    return ('All over HTTP: "new provider" is four requests, "query" is GET '
            '/allocation_candidates, also by several clients, "allocation" '
            'one PUT. Both under gunicorn with '
            f'{placement_sides.WORKERS} workers of {placement_sides.THREADS} '
            "threads; upstream on PostgreSQL. The ratio is ours to "
            "upstream's, of p50.")


def _times(figure):
    return f'{figure.p50_ms:.1f} {figure.p99_ms:8.1f}'


def _pairs(figures):
    """Yield (upstream's figure, our figure) of the same requests."""
    ours = {(figure.cloud, figure.request): figure for figure in figures
            if figure.side == placement_sides.OURS}
    for figure in figures:
        if figure.side == placement_sides.UPSTREAM:
            yield figure, ours[figure.cloud, figure.request]
