# SPDX-License-Identifier: Apache-2.0
"""Nova's aggregates by host, remembered until something changes.

nova-api tells every scheduler about a change, in any order and sometimes not
at all. A scheduler that hears of a change copies the aggregates of the API
database to the store. Every scheduler also does so when it starts and once a
minute. A request only reads the store:

    scheduler A                 store               scheduler B
    read version 1 -------------+------------------ read version 1
    read the database: old      |                   read the database: new
                                |<----- IF version = 1: written, version 2
    IF version = 1 ------------>| refused: read all again, nothing to do
"""

import collections
import time

from nova import context as nova_context
from nova import objects
from oslo_log import log as logging

from cassandra_scheduler.model import errors
from cassandra_scheduler.model import write as write_model
from cassandra_scheduler.store import aggregates as store_aggregates
from cassandra_scheduler.store import outcome
from cassandra_scheduler.store import retrying

LOG = logging.getLogger(__name__)


#: Seconds for which the version counts as the newest. A scheduler that is told
#: of a change reads at once; this is for changes it is not told of.
REMEMBERED = 1.0


class HostAggregates:
    """The aggregates of one scheduler; ``rows``: the Aggregates of the store.
    """

    def __init__(self, rows, *, deadline=10.0, clock=time.monotonic):
        self._rows = rows
        self._deadline = deadline
        self._clock = clock
        self._until = None
        self._version = None
        self._aggregates = ()
        self._by_host = {}

    def all(self):
        """Return all of Nova's aggregates as HostAggregates.

        Reads the version, if it was not read a moment ago; reads all
        aggregates only if the version is another one. Raises StoreUnavailable
        if no scheduler has ever written them: without them a request would
        not stay in its availability zone.
        """
        if self._until is not None and self._clock() < self._until:
            return self._aggregates
        version = self._rows.version()
        if version is None:
            raise errors.StoreUnavailable(
                'No scheduler has written the host aggregates to Cassandra '
                'yet; its log says why. "cassandra-scheduler sync" writes '
                'them too.')
        if version != self._version:
            snapshot = self._rows.snapshot()
            self._aggregates = snapshot.aggregates
            self._by_host = _by_host(snapshot.aggregates)
            self._version = snapshot.version
        self._until = self._clock() + REMEMBERED
        return self._aggregates

    def by_host(self):
        """Return host -> list of Nova's Aggregate objects; see ``all``."""
        self.all()
        return self._by_host

    def sync(self):
        """Copy the aggregates of the API database to the store.

        Returns (written, deleted, right already). Raises StoreUnavailable if
        other schedulers kept writing, or Cassandra did not answer.
        """
        self._until = None
        counts = retrying.Attempts(self._deadline).repeat(
            self._sync_once, until=lambda counts: counts is not None)
        if counts is None:
            raise errors.StoreUnavailable(
                'The host aggregates could not be written to Cassandra '
                f'in {self._deadline:g} seconds.')
        return counts

    def _sync_once(self):
        """Return what ``sync`` returns; None if nothing is known written."""
        stored = self._rows.snapshot()
        wanted = {found.id: _from_nova(found) for found in
                  objects.AggregateList.get_all(
                      nova_context.get_admin_context())}
        present = {found.id: found for found in stored.aggregates}
        put = [found for found in wanted.values()
               if present.get(found.id) != found]
        delete = [key for key in present if key not in wanted]
        if not put and not delete and stored.version is not None:
            return 0, 0, len(wanted)
        LOG.debug('Host aggregates: %(put)d to write, %(delete)d to '
                  'delete.', {'put': len(put), 'delete': len(delete)})
        written = self._rows.change(
            put, delete, version=write_model.new_write_id(),
            if_version=stored.version)
        if not isinstance(written, outcome.Applied):
            return None
        return len(put), len(delete), len(wanted) - len(put)


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
