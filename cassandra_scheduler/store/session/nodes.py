# SPDX-License-Identifier: Apache-2.0
"""The nodes of a cluster, and how to ask one certain node."""

import dataclasses
import time
from typing import Any

from cassandra_scheduler.store.session import pool

#: The longest wait, in seconds, for the connection to one certain node.
ONE_NODE_S = 2.0


@dataclasses.dataclass(frozen=True, slots=True)
class ClusterNode:
    """A node as other nodes describe it; ``version`` is like '5.0.9'."""
    address: str
    datacenter: str
    version: str


def known(cluster: Any) -> tuple[ClusterNode, ...]:
    """Return all ClusterNodes that the driver's Cluster knows, by address."""
    return tuple(sorted(
        (ClusterNode(host.address, host.datacenter or '',
                     host.release_version or '')
         for host in cluster.metadata.all_hosts()),
        key=lambda node: node.address))


def wait_for(opened: pool.Opened, node: ClusterNode) -> object:
    """Return the driver's host of a ClusterNode once it can be asked.

    ``opened``: the Opened connections. The driver is content with one host
    and connects to the others later. A host that is down is returned at
    once, any other host after ONE_NODE_S at the latest.
    """
    host = opened.cluster.metadata.get_host(node.address)
    until = time.monotonic() + ONE_NODE_S
    while (host.is_up is not False and
           host not in opened.session.get_pool_state() and
           time.monotonic() < until):
        time.sleep(0.01)
    return host
