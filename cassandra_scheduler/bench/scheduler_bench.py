# SPDX-License-Identifier: Apache-2.0
"""Measures the scheduler over fleets of several sizes.

All times are wall-clock milliseconds of the whole call, RequestSpec in and
claimed Selections out. The floor is the conditional batch alone: the same
table, the same columns, random hosts.

The fleets lie in the benchmark's own keyspace, one after another; its tables
are emptied afterwards. A fleet is measured when Cassandra has written its
rows to files, as in a cloud that has been up for a while.
"""

import collections
from concurrent import futures
import dataclasses
import random
import time
import uuid

import oslo_messaging

from cassandra_scheduler.bench import figures as bench_figures
from cassandra_scheduler.bench import fleet
from cassandra_scheduler.bench import nova_fixture
from cassandra_scheduler.model import change as change_model
from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.model import errors
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.resource_types import loading
from cassandra_scheduler.store import opening
from cassandra_scheduler.store import outcome
from cassandra_scheduler.store.schema import sync
from cassandra_scheduler.testbed import waiting

#: The requests: name -> arguments of nova_fixture.request_spec.
REQUESTS = {
    'plain': {},
    'rare trait': {'traits': (fleet.RARE_TRAIT,)},
    'impossible': {'memory_mb': 10 ** 9},
}
#: Rounds that are not counted; the first also compile code in Cassandra.
WARMING_ROUNDS = 20
#: Seconds that Cassandra may take to write a fleet to files.
FLUSH_DEADLINE_S = 600
_INDEX_FILES = (
    'SELECT sstable_name FROM system_views.sai_sstable_indexes WHERE '
    "keyspace_name = ? AND index_name = 'trees_owner' ALLOW FILTERING")
_MARK = (
    'INSERT INTO {keyspace}.trees (cloud, tree, kind, key, owner) '
    "VALUES (?, 'flush', 'consumer', ?, ?)")


def run(settings, *, sizes, runs, clients, tell=lambda text: None):
    """Return all SchedulerFigures, size by size; ``tell`` gets progress.

    ``settings`` lead to the Cassandra; their keyspace is made and used.
    ``runs``: requests of each kind. ``clients``: requests side by side.
    """
    figures = []
    for hosts in sizes:
        cloud = f'bench-{hosts}-{uuid.uuid4().hex[:8]}'
        here = dataclasses.replace(settings, cloud=cloud)
        store = opening.open_store(here, loading.installed())
        sync.sync(store.session, store.columns, searchable=store.searchable)
        try:
            with nova_fixture.nova(here) as scheduler:
                figures += _measure(store, scheduler, hosts, runs=runs,
                                    clients=clients, tell=tell)
        finally:
            tell(f'{hosts} hosts: emptying the tables')
            for table in ('trees', 'consumer_homes'):
                store.session.execute_schema(
                    f'TRUNCATE {settings.keyspace}.{table}')
    return figures


def _measure(store, scheduler, hosts, *, runs, clients, tell):
    """Write a fleet; yield its figures."""
    fleet.write(store, hosts, cell_uuid=nova_fixture.register(hosts),
                progress=lambda done: tell(f'{hosts} hosts: {done} written'))
    tell(f'{hosts} hosts: waiting for Cassandra to write its files')
    _wait_for_files(store)
    tell(f'{hosts} hosts: warming statements and caches')
    _in_turn(store, scheduler, hosts, WARMING_ROUNDS)
    tell(f'{hosts} hosts: {", ".join(REQUESTS)}, in turn')
    yield from _in_turn(store, scheduler, hosts, runs)
    tell(f'{hosts} hosts: {clients} clients')
    yield _side_by_side(scheduler, hosts, clients=clients, runs=runs * 2)


def _wait_for_files(store):
    """Make Cassandra flush the memtable with the fleet; wait until it did.

    Any change of a table's settings makes Cassandra flush it. A marker row
    makes sure that there is something to write.
    """
    keyspace = store.session.settings.keyspace
    marker = uuid.uuid4().hex
    before = _index_files(store)
    store.session.write(_MARK, (store.cloud, marker, marker))
    store.session.execute_schema(
        f"ALTER TABLE {keyspace}.trees WITH comment = 'bench {marker}'")
    waiting.wait_for('writing the fleet to files (see Cassandra\'s log)',
                     lambda: _index_files(store) != before,
                     seconds=FLUSH_DEADLINE_S)


def _index_files(store):
    return sorted(row['sstable_name'] for row in store.session.rows(
        _INDEX_FILES, (store.session.settings.keyspace,)))


def _in_turn(store, scheduler, hosts, runs):
    """Return a figure of the floor and of each kind of request.

    Each of ``runs`` rounds times all of them, one after another. So other
    work of the machine and of Cassandra slows all of them alike, and their
    ratios mean something.
    """
    samples = collections.defaultdict(list)
    transcripts = collections.defaultdict(list)
    for _ in range(runs):
        scheduler.look_now_and_then()
        samples[bench_figures.FLOOR].append(_claim_bare(store, hosts))
        for name in REQUESTS:
            seconds, transcript = _place(scheduler, name)
            samples[name].append(seconds)
            transcripts[name].append(transcript)
    return [_figure(hosts, name, samples[name], transcripts[name])
            for name in (bench_figures.FLOOR, *REQUESTS)]


def _side_by_side(scheduler, hosts, *, clients, runs):
    """Return the figure of plain requests from ``clients`` threads."""
    began = time.perf_counter()
    with futures.ThreadPoolExecutor(clients) as pool:
        done = list(pool.map(lambda _: _place(scheduler, 'plain'),
                             range(runs)))
    seconds = time.perf_counter() - began
    figure = _figure(hosts, f'plain, {clients} at once',
                     [sample for sample, _ in done],
                     [transcript for _, transcript in done])
    return dataclasses.replace(figure, per_second=runs / seconds)


def _claim_bare(store, hosts):
    """Return the seconds of the bare conditional batch on some host."""
    change = _claim(store.trees.find(
        fleet.host_tree(random.randrange(hosts)).id))
    began = time.perf_counter()
    written = store.trees.write(change)
    seconds = time.perf_counter() - began
    if not isinstance(written, outcome.Applied):
        raise errors.SchedulerError(
            f'The benchmark\'s own claim ended as {written}; nothing else '
            'may use its cloud while it runs.')
    return seconds


def _claim(tree):
    write_id, consumer = uuid.uuid4().hex, str(uuid.uuid4())
    amounts = {(tree.id, name): units for name, units in
               (('VCPU', 2), ('MEMORY_MB', 4096), ('DISK_GB', 20))}
    after = tree.with_amounts(amounts).bumped(tree.id).with_pending(
        consumer, tree_model.Pending(write_id, 0, {'vcpus': 2}))
    return change_model.TreeChange(
        tree, after, write_id, create=frozenset({consumer}),
        put=(consumer_model.Consumer(consumer, tree.id, amounts, write_id),))


def _place(scheduler, name):
    """Return (seconds, Transcript) of one request."""
    context, spec, uuids = nova_fixture.request_spec(**REQUESTS[name])
    began = time.perf_counter()
    try:
        scheduler.select_destinations(
            context, spec_obj=spec, instance_uuids=uuids,
            return_objects=True, return_alternates=True)
    except oslo_messaging.ExpectedException as exc:
        if name != 'impossible' or not nova_fixture.is_no_valid_host(exc):
            raise errors.SchedulerError(
                f'A {name} request failed: {exc.exc_info[1]} '
                f'({scheduler.last.why})') from None
    return time.perf_counter() - began, scheduler.last.transcript


def _figure(hosts, name, samples, transcripts=()):
    count = max(len(transcripts), 1)
    return bench_figures.SchedulerFigure(
        hosts=hosts, request=name, **bench_figures.percentiles(samples),
        rows=sum(t.rows_read for t in transcripts) / count,
        queries=sum(t.queries for t in transcripts) / count,
        writes=sum(t.conditional_writes for t in transcripts) / count)
