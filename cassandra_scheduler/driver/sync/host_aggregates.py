# SPDX-License-Identifier: Apache-2.0
"""Nova's aggregates by host, remembered as long as nothing has changed.

nova-api tells every scheduler of a change, in any order and sometimes not at
all. A scheduler that is told copies the aggregates from the API database to
the store. Every scheduler also does so when it starts, and once a minute. A
request only reads the store:

    scheduler A                 store               scheduler B
    read version 1 -------------+------------------ read version 1
    read the database: old      |                   read the database: new
                                |<----- IF version = 1: written, version 2
    IF version = 1 ------------>| rejected: read all again, nothing to do
"""

import collections
import time

from nova import context as nova_context
from nova import objects
from oslo_log import log as logging

from cassandra_scheduler.model import errors
from cassandra_scheduler.model import write
from cassandra_scheduler.store import aggregates as store_aggregates
from cassandra_scheduler.store import outcome
from cassandra_scheduler.store import retrying

LOG = logging.getLogger(__name__)


#: Seconds for which a version counts as the newest. A scheduler that is told
#: of a change reads again at once; others read after this time.
REMEMBERED = 1.0


class HostAggregates:
    """The aggregates of one scheduler; ``rows``: the store's Aggregates."""

    def __init__(self, rows, *, deadline=10.0, clock=time.monotonic):
        self._rows = rows
        self._deadline = deadline
        self._clock = clock
        self._until = None
        self._version = None
        self._aggregates = ()
        self._by_host = {}

    def all(self):
        """Return all of Nova's Aggregates as frozen values.

        Reads the version, if it was not read a moment ago. Reads all
        aggregates only if the version is another one. Raises
        StoreUnavailable if they were never written: without them a request
        could leave its availability zone.
        """
        if self._until is not None and self._clock() < self._until:
            return self._aggregates
        version = self._rows.version()
        if version is None:
            raise errors.StoreUnavailable(
                'The host aggregates are not in Cassandra yet. The log of a '
                'scheduler says why; "cassandra-scheduler sync" copies them '
                'too.')
        if version != self._version:
            snapshot = self._rows.snapshot()
            self._aggregates = snapshot.aggregates
            self._by_host = _by_host(snapshot.aggregates)
            self._version = snapshot.version
        self._until = self._clock() + REMEMBERED
        return self._aggregates

    def by_host(self):
        """Return host -> list of Nova's Aggregates; see ``all``."""
        self.all()
        return self._by_host

    def sync(self):
        """Copy the aggregates from the API database to the store.

        Returns (written, deleted, right already). Raises StoreUnavailable if
        the store cannot be written in time.
        """
        self._until = None
        counts = retrying.Attempts(self._deadline).repeat(
            self._sync_once, until=lambda counts: counts is not None)
        if counts is None:
            raise errors.StoreUnavailable(
                'The host aggregates could not be written to Cassandra '
                f'within {self._deadline:g} seconds.')
        return counts

    def _sync_once(self):
        """Return what ``sync`` returns; None if nothing is known written."""
        stored = self._rows.snapshot()
        in_nova = {found.id: _from_nova(found) for found in
                   objects.AggregateList.get_all(
                       nova_context.get_admin_context())}
        in_store = {found.id: found for found in stored.aggregates}
        put = [found for found in in_nova.values()
               if in_store.get(found.id) != found]
        delete = [key for key in in_store if key not in in_nova]
        if not put and not delete and stored.version is not None:
            return 0, 0, len(in_nova)
        LOG.debug('Host aggregates: %(put)d to write, %(delete)d to '
                  'delete.', {'put': len(put), 'delete': len(delete)})
        written = self._rows.change(
            put, delete, version=write.new_write_id(),
            if_version=stored.version)
        if not isinstance(written, outcome.Applied):
            return None
        return len(put), len(delete), len(in_nova) - len(put)


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
