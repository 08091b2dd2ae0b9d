# SPDX-License-Identifier: Apache-2.0
"""Reads the facts about a cluster: a few queries, no change."""

from collections.abc import Callable, Iterable, Mapping
import dataclasses
import datetime
import time

from cassandra_scheduler.model import errors
from cassandra_scheduler.store.cluster import clocks
from cassandra_scheduler.store import session as store_session
from cassandra_scheduler.store import statements
from cassandra_scheduler.store import tree_codec

_CQL = statements.load('cluster')
#: The table whose repairs are read; the others are of the same keyspace.
_TABLE = 'trees'


@dataclasses.dataclass(frozen=True, slots=True)
class NodeFacts:
    """What one node of the local datacenter answered.

    ``settings``: name -> value as in system_views.settings, '' for what is
    not set; None if the role may not read that table. ``clock``: its clock
    against ours; None if the node did not answer.
    """
    address: str
    settings: Mapping[str, str] | None = None
    clock: clocks.Ahead | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Facts:
    """What was read about a cluster.

    ``nodes``: all ClusterNodes. ``asked``: a NodeFacts for each local one.
    ``replication``: of the keyspace; None if there is no keyspace.
    """
    nodes: tuple[store_session.ClusterNode, ...]
    asked: tuple[NodeFacts, ...]
    replication: Mapping[str, str] | None

    def values(self, name: str) -> dict[str, str]:
        """Return address -> value of a setting, where it could be read."""
        return {each.address: each.settings[name] for each in self.asked
                if each.settings is not None and name in each.settings}


def read(session: store_session.Session, names: Iterable[str], *,
         clock: Callable[[], float] = time.time) -> Facts:
    """Return the Facts of the cluster.

    ``names``: the settings to read. ``clock`` reads our clock, in seconds.
    Raises StoreUnavailable or StoreAccessDenied if no node answers. A single
    node that does not answer has no settings and no clock.
    """
    settings = session.settings
    nodes = session.nodes()
    keyspace = session.row(_CQL['find_keyspace'], (settings.keyspace,))
    return Facts(
        nodes=nodes,
        asked=tuple(_ask(session, node, names, clock) for node in nodes
                    if node.datacenter == settings.local_datacenter),
        replication=keyspace and dict(keyspace['replication']))


def _ask(session: store_session.Session, node: store_session.ClusterNode,
         names: Iterable[str], clock: Callable[[], float]) -> NodeFacts:
    try:
        ahead = _compare(session, node, clock)
    except errors.SchedulerError:
        return NodeFacts(node.address)
    try:
        rows = session.rows_at(node, _CQL['list_settings'], (list(names),),
                               level=store_session.CANDIDATES)
    except errors.SchedulerError:
        return NodeFacts(node.address, clock=ahead)
    return NodeFacts(node.address, clock=ahead,
                     settings={row['name']: row['value'] or ''
                               for row in rows})


def _compare(session: store_session.Session, node: store_session.ClusterNode,
             clock: Callable[[], float]) -> clocks.Ahead:
    before_s = clock()
    [row] = session.rows_at(node, _CQL['read_clock'],
                            level=store_session.CANDIDATES)
    return clocks.ahead(before_s, tree_codec.ms(row['now']), clock())


def last_repair(session: store_session.Session) -> datetime.datetime | None:
    """Return when a repair of the keyspace last succeeded, or None.

    Raises StoreAccessDenied if the role may not read it.
    """
    ended = [row['finished_at'] for row in session.rows(
        _CQL['list_repairs'], level=store_session.CANDIDATES)
        if row['keyspace_name'] == session.settings.keyspace and
        _TABLE in (row['columnfamily_names'] or ()) and
        row['finished_at'] and not row['exception_message']]
    return max(ended).replace(tzinfo=datetime.UTC) if ended else None
