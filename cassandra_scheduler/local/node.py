# SPDX-License-Identifier: Apache-2.0
"""One node of a local cluster: its files, its process, its answers."""

import dataclasses
import enum
import pathlib
import ssl

import psutil

from cassandra_scheduler.local import certificates
from cassandra_scheduler.local import configuration
from cassandra_scheduler.local import failures
from cassandra_scheduler.local import jars as jar_files
from cassandra_scheduler.local import java as java_runtime
from cassandra_scheduler.local import native_protocol
from cassandra_scheduler.local import plan as plans
from cassandra_scheduler.local import ports
from cassandra_scheduler.local import process

# The superuser every Cassandra with authentication starts out with.
USER = PASSWORD = 'cassandra'
_START_SECONDS = 240
_STOP_SECONDS = 30
_LOCAL = 'SELECT release_version FROM system.local'


class State(enum.StrEnum):
    """How a node is found."""

    STOPPED = 'stopped'
    STARTING = 'starting'
    UP = 'up'


@dataclasses.dataclass(frozen=True)
class Node:
    """A node, named by its cluster's plan and its number from 1."""

    plan: plans.Plan
    number: int

    @property
    def name(self) -> str:
        """Return the node's name within its cluster."""
        return self.folder.name

    @property
    def address(self) -> str:
        """Return the address it listens on."""
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
        uri = (self.folder / configuration.YAML).absolute().as_uri()
        return java_runtime.CONFIG + uri

    def find_process(self) -> psutil.Process | None:
        """Return its process if one runs."""
        return process.find(self._pid_file, self._mark)

    def state(self) -> State:
        """Return how the node is found now; asks it if it runs."""
        if self.find_process() is None:
            return State.STOPPED
        return State.UP if self.serves() else State.STARTING

    def check_ports(self) -> None:
        """Return if its process could be started now.

        :raises LocalClusterError: one of its ports is taken
        """
        for port in (self.plan.port, self.plan.internode_port):
            ports.check_free(self.address, port)

    def launch(self, *, java: str, jars: jar_files.Jars) -> None:
        """Start its process; it does not serve yet on return."""
        process.launch(self._command(java, jars), log=self.output,
                       pid_file=self._pid_file)

    def become(self, *, java: str, jars: jar_files.Jars) -> None:
        """Let this process go on as the node; does not return."""
        command = self._command(java, jars)
        self.output.parent.mkdir(parents=True, exist_ok=True)
        process.become(command, pid_file=self._pid_file)

    def _command(self, java, jars):
        """Write its settings; return what starts it."""
        configuration.write(self.plan, self.number)
        logback = (self.folder / configuration.LOGBACK).absolute().as_uri()
        return [
            java, *java_runtime.options(self.plan),
            '-javaagent:' + jars.agent,
            self._mark,
            '-Dlogback.configurationFile=' + logback,
            '-Dcassandra.storagedir=%s' % self.folder,
            '-Dcassandra.logdir=%s' % self.output.parent,
            '-XX:ErrorFile=%s' % (self.output.parent / 'java_%p.log'),
            '-cp', ':'.join([str(self.folder), *jars.class_path]),
            java_runtime.MAIN_CLASS]

    def wait_until_up(self) -> None:
        """Return once the node answers a query.

        :raises LocalClusterError: its process ended, or time is over
        """
        if not process.poll(self._serves_or_ended, seconds=_START_SECONDS):
            raise failures.LocalClusterError(
                '%s of cluster %r did not serve within %d s: see %s'
                % (self.name, self.plan.name, _START_SECONDS,
                   self.output.parent))

    def wait_until_serving(self) -> None:
        """Return once the node answers, even if its process is yet to come.

        :raises LocalClusterError: time is over
        """
        if not process.poll(self.serves, seconds=_START_SECONDS):
            raise failures.LocalClusterError(
                'nobody answers on %s:%d after %d s%s: see %s'
                % (self.address, self.plan.port, _START_SECONDS,
                   self._last_words(), self.output.parent))

    def _serves_or_ended(self):
        if self.find_process() is None:
            raise failures.LocalClusterError(
                '%s of cluster %r ended while it started%s: see %s'
                % (self.name, self.plan.name, self._last_words(),
                   self.output.parent))
        return self.serves()

    def _last_words(self):
        lines = []
        for path in (self.output, self.output.with_name('system.log')):
            if path.exists():
                lines += path.read_text(errors='replace').splitlines()
        said = [line.strip() for line in lines
                if 'ERROR' in line or 'Exception' in line or 'Error' in line]
        return ' (%s)' % said[-1][:200] if said else ''

    def serves(self, cql: str = _LOCAL, *,
               consistency: int = native_protocol.ONE) -> bool:
        """Return whether the node answers a query with a result."""
        try:
            with native_protocol.Connection(
                    self.address, self.plan.port,
                    tls=self._tls()) as connection:
                connection.options()
                connection.start(USER, PASSWORD)
                connection.query(cql, consistency=consistency)
        except native_protocol.NotServing:
            return False
        return True

    def _tls(self):
        if not self.plan.tls:
            return None
        return ssl.create_default_context(
            cafile=certificates.certificate(self.plan))

    def stop(self) -> bool:
        """Let the node flush and end; return whether it was running."""
        return self._end(
            lambda found: process.end(found, seconds=_STOP_SECONDS))

    def kill(self) -> bool:
        """End the node at once, as a fault would; tell if it was running."""
        return self._end(process.kill)

    def _end(self, how):
        found = self.find_process()
        if found is not None:
            how(found)
        self._pid_file.unlink(missing_ok=True)
        return found is not None
