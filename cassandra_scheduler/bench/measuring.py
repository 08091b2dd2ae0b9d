# SPDX-License-Identifier: Apache-2.0
"""Times requests in turn and side by side, and the floor beside them.

All times are wall-clock milliseconds of the whole call, RequestSpec in and
claimed Selections out. The floor is the conditional batch alone: the same
table, the same columns, hosts drawn at random.
"""

import collections
from concurrent import futures
import dataclasses
import random
import statistics
import time
import uuid

import oslo_messaging

from cassandra_scheduler.bench import figure as figures
from cassandra_scheduler.bench import fleet
from cassandra_scheduler.bench import ground
from cassandra_scheduler.model import change as change_model
from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.model import errors
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.store import outcome

#: What is asked for: name -> arguments of ground.request_spec.
REQUESTS = {
    'plain': {},
    'rare trait': {'traits': (fleet.RARE_TRAIT,)},
    'impossible': {'memory_mb': 10 ** 9},
}


def in_turn(store, scheduler, hosts, runs):
    """Return a Figure of the floor and of each kind of request.

    Each of ``runs`` rounds times all of them, one after the other, so that
    whatever else the machine and Cassandra do falls on all of them alike
    and their ratios mean something.
    """
    samples = collections.defaultdict(list)
    transcripts = collections.defaultdict(list)
    for _ in range(runs):
        scheduler.look_now_and_then()
        samples[figures.FLOOR].append(_claim_bare(store, hosts))
        for name in REQUESTS:
            seconds, transcript = _place(scheduler, name)
            samples[name].append(seconds)
            transcripts[name].append(transcript)
    return [_figure(hosts, name, samples[name], transcripts[name])
            for name in (figures.FLOOR, *REQUESTS)]


def _claim_bare(store, hosts):
    """Return the seconds of the bare conditional batch on some host."""
    change = _claim(store.trees.find(
        fleet.host_tree(random.randrange(hosts)).id))
    began = time.perf_counter()
    written = store.trees.write(change)
    seconds = time.perf_counter() - began
    if not isinstance(written, outcome.Applied):
        raise errors.SchedulerError(
            f'The bench\'s own claim ended as {written}; nothing else may use '
            'its cloud while it runs.')
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


def side_by_side(scheduler, hosts, *, clients, runs):
    """Return the Figure of plain requests from ``clients`` threads."""
    began = time.perf_counter()
    with futures.ThreadPoolExecutor(clients) as pool:
        done = list(pool.map(lambda _: _place(scheduler, 'plain'),
                             range(runs)))
    seconds = time.perf_counter() - began
    figure = _figure(hosts, f'plain, {clients} at once',
                     [sample for sample, _ in done],
                     [transcript for _, transcript in done])
    return dataclasses.replace(figure, per_second=runs / seconds)


def _place(scheduler, name):
    context, spec, uuids = ground.request_spec(**REQUESTS[name])
    began = time.perf_counter()
    try:
        scheduler.select_destinations(
            context, spec_obj=spec, instance_uuids=uuids,
            return_objects=True, return_alternates=True)
    except oslo_messaging.ExpectedException as exc:
        if name != 'impossible' or not ground.is_no_valid_host(exc):
            raise errors.SchedulerError(
                f'A {name} request failed: {exc.exc_info[1]} '
                f'({scheduler.last.why})') from None
    return time.perf_counter() - began, scheduler.last.transcript


def _figure(hosts, name, samples, transcripts=()):
    ordered = sorted(sample * 1000 for sample in samples)
    count = max(len(transcripts), 1)
    return figures.Figure(
        hosts=hosts, request=name, runs=len(ordered),
        p50_ms=statistics.median(ordered),
        p99_ms=ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))],
        rows=sum(t.rows_read for t in transcripts) / count,
        queries=sum(t.queries for t in transcripts) / count,
        writes=sum(t.conditional_writes for t in transcripts) / count)
