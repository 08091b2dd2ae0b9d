# SPDX-License-Identifier: Apache-2.0
"""Nova's host aggregates, as the schedulers of a cloud share them.

Nova's API database is the truth; this is the copy a request can afford to
look at. All of a cloud's aggregates are one partition with one version, so a
reader that remembers the version knows whether anything has changed.
"""

import dataclasses

from cassandra_scheduler.model import errors
from cassandra_scheduler.store import outcome
from cassandra_scheduler.store import session as store_session
from cassandra_scheduler.store import statements

_CQL = statements.load('aggregates')


@dataclasses.dataclass(frozen=True, slots=True)
class HostAggregate:
    """An aggregate of Nova: names of hosts and what is said of them."""
    id: int
    uuid: str
    name: str
    hosts: frozenset = frozenset()
    metadata: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True)
class Snapshot:
    """All aggregates at one version; None before the first was written."""
    version: str | None
    aggregates: tuple


class Aggregates:
    """The host aggregates of one cloud: one partition (cloud)."""

    def __init__(self, session, cloud):
        self._session = session
        self._cloud = cloud

    def version(self, *, level=store_session.READ):
        """Return the present version, or None. Read consistency."""
        row = self._session.row(_CQL['find_version'], (self._cloud,),
                                level=level)
        return row['version'] if row else None

    def snapshot(self):
        """Return the Snapshot of all aggregates. Read consistency."""
        rows = self._session.rows(_CQL['list_aggregates'], (self._cloud,))
        return Snapshot(
            version=rows[0]['version'] if rows else None,
            aggregates=tuple(
                HostAggregate(row['id'], row['uuid'], row['name'],
                              frozenset(row['hosts'] or ()),
                              dict(row['metadata'] or {}))
                for row in rows if row['id'] is not None))

    def change(self, put, delete, *, version, if_version):
        """Write and delete aggregates if ``if_version`` still stands.

        ``put``: HostAggregates; ``delete``: ids. One conditional batch; when
        its answer was lost the SERIAL read decides.
        """
        writes = [(_CQL['set_version_if'],
                   (version, self._cloud, if_version))]
        writes += [(_CQL['put_aggregate'],
                    (self._cloud, aggregate.id, aggregate.uuid,
                     aggregate.name, aggregate.hosts, aggregate.metadata))
                   for aggregate in put]
        writes += [(_CQL['delete_aggregate'], (self._cloud, aggregate_id))
                   for aggregate_id in delete]
        written = self._session.write_if(writes)
        if not isinstance(written, outcome.Unknown):
            return written
        try:
            stands = self.version(level=store_session.SERIAL)
        except errors.StoreUnavailable:
            return written
        return (outcome.Applied() if stands == version
                else outcome.Rejected(stands))
