# SPDX-License-Identifier: Apache-2.0
"""A local cluster: started, asked, stopped and wiped as a whole."""

from collections.abc import Callable
from concurrent import futures
import dataclasses
import logging
import os
import pathlib
import shutil

from cassandra_scheduler.local import certificates
from cassandra_scheduler.local import failures
from cassandra_scheduler.local import folders
from cassandra_scheduler.local import jars as jar_files
from cassandra_scheduler.local import java as java_runtime
from cassandra_scheduler.local import lock
from cassandra_scheduler.local import native_protocol
from cassandra_scheduler.local import node as local_node
from cassandra_scheduler.local import plan as plans
from cassandra_scheduler.local import ports
from cassandra_scheduler.local import process

LOG = logging.getLogger(__name__)

_MEET_SECONDS = 60
# Cassandra keeps three copies of this table, so ALL asks three nodes.
_REPLICATED = ('SELECT keyspace_name FROM system_distributed.repair_history '
               'LIMIT 1')


@dataclasses.dataclass(frozen=True)
class NodeStatus:
    """What is seen of one node.

    :ivar pid: None unless its process runs
    :ivar state: 'stopped', 'starting' or 'up'
    """

    cluster: str
    node: str
    address: str
    port: int
    pid: int | None
    state: str
    heap: str


class Cluster:
    """A Cassandra of one or several nodes on this machine.

    ``Cluster(name='mine', nodes=3, heap='768M', port=9142)``: the fields
    are those of :class:`~cassandra_scheduler.local.plan.Plan`. A field that
    is not given is what the cluster was last started with.
    """

    def __init__(self, name: str = 'default', **wishes):
        """Describe the cluster; nothing is started or written yet.

        :raises LocalClusterError: a field is out of its range
        """
        kept = plans.find(plans.Plan(name).name)
        self.plan = dataclasses.replace(kept or plans.Plan(name), **wishes)

    @classmethod
    def on_fresh_ports(cls, name: str | None = None, **wishes) -> 'Cluster':
        """Describe a new cluster on ports nobody else listens on.

        :param name: None: one that no other process has
        """
        name = name or 'fresh-%d-%s' % (os.getpid(), os.urandom(3).hex())
        plan = plans.Plan(name, **wishes)
        port = ports.fresh(plan.addresses, below=plans.STORAGE_BELOW_NATIVE)
        return cls(name, port=port, **wishes)

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
        """Return the certificate (PEM) clients must trust, if TLS is on."""
        return certificates.certificate(self.plan) if self.plan.tls else None

    @property
    def nodes(self) -> list[local_node.Node]:
        """Return the nodes, the seed first."""
        return [local_node.Node(self.plan, number)
                for number in range(1, self.plan.nodes + 1)]

    def start(self, tell: Callable[[str], None] = LOG.info) -> bool:
        """Start what does not run and return once every node serves.

        Nodes start one after another, as Cassandra wants it when they join.
        Nothing happens to nodes that run already.

        :param tell: is told in a few words what takes long
        :return: whether any node had to be started
        :raises LocalClusterError: Java, Maven or a port is missing, a node
            fails, or the cluster exists and was made in another way
        """
        with self._alone():
            self._check_against_kept()
            stopped = [node for node in self.nodes
                       if node.find_process() is None]
            self._launch(stopped, tell)
            for node in self.nodes:
                node.wait_until_up()
            self._wait_until_met()
            return bool(stopped)

    def start_node(self, number: int) -> None:
        """Start one node again, say after :meth:`kill`; return when up.

        :raises LocalClusterError: as :meth:`start`
        """
        with self._alone():
            node = self._node(number)
            if node.find_process() is None:
                self._launch([node], LOG.info)
            node.wait_until_up()
            if all(each.find_process() for each in self.nodes):
                self._wait_until_met()

    def run_node(self, number: int,
                 tell: Callable[[str], None] = LOG.info) -> None:
        """Let this process go on as one node; for whoever watches services.

        Returns only by an error.

        :raises LocalClusterError: as :meth:`start`, or it runs already
        """
        with self._alone():
            self._check_against_kept()
            node = self._node(number)
            if node.find_process() is not None:
                raise failures.LocalClusterError(
                    '%s of cluster %r runs already' % (node.name, self.name))
            java = self._prepare([node], tell)
        node.become(**java)

    def wait(self, number: int | None = None) -> None:
        """Return once every node serves, whoever started it.

        :param number: None: all; otherwise this node is enough
        :raises LocalClusterError: time is over
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
            tell('starting %s of cluster %r on %s:%d'
                 % (node.name, self.name, node.address, self.port))
            node.launch(**java)
            node.wait_until_up()

    def _prepare(self, nodes, tell):
        """Return what starts a node, once nothing is in its way."""
        java = {'java': java_runtime.find(),
                'jars': jar_files.find_or_download(tell)}
        for node in nodes:
            node.check_ports()
        self.plan.write()
        if self.plan.tls:
            certificates.make(self.plan, java['java'])
        return java

    def stop(self) -> bool:
        """Let all nodes flush and end; return whether any was running."""
        with self._alone():
            return self._stop()

    def kill(self, number: int) -> bool:
        """End one node at once, as a fault would (SIGKILL).

        :param number: which node, from 1
        :return: whether it was running
        :raises LocalClusterError: the cluster has no such node
        """
        return self._node(number).kill()

    def wipe(self) -> None:
        """Stop all nodes and remove data, logs and settings."""
        with self._alone():
            self._stop()
            if self.plan.folder.exists():
                shutil.rmtree(self.plan.folder)

    def status(self) -> list[NodeStatus]:
        """Return what is seen of each node now."""
        return [_status(node) for node in self.nodes]

    def _stop(self):
        # What runs is what was kept, whatever this object wishes for. Side
        # by side, since each node takes seconds to say goodbye.
        nodes = Cluster(self.name).nodes
        with futures.ThreadPoolExecutor(len(nodes)) as threads:
            return any(list(threads.map(local_node.Node.stop, nodes)))

    def _node(self, number):
        if not 1 <= number <= self.plan.nodes:
            raise failures.LocalClusterError(
                'cluster %r has no node %d: it has %d'
                % (self.name, number, self.plan.nodes))
        return self.nodes[number - 1]

    def _alone(self):
        # start      |--check--launch--wait--|
        # start                              |--check: runs already--|
        # Without the lock both would find the port free and launch.
        return lock.alone(folders.clusters() / ('.%s.lock' % self.name))

    def _check_against_kept(self):
        kept = plans.find(self.name)
        if kept in (None, self.plan):
            return
        if kept.addresses != self.plan.addresses:
            raise failures.LocalClusterError(
                'cluster %r was made on %s: wipe it first, or choose another '
                '--name' % (self.name, ', '.join(kept.addresses)))
        for number in range(1, kept.nodes + 1):
            if local_node.Node(kept, number).find_process():
                raise failures.LocalClusterError(
                    'cluster %r runs with other options (%s): stop it first, '
                    'or choose another --name'
                    % (self.name, _differences(kept, self.plan)))

    def _wait_until_met(self):
        if not process.poll(self._all_met, seconds=_MEET_SECONDS):
            raise failures.LocalClusterError(
                'the nodes of cluster %r do not see each other after %d s: '
                'see %s/*/logs/system.log'
                % (self.name, _MEET_SECONDS, self.plan.folder))

    def _all_met(self):
        # A cluster of one cannot have three copies, and has nobody to meet.
        return self.plan.nodes == 1 or all(
            node.serves(_REPLICATED, consistency=native_protocol.ALL)
            for node in self.nodes)


def existing() -> list[Cluster]:
    """Return all clusters that were started here and not yet wiped."""
    return [Cluster(name) for name in plans.names()]


def _differences(kept, wished):
    names = [field.name for field in dataclasses.fields(kept)]
    return ', '.join(
        '%s %s, not %s' % (name, getattr(kept, name), getattr(wished, name))
        for name in names if getattr(kept, name) != getattr(wished, name))


def _status(node):
    found = node.find_process()
    return NodeStatus(
        cluster=node.plan.name, node=node.name, address=node.address,
        port=node.plan.port, pid=found.pid if found else None,
        state=str(node.state()), heap=node.plan.heap)
