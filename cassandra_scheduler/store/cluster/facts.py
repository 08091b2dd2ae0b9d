# SPDX-License-Identifier: Apache-2.0
"""Reads what a cluster says of itself. A few queries; changes nothing."""

from collections.abc import Mapping
import dataclasses
import datetime
import time

from cassandra_scheduler.model import errors
from cassandra_scheduler.store.cluster import clocks
from cassandra_scheduler.store import session as store_session
from cassandra_scheduler.store import statements
from cassandra_scheduler.store import tree_codec

_CQL = statements.load('cluster')
#: The table whose repair is looked for; the others are of the same keyspace.
_TABLE = 'trees'


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """What one node of the local datacenter said.

    ``settings``: lines of its cassandra.yaml as system_views.settings has
    them, '' for what is not set, None where the role may not read that.
    ``clock``: its clock against ours, None where it did not answer.
    """
    address: str
    settings: Mapping | None = None
    clock: clocks.Ahead | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Facts:
    """What was found out about a cluster.

    ``nodes``: all Nodes. ``asked``: an Asked for each local one.
    ``replication``: that of the keyspace, None where there is no keyspace.
    """
    nodes: tuple
    asked: tuple
    replication: Mapping | None

    def values(self, name):
        """Return address -> value of a setting, where it could be read."""
        return {each.address: each.settings[name] for each in self.asked
                if each.settings is not None and name in each.settings}


def read(session, names, *, clock=time.time):
    """Return the Facts of the cluster.

    ``names``: the settings to read. ``clock`` reads ours, in seconds.
    Raises StoreUnavailable or StoreAccessDenied when nobody answers at all.
    A single node that does not is left out of the figures.
    """
    settings = session.settings
    nodes = session.nodes()
    keyspace = session.row(_CQL['find_keyspace'], (settings.keyspace,))
    return Facts(
        nodes=nodes,
        asked=tuple(_ask(session, node, names, clock) for node in nodes
                    if node.datacenter == settings.local_datacenter),
        replication=keyspace and dict(keyspace['replication']))


def _ask(session, node, names, clock):
    try:
        ahead = _compare(session, node, clock)
    except errors.SchedulerError:
        return Asked(node.address)
    try:
        rows = session.rows_at(node, _CQL['list_settings'], (list(names),))
    except errors.SchedulerError:
        return Asked(node.address, clock=ahead)
    return Asked(node.address, clock=ahead,
                 settings={row['name']: row['value'] or ''
                           for row in rows})


def _compare(session, node, clock):
    before_s = clock()
    [row] = session.rows_at(node, _CQL['read_clock'])
    return clocks.ahead(before_s, tree_codec.ms(row['now']), clock())


def last_repair(session):
    """Return when a repair of the keyspace last ended well, or None.

    Raises StoreAccessDenied where the role may not read it.
    """
    ended = [row['finished_at'] for row in session.rows(
        _CQL['list_repairs'], level=store_session.CANDIDATES)
        if row['keyspace_name'] == session.settings.keyspace and
        _TABLE in (row['columnfamily_names'] or ()) and
        row['finished_at'] and not row['exception_message']]
    return max(ended).replace(tzinfo=datetime.UTC) if ended else None
