# SPDX-License-Identifier: Apache-2.0
"""One node of a local cluster: its files, its process, its answers."""

import contextlib
import dataclasses
import enum
import logging
import pathlib

import psutil

from cassandra_scheduler.model import errors
from cassandra_scheduler.store import session as store_session
from cassandra_scheduler.store import settings as store_settings
from cassandra_scheduler import testbed
from cassandra_scheduler.testbed import cassandra_yaml
from cassandra_scheduler.testbed import certificates
from cassandra_scheduler.testbed import cluster_plan
from cassandra_scheduler.testbed import jars as jar_files
from cassandra_scheduler.testbed import java as java_runtime
from cassandra_scheduler.testbed import ports
from cassandra_scheduler.testbed import processes
from cassandra_scheduler.testbed import waiting

# The first superuser of every Cassandra with authentication.
USER = PASSWORD = 'cassandra'
_START_SECONDS = 240
_STOP_SECONDS = 30
_LOCAL = 'SELECT release_version FROM system.local'


class NodeState(enum.StrEnum):
    """What a node does now."""

    STOPPED = 'stopped'
    STARTING = 'starting'
    UP = 'up'


@dataclasses.dataclass(frozen=True)
class LocalNode:
    """A node: its cluster's plan and its number, from 1."""

    plan: cluster_plan.ClusterPlan
    number: int

    @property
    def name(self) -> str:
        """Return the node's name within its cluster."""
        return self.folder.name

    @property
    def address(self) -> str:
        """Return the address where it listens."""
        return self.plan.addresses[self.number - 1]

    @property
    def folder(self) -> pathlib.Path:
        """Return the folder of its data, logs and settings."""
        return self.plan.node_folder(self.number)

    @property
    def output(self) -> pathlib.Path:
        """Return the file that takes what Java prints."""
        return self.folder / 'logs' / 'output.log'

    @property
    def _pid_file(self):
        return self.folder / 'cassandra.pid'

    @property
    def _mark(self):
        uri = (self.folder / cassandra_yaml.YAML).absolute().as_uri()
        return java_runtime.CONFIG + uri

    def find_process(self) -> psutil.Process | None:
        """Return its process if it runs."""
        return processes.find(self._pid_file, self._mark)

    def state(self) -> NodeState:
        """Return what the node does now; send it a query if it runs."""
        if self.find_process() is None:
            return NodeState.STOPPED
        return NodeState.UP if self.serves() else NodeState.STARTING

    def check_ports(self) -> None:
        """Raise TestbedError if another process has one of its ports."""
        for port in (self.plan.port, self.plan.internode_port):
            ports.check_free(self.address, port)

    def launch(self, *, java: str, jars: jar_files.Jars) -> None:
        """Start its process; return before it serves."""
        processes.launch(self._command(java, jars), log=self.output,
                         pid_file=self._pid_file)

    def become(self, *, java: str, jars: jar_files.Jars) -> None:
        """Replace this process by the node; do not return."""
        command = self._command(java, jars)
        self.output.parent.mkdir(parents=True, exist_ok=True)
        processes.become(command, pid_file=self._pid_file)

    def _command(self, java, jars):
        """Write its settings; return the command that starts it."""
        cassandra_yaml.write(self.plan, self.number)
        logback = (self.folder / cassandra_yaml.LOGBACK).absolute().as_uri()
        logs = self.output.parent
        return [
            java, *java_runtime.options(self.plan),
            f'-javaagent:{jars.agent}', self._mark,
            f'-Dlogback.configurationFile={logback}',
            f'-Dcassandra.storagedir={self.folder}',
            f'-Dcassandra.logdir={logs}',
            f'-XX:ErrorFile={logs / "java_%p.log"}',
            '-cp', ':'.join([str(self.folder), *jars.class_path]),
            java_runtime.MAIN_CLASS]

    def wait_until_up(self) -> None:
        """Return when the node answers a query.

        Raises TestbedError if its process ends or the time is over.
        """
        if not waiting.poll(self._serves_or_ended, seconds=_START_SECONDS):
            raise testbed.TestbedError(
                f'{self.name} of cluster {self.plan.name!r} did not serve '
                f'within {_START_SECONDS} s: see {self.output.parent}')

    def wait_until_serving(self) -> None:
        """Return when the node answers, even if its process starts later.

        Raises TestbedError if the time is over.
        """
        if not waiting.poll(self.serves, seconds=_START_SECONDS):
            raise testbed.TestbedError(
                f'no answer on {self.address}:{self.plan.port} after '
                f'{_START_SECONDS} s{self._last_error()}: see '
                f'{self.output.parent}')

    def _serves_or_ended(self):
        if self.find_process() is None:
            raise testbed.TestbedError(
                f'{self.name} of cluster {self.plan.name!r} ended while it '
                f'started{self._last_error()}: see {self.output.parent}')
        return self.serves()

    def _last_error(self):
        lines = []
        for path in (self.output, self.output.with_name('system.log')):
            if path.exists():
                lines += path.read_text(errors='replace').splitlines()
        said = [line.strip() for line in lines
                if 'ERROR' in line or 'Exception' in line or 'Error' in line]
        return f' ({said[-1][:200]})' if said else ''

    def settings(self, **changes) -> store_settings.Settings:
        """Return the store's Settings that lead to this node first."""
        plan = self.plan
        login = {'username': USER, 'password': PASSWORD}
        tls = {'ssl_ca_file': str(certificates.certificate(plan))}
        return store_settings.Settings(**{
            'contact_points': (self.address,), 'port': plan.port,
            **(login if plan.authentication else {}),
            **(tls if plan.tls else {}), **changes})

    def serves(self, cql: str = _LOCAL, *, level: str = 'ONE') -> bool:
        """Return whether this very node answers a query at this level."""
        if not ports.listens(self.address, self.plan.port):
            return False
        session = store_session.Session(
            self.settings(candidate_consistency=level))
        with _silent_driver(), contextlib.closing(session):
            try:
                here = [node for node in session.nodes()
                        if node.address == self.address]
                return bool(here) and session.rows_at(
                    here[0], cql) is not None
            except errors.SchedulerError:
                return False

    def stop(self) -> bool:
        """Make the node flush and end; return whether it was running."""
        return self._end(
            lambda found: processes.end(found, seconds=_STOP_SECONDS))

    def kill(self) -> bool:
        """End the node at once, as a fault would; say if it was running."""
        return self._end(processes.kill)

    def _end(self, how):
        found = self.find_process()
        if found is not None:
            how(found)
        self._pid_file.unlink(missing_ok=True)
        return found is not None


@contextlib.contextmanager
def _silent_driver():
    """Keep the driver from logging each attempt to reach a node."""
    driver = logging.getLogger('cassandra')
    level = driver.level
    driver.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        driver.setLevel(level)
