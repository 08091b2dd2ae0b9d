# SPDX-License-Identifier: Apache-2.0
"""One run of the bench: for each size of fleet, the same measurements.

One size after the other lies in the bench's own keyspace, whose tables are
emptied afterwards. A size is measured when Cassandra has written its rows to
files, as they are in a cloud that has been up for a while.
"""

import dataclasses
import time
import uuid

from cassandra_scheduler.bench import fleet
from cassandra_scheduler.bench import ground
from cassandra_scheduler.bench import measuring
from cassandra_scheduler.model import errors
from cassandra_scheduler.resource_types import loading
from cassandra_scheduler.store import opening
from cassandra_scheduler.store.schema import sync

#: Rounds that are not counted; the first ones compile code in Cassandra, too.
WARMING_ROUNDS = 20
#: Seconds that Cassandra may take to write a fleet to files.
FLUSH_DEADLINE_S = 600
_INDEX_FILES = (
    'SELECT sstable_name FROM system_views.sai_sstable_indexes WHERE '
    "keyspace_name = ? AND index_name = 'trees_owner' ALLOW FILTERING")
_MARK = (
    'INSERT INTO {keyspace}.trees (cloud, tree, kind, key, owner) '
    "VALUES (?, 'flush', 'consumer', ?, ?)")


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """What to measure: fleet sizes, requests of each kind, clients."""
    sizes: tuple = (100, 1000, 10000, 100000)
    runs: int = 100
    clients: int = 16


def run(settings, plan, *, tell=lambda text: None):
    """Return all Figures, size by size; ``tell`` hears what goes on.

    ``settings`` lead to the Cassandra; its keyspace is created and used.
    """
    figures = []
    for hosts in plan.sizes:
        cloud = f'bench-{hosts}-{uuid.uuid4().hex[:8]}'
        here = dataclasses.replace(settings, cloud=cloud)
        store = opening.open_store(here, loading.installed())
        sync.sync(store.session, store.columns, searchable=store.searchable)
        try:
            figures += _of_size(store, here, hosts, plan=plan, tell=tell)
        finally:
            tell(f'{hosts} hosts: emptying the tables')
            for table in ('trees', 'consumer_homes'):
                store.session.execute_schema(
                    f'TRUNCATE {settings.keyspace}.{table}')
    return figures


def _of_size(store, settings, hosts, *, plan, tell):
    with ground.nova(settings) as scheduler:
        fleet.write(store, hosts, cell_uuid=ground.register(hosts),
                    progress=lambda done: tell(
                        f'{hosts} hosts: {done} written'))
        tell(f'{hosts} hosts: waiting for Cassandra to write its files')
        _wait_for_files(store)
        tell(f'{hosts} hosts: warming statements and caches')
        measuring.in_turn(store, scheduler, hosts, WARMING_ROUNDS)
        tell(f'{hosts} hosts: {", ".join(measuring.REQUESTS)}, in turn')
        yield from measuring.in_turn(store, scheduler, hosts, plan.runs)
        tell(f'{hosts} hosts: {plan.clients} clients')
        yield measuring.side_by_side(scheduler, hosts, clients=plan.clients,
                                     runs=plan.runs * 2)


def _wait_for_files(store):
    """Have the memtable with the fleet flushed, and wait until it is.

    Any change of a table's settings makes Cassandra flush it; a marker row
    sees to it that there is something to write.
    """
    keyspace = store.session.settings.keyspace
    marker = uuid.uuid4().hex
    before = _index_files(store)
    store.session.write(_MARK, (store.cloud, marker, marker))
    store.session.execute_schema(
        f"ALTER TABLE {keyspace}.trees WITH comment = 'bench {marker}'")
    until = time.monotonic() + FLUSH_DEADLINE_S
    while _index_files(store) == before:
        if time.monotonic() > until:
            raise errors.SchedulerError(
                'Cassandra did not write the fleet to files within '
                f'{FLUSH_DEADLINE_S} s; look at its log.')
        time.sleep(0.2)


def _index_files(store):
    return sorted(row['sstable_name'] for row in store.session.rows(
        _INDEX_FILES, (store.session.settings.keyspace,)))
