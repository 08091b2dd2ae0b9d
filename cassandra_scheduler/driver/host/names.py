# SPDX-License-Identifier: Apache-2.0
"""Names of hosts and nodes, looked up in the store."""

import dataclasses

from cassandra_scheduler.model import restriction
from cassandra_scheduler.store import session as store_session


@dataclasses.dataclass(frozen=True, slots=True)
class NodeName:
    """What Nova's resources_from_request_spec reads of a ComputeNode."""
    uuid: str
    host: str
    hypervisor_hostname: str


def of_trees(store, tree_ids):
    """Return tree id -> name of the host; without trees that have none.

    One partition for each tree, at read consistency.
    """
    return {tree.id: tree.report.host
            for tree in store.trees.find_many(tuple(tree_ids))
            if tree.report is not None and tree.report.host}


def trees_named(store, host=None, node=None):
    """Return the Trees of compute nodes with these exact names.

    ``host`` or ``node`` may be None. One index read at read consistency.
    """
    wanted = [restriction.Restriction('resource_type', '=', 'compute')]
    if host:
        wanted.append(restriction.Restriction('host', '=', host))
    if node:
        wanted.append(restriction.Restriction('nodename', '=', node))
    page = store.query.read(tuple(wanted), limit=1000,
                            level=store_session.READ)
    return [tree for tree in page.trees if tree.report is not None]


def nodes_named(store, host, node):
    """Return NodeNames of the compute nodes with these exact names.

    As ``trees_named``.
    """
    reports = [tree.report for tree in trees_named(store, host, node)]
    return [NodeName(report.uuid, report.host, report.nodename)
            for report in reports]


def versions(store, limit):
    """Return the versions of nova-compute that some hosts report.

    Reads the rows of at most ``limit`` hosts, in no certain order, in one
    read at read consistency.
    """
    page = store.query.read(
        (restriction.Restriction('resource_type', '=', 'compute'),),
        limit=limit, level=store_session.READ)
    records = (tree.heartbeat.service for tree in page.trees)
    return [record.version for record in records
            if record is not None and record.version]
