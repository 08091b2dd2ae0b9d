# SPDX-License-Identifier: Apache-2.0
"""A local cluster: started, asked, stopped and wiped as a whole."""

from collections.abc import Callable
from concurrent import futures
import dataclasses
import logging
import os
import pathlib
import shutil

import fasteners

from cassandra_scheduler import testbed
from cassandra_scheduler.testbed import certificates
from cassandra_scheduler.testbed import cluster_plan
from cassandra_scheduler.testbed import folders
from cassandra_scheduler.testbed import jars as jar_files
from cassandra_scheduler.testbed import java as java_runtime
from cassandra_scheduler.testbed import node as local_node
from cassandra_scheduler.testbed import ports
from cassandra_scheduler.testbed import waiting

LOG = logging.getLogger(__name__)

_MEET_SECONDS = 60
# Cassandra keeps three copies of this table, so ALL asks three nodes.
_REPLICATED = ('SELECT keyspace_name FROM system_distributed.repair_history '
               'LIMIT 1')


@dataclasses.dataclass(frozen=True)
class NodeStatus:
    """What is seen of one node.

    ``pid`` is None unless its process runs. ``state`` is 'stopped',
    'starting' or 'up'.
    """

    cluster: str
    node: str
    address: str
    port: int
    pid: int | None
    state: str
    heap: str


class LocalCluster:
    """A Cassandra of one or three nodes on this machine.

    ``LocalCluster('mine', nodes=3, heap='768M', port=9142)``: the fields are
    those of ClusterPlan. A field that is not given is as it was when the
    cluster was last started.
    """

    def __init__(self, name: str = 'default', **fields):
        """Describe the cluster; nothing is started or written yet.

        Raises TestbedError if a field is wrong.
        """
        kept = cluster_plan.find(cluster_plan.ClusterPlan(name).name)
        self.plan = dataclasses.replace(
            kept or cluster_plan.ClusterPlan(name), **fields)
        self._lock_file = folders.clusters() / f'.{name}.lock'

    @classmethod
    def on_fresh_ports(cls, name: str | None = None,
                       **fields) -> 'LocalCluster':
        """Describe a new cluster on ports where no server listens.

        Without ``name`` it gets one that no other process has.
        """
        name = name or f'fresh-{os.getpid()}-{os.urandom(3).hex()}'
        plan = cluster_plan.ClusterPlan(name, **fields)
        port = ports.fresh(plan.addresses,
                           below=cluster_plan.STORAGE_BELOW_NATIVE)
        return cls(name, port=port, **fields)

    @property
    def name(self) -> str:
        """Return the cluster's name."""
        return self.plan.name

    @property
    def contact_points(self) -> list[str]:
        """Return the addresses of all nodes, for a client to connect to."""
        return list(self.plan.addresses)

    @property
    def port(self) -> int:
        """Return the native protocol port of every node."""
        return self.plan.port

    @property
    def certificate(self) -> pathlib.Path | None:
        """Return the certificate (PEM) that clients trust, if TLS is on."""
        return certificates.certificate(self.plan) if self.plan.tls else None

    @property
    def nodes(self) -> list[local_node.LocalNode]:
        """Return the nodes, the seed first."""
        return [local_node.LocalNode(self.plan, number)
                for number in range(1, self.plan.nodes + 1)]

    def start(self, tell: Callable[[str], None] = LOG.info) -> bool:
        """Start the nodes that do not run; return when every node serves.

        Nodes start one after another, because Cassandra wants it when they
        join. ``tell(text)`` gets what takes long. Returns whether a node had
        to be started. Raises TestbedError if Java, Maven or a port is
        missing, if a node fails, or if the cluster exists with another plan.
        """
        with self._lock():
            self._check_against_kept()
            stopped = [node for node in self.nodes
                       if node.find_process() is None]
            self._launch(stopped, tell)
            for node in self.nodes:
                node.wait_until_up()
            self._wait_until_met()
            return bool(stopped)

    def start_node(self, number: int) -> None:
        """Start one node again, for example after ``kill``; wait for it.

        Raises TestbedError as ``start`` does.
        """
        with self._lock():
            node = self._node(number)
            if node.find_process() is None:
                self._launch([node], LOG.info)
            node.wait_until_up()
            if all(each.find_process() for each in self.nodes):
                self._wait_until_met()

    def run_node(self, number: int,
                 tell: Callable[[str], None] = LOG.info) -> None:
        """Replace this process by one node, for systemd and its like.

        Raises TestbedError as ``start`` does, or if the node already runs.
        """
        with self._lock():
            self._check_against_kept()
            node = self._node(number)
            if node.find_process() is not None:
                raise testbed.TestbedError(
                    f'{node.name} of cluster {self.name!r} runs already')
            java = self._prepare([node], tell)
        node.become(**java)

    def wait(self, number: int | None = None) -> None:
        """Return when every node serves, or the node with this number.

        Any process may have started them. Raises TestbedError when the time
        is over.
        """
        if number is not None:
            self._node(number).wait_until_serving()
            return
        for node in self.nodes:
            node.wait_until_serving()
        self._wait_until_met()

    def _launch(self, stopped, tell):
        if not stopped:
            return
        java = self._prepare(stopped, tell)
        for node in stopped:
            tell(f'starting {node.name} of cluster {self.name!r} on '
                 f'{node.address}:{self.port}')
            node.launch(**java)
            node.wait_until_up()

    def _prepare(self, nodes, tell):
        """Write the plan; return the Java and the jars that start a node."""
        java = {'java': java_runtime.find(),
                'jars': jar_files.find_or_download(tell)}
        for node in nodes:
            node.check_ports()
        self.plan.write()
        if self.plan.tls:
            certificates.make(self.plan, java['java'])
        return java

    def stop(self) -> bool:
        """Make all nodes flush and end; return whether one was running."""
        with self._lock():
            return self._stop()

    def kill(self, number: int) -> bool:
        """End one node at once (SIGKILL); return whether it was running.

        Raises TestbedError if the cluster has no node with this number.
        """
        return self._node(number).kill()

    def wipe(self) -> None:
        """Stop all nodes and remove data, logs and settings."""
        with self._lock():
            self._stop()
            if self.plan.folder.exists():
                shutil.rmtree(self.plan.folder)
            self._lock_file.unlink(missing_ok=True)

    def status(self) -> list[NodeStatus]:
        """Return what is seen of each node now."""
        return [_status(node) for node in self.nodes]

    def _stop(self):
        # The kept plan says what runs, and this object may have another one.
        # All nodes stop at once, because each needs seconds to end.
        nodes = LocalCluster(self.name).nodes
        with futures.ThreadPoolExecutor(len(nodes)) as threads:
            return any(list(threads.map(local_node.LocalNode.stop, nodes)))

    def _node(self, number):
        if not 1 <= number <= self.plan.nodes:
            raise testbed.TestbedError(
                f'cluster {self.name!r} has no node {number}: it has '
                f'{self.plan.nodes}')
        return self.nodes[number - 1]

    def _lock(self):
        """Return the lock of this cluster between processes.

        Without it two processes find the port free, and both launch:

            start      |--check--launch--wait--|
            start                              |--check: runs already--|
        """
        return fasteners.InterProcessLock(self._lock_file)

    def _check_against_kept(self):
        kept = cluster_plan.find(self.name)
        if kept in (None, self.plan):
            return
        if kept.addresses != self.plan.addresses:
            raise testbed.TestbedError(
                f'cluster {self.name!r} was made on '
                f'{", ".join(kept.addresses)}: wipe it first, or choose '
                'another --name')
        for number in range(1, kept.nodes + 1):
            if local_node.LocalNode(kept, number).find_process():
                raise testbed.TestbedError(
                    f'cluster {self.name!r} runs with other options '
                    f'({_differences(kept, self.plan)}): stop it first, or '
                    'choose another --name')

    def _wait_until_met(self):
        if not waiting.poll(self._all_met, seconds=_MEET_SECONDS):
            raise testbed.TestbedError(
                f'the nodes of cluster {self.name!r} do not see each other '
                f'after {_MEET_SECONDS} s: see '
                f'{self.plan.folder}/*/logs/system.log')

    def _all_met(self):
        # A cluster of one has no other nodes, and cannot have three copies.
        return self.plan.nodes == 1 or all(
            node.serves(_REPLICATED, level='ALL') for node in self.nodes)


def existing() -> list[LocalCluster]:
    """Return all clusters that were started here and not yet wiped."""
    return [LocalCluster(name) for name in cluster_plan.names()]


def _differences(kept, wanted):
    names = [field.name for field in dataclasses.fields(kept)]
    return ', '.join(
        f'{name} {getattr(kept, name)}, not {getattr(wanted, name)}'
        for name in names if getattr(kept, name) != getattr(wanted, name))


def _status(node):
    found = node.find_process()
    return NodeStatus(
        cluster=node.plan.name, node=node.name, address=node.address,
        port=node.plan.port, pid=found.pid if found else None,
        state=str(node.state()), heap=node.plan.heap)
