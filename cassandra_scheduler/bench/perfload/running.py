# SPDX-License-Identifier: Apache-2.0
"""Runs both load tests against both Placements.

The queries of the two sides alternate; those side by side run on one side
and then on the other.
"""

from concurrent import futures
import contextlib
import dataclasses
import pathlib
import statistics
import tempfile
import time
import uuid

import sqlalchemy

from cassandra_scheduler.bench.perfload import client
from cassandra_scheduler.bench.perfload import clouds
from cassandra_scheduler.bench.perfload import servers
from cassandra_scheduler.local import postgresql
from cassandra_scheduler.model import errors
from cassandra_scheduler.resource_types import loading
from cassandra_scheduler.store import catalogue
from cassandra_scheduler.store import opening
from cassandra_scheduler.store.schema import sync
from cassandra_scheduler.transfer import sql_database
from cassandra_scheduler.transfer import sql_writing
from cassandra_scheduler.transfer import store_writing

#: Names of the two sides.
OURS, UPSTREAM = 'ours', 'upstream'
_CREATORS = 4


@dataclasses.dataclass(frozen=True, slots=True)
class Figure:
    """What one kind of request cost on one side, in milliseconds."""
    cloud: str
    request: str
    side: str
    runs: int
    p50_ms: float
    p99_ms: float
    per_second: float = 0.0


@dataclasses.dataclass(frozen=True, slots=True)
class Side:
    """One of the two: the API to ask, the writer that fills it.

    ``settle()``: to be called when it is filled.
    """
    client: client.Client
    writer: object
    settle: object = dataclasses.field(default=lambda: None)


def run(settings, loads, *, clients, tell=lambda text: None):
    """Yield the Figures of some clouds; ``tell`` hears what goes on.

    ``settings`` lead to the Cassandra; a keyspace is made there, and dropped
    in the end. Raises SchedulerError when a side fails, or when the two do
    not find the same number of candidates.
    """
    # Of its own, because it is dropped.
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
            with contextlib.ExitStack() as here:
                tell(f'{load.name}: starting both')
                sides = [_upstream(server, folder, load.name, here),
                         _ours(settings, folder, load.name, here)]
                yield from _load(load, sides, clients, tell)


def _upstream(server, folder, name, cleanup):
    server.create_database(name)
    where = folder / f'upstream-{name}'
    servers.prepare(where, {'placement_database': {
        'connection': server.url(name).replace('%', '%%')}})
    servers.make_tables(where)
    url = cleanup.enter_context(servers.serving(where, servers.UPSTREAM))
    engine = cleanup.enter_context(
        sql_database.opened(server.url(name), 'PostgreSQL'))

    def settle():
        # Tables that were just filled have no statistics yet.
        with engine.connect() as connection:
            connection.execution_options(isolation_level='AUTOCOMMIT').execute(
                sqlalchemy.text('ANALYZE'))

    return Side(client.Client(UPSTREAM, url), sql_writing.SqlWriter(engine),
                settle)


def _ours(settings, folder, name, cleanup):
    settings = dataclasses.replace(settings,
                                   cloud=f'{name}-{uuid.uuid4().hex[:8]}')
    store = opening.open_store(settings, loading.installed())
    where = folder / f'ours-{name}'
    servers.prepare(where, {'cassandra': {
        'contact_points': ','.join(settings.contact_points),
        'port': settings.port, 'keyspace': settings.keyspace,
        'cloud': settings.cloud}})
    url = cleanup.enter_context(servers.serving(where, servers.OURS))
    return Side(client.Client(OURS, url), store_writing.StoreWriter(store))


def _load(load, sides, clients, tell):
    """Yield the Figures of one cloud."""
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
        side.settle()
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
    writer.add_names(catalogue.TRAIT, {clouds.CUSTOM_TRAIT: 0})
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
    """Yield the Figures of queries and writes that alternate."""
    kinds = {
        'query': lambda asked: asked.candidates(load.query)[0],
        'limit=5': lambda asked: asked.candidates(
            f'{load.query}&limit=5')[0],
        'allocation': lambda asked: asked.claim(load.query)}
    samples = {(kind, side.client.name): [] for kind in kinds
               for side in sides}
    for _write in range(load.writes):
        for kind in ('allocation', 'limit=5', 'query',
                     'query'):
            for side in sides:
                samples[kind, side.client.name].append(
                    kinds[kind](side.client))
    for (kind, name), seconds in samples.items():
        yield _figure(load, kind, name, seconds)


def _many(load, side, kind, clients, calls):
    """Return the Figure of calls by several clients at a time."""
    began = time.perf_counter()
    with futures.ThreadPoolExecutor(clients) as pool:
        seconds = list(pool.map(lambda call: call(), calls))
    return _figure(load, kind, side.client.name, seconds,
                   per_second=len(calls) / (time.perf_counter() - began))


def _figure(load, kind, name, seconds, *, per_second=0.0):
    ordered = sorted(seconds)
    last = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    return Figure(
        cloud=f'{load.name} {load.size}', request=kind, side=name,
        runs=len(seconds), p50_ms=statistics.median(ordered) * 1000,
        p99_ms=last * 1000, per_second=per_second)
