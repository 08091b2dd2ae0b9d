# SPDX-License-Identifier: Apache-2.0
"""Nova's host aggregates: a copy that all schedulers of a cloud share.

Nova's API database is the truth. A request reads this copy, because that is
quick. All aggregates of a cloud are one partition with one version. A reader
that remembers the version knows whether anything has changed.
"""

from collections.abc import Iterable, Mapping
import dataclasses

from cassandra_scheduler.store import outcome
from cassandra_scheduler.store import session as store_session
from cassandra_scheduler.store import small_rows
from cassandra_scheduler.store import statements

_CQL = statements.load('aggregates')


@dataclasses.dataclass(frozen=True, slots=True)
class HostAggregate:
    """An aggregate of Nova: names of hosts, and metadata."""
    id: int
    uuid: str
    name: str
    hosts: frozenset[str] = frozenset()
    metadata: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True)
class Snapshot:
    """All aggregates at one version; None before the first write."""
    version: str | None
    aggregates: tuple[HostAggregate, ...]


class Aggregates:
    """The host aggregates of one cloud: one partition (cloud)."""

    def __init__(self, session: store_session.Session, cloud: str) -> None:
        self._session = session
        self._cloud = cloud

    def version(self, *, level: str = store_session.READ) -> str | None:
        """Return the present version, or None. READ unless ``level``."""
        row = self._session.row(_CQL['find_version'], (self._cloud,),
                                level=level)
        return row['version'] if row else None

    def snapshot(self) -> Snapshot:
        """Return the Snapshot of all aggregates. READ."""
        rows = self._session.rows(_CQL['list_aggregates'], (self._cloud,))
        return Snapshot(
            version=rows[0]['version'] if rows else None,
            aggregates=tuple(
                HostAggregate(row['id'], row['uuid'], row['name'],
                              frozenset(row['hosts'] or ()),
                              dict(row['metadata'] or {}))
                for row in rows if row['id'] is not None))

    def change(self, put: Iterable[HostAggregate], delete: Iterable[int], *,
               version: str, if_version: str | None
               ) -> outcome.Outcome[str | None, str | None]:
        """Write and delete aggregates if the version is ``if_version``.

        ``put``: HostAggregates; ``delete``: ids; ``version``: the new one,
        that no other write uses. One conditional batch, settled. Rejected
        carries the version that won.
        """
        writes: list[tuple[str, store_session.Params]] = [
            (_CQL['set_version_if'], (version, self._cloud, if_version))]
        writes += [(_CQL['put_aggregate'],
                    (self._cloud, aggregate.id, aggregate.uuid,
                     aggregate.name, aggregate.hosts, aggregate.metadata))
                   for aggregate in put]
        writes += [(_CQL['delete_aggregate'], (self._cloud, aggregate_id))
                   for aggregate_id in delete]
        return small_rows.write_if(
            self._session, writes,
            look=lambda: self.version(level=store_session.SERIAL),
            is_ours=lambda found: found == version)
