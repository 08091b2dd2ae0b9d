# SPDX-License-Identifier: Apache-2.0
"""Nova's aggregates by host, remembered as long as nothing has changed.

nova-api tells every scheduler of a change, in any order and sometimes not at
all. Whoever hears of it brings the store to what the API database says, and
so does every scheduler when it starts and once a minute; a request only looks
at the store:

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
from cassandra_scheduler.store import retrying

LOG = logging.getLogger(__name__)


#: Seconds for which the version is taken for the newest. Who is told of a
#: change looks at once; this is for changes that a scheduler is not told of.
REMEMBERED = 1.0


class HostAggregates:
    """The aggregates one scheduler works with; ``rows`` is the store's."""

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

        Reads the version, if it was not read a moment ago; all aggregates
        only if it is another one. Raises StoreUnavailable where nobody has
        ever brought them there: without them a request would not be kept in
        its availability zone.
        """
        if self._until is not None and self._clock() < self._until:
            return self._aggregates
        version = self._rows.version()
        if version is None:
            raise errors.StoreUnavailable(
                'No scheduler has brought the host aggregates to Cassandra '
                'yet; its log says why. "cassandra-scheduler sync" does it '
                'as well.')
        if version != self._version:
            snapshot = self._rows.snapshot()
            self._aggregates = snapshot.aggregates
            self._by_host = _by_host(snapshot.aggregates)
            self._version = snapshot.version
        self._until = self._clock() + REMEMBERED
        return self._aggregates

    def by_host(self):
        """Return host -> list of Nova's Aggregates; see ``all``.
        """
        self.all()
        return self._by_host

    def sync(self):
        """Bring the store to what the API database says.

        Returns (written, deleted, right already). Raises StoreUnavailable
        when the store cannot be brought there.
        """
        self._until = None
        attempts = retrying.Attempts(self._deadline)
        while True:
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
                put, delete, version=f'{time.time_ns():x}-{uuid.uuid4()}',
                if_version=stored.version)
            if isinstance(written, outcome.Applied):
                return len(put), len(delete), len(wanted) - len(put)
            if not attempts.wait():
                raise errors.StoreUnavailable(
                    'The host aggregates could not be written to Cassandra '
                    f'in {self._deadline:g} seconds.')


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
