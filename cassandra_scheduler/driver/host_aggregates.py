# SPDX-License-Identifier: Apache-2.0
"""Nova's aggregates by host, remembered as long as nothing has changed.

nova-api tells every scheduler of a change, in any order and sometimes not at
all. Whoever hears of it brings the store to what the API database says:

    scheduler A                 store               scheduler B
    read version 1 -------------+------------------ read version 1
    read the database: old      |                   read the database: new
                                |<----- IF version = 1: written, version 2
    IF version = 1 ------------>| refused: read all again, nothing to do
"""

import collections
import time
import uuid

from nova import context as nova_context
from nova import objects
from oslo_log import log as logging

from cassandra_scheduler.model import errors
from cassandra_scheduler.store import aggregates as store_aggregates
from cassandra_scheduler.store import outcome
from cassandra_scheduler.store import stepping

LOG = logging.getLogger(__name__)


class HostAggregates:
    """The aggregates one scheduler works with; ``rows`` is the store's."""

    def __init__(self, rows, *, deadline=10.0):
        self._rows = rows
        self._deadline = deadline
        self._synced = False
        self._version = None
        self._by_host = {}

    def by_host(self):
        """Return host -> list of Nova's Aggregates, as of now.

        Reads the version; all aggregates only if it is another one.
        """
        if not self._synced:
            self.sync()
        version = self._rows.version()
        if version != self._version:
            snapshot = self._rows.snapshot()
            self._by_host = _by_host(snapshot.aggregates)
            self._version = snapshot.version
        return self._by_host

    def forget(self):
        """Compare with the API database before the next use."""
        self._synced = False

    def sync(self):
        """Bring the store to what the API database says.

        Raises StoreUnavailable when the store cannot be brought there.
        """
        attempts = stepping.Attempts(self._deadline)
        while True:
            stored = self._rows.snapshot()
            wanted = {found.id: _from_nova(found) for found in
                      objects.AggregateList.get_all(
                          nova_context.get_admin_context())}
            present = {found.id: found for found in stored.aggregates}
            put = [found for found in wanted.values()
                   if present.get(found.id) != found]
            delete = [key for key in present if key not in wanted]
            if not put and not delete:
                break
            LOG.debug('Host aggregates: %(put)d to write, %(delete)d to '
                      'delete.', {'put': len(put), 'delete': len(delete)})
            written = self._rows.change(
                put, delete, version=f'{time.time_ns():x}-{uuid.uuid4()}',
                if_version=stored.version)
            if isinstance(written, outcome.Applied):
                break
            if not attempts.wait():
                raise errors.StoreUnavailable(
                    'The host aggregates could not be written to Cassandra '
                    f'in {self._deadline:g} seconds.')
        self._synced = True


def _from_nova(aggregate):
    return store_aggregates.HostAggregate(
        aggregate.id, aggregate.uuid, aggregate.name,
        frozenset(aggregate.hosts or ()), dict(aggregate.metadata or {}))


def _by_host(aggregates):
    found = collections.defaultdict(list)
    for row in aggregates:
        aggregate = objects.Aggregate(
            id=row.id, uuid=row.uuid, name=row.name, hosts=sorted(row.hosts),
            metadata=dict(row.metadata))
        aggregate.obj_reset_changes()
        for host in row.hosts:
            found[host].append(aggregate)
    return dict(found)
