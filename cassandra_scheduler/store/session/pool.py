# SPDX-License-Identifier: Apache-2.0
"""The connections of one process: opened at first use, and after a fork.

    parent                              child
    opens at the first statement
    fork --------------------------->   renew: keeps the copy, never uses it
    goes on with its own                opens its own at the first statement
"""

import dataclasses
import os
import threading
import warnings

with warnings.catch_warnings():
    # The driver checks whether eventlet is in use. The import of eventlet
    # prints a warning even where it is not in use.
    warnings.simplefilter('ignore')
    from cassandra import cluster
    from cassandra import DriverException
    from cassandra import query

from cassandra_scheduler.store.session import connecting
from cassandra_scheduler.store import settings as store_settings

#: What a fork copied. A child must not use it, and the garbage
#: collector must not take it: the driver would close the parent's connections.
_inherited: list['Opened'] = []


@dataclasses.dataclass(frozen=True, slots=True)
class Opened:
    """Open connections, the process that owns them, what it has prepared."""
    pid: int
    cluster: cluster.Cluster
    session: cluster.Session
    prepared: dict[str, query.PreparedStatement] = dataclasses.field(
        default_factory=dict)


class Pool:
    """Connections for these settings; nothing is connected before use."""

    def __init__(self, settings: store_settings.Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._opened: Opened | None = None

    @property
    def is_open(self) -> bool:
        """Return whether something is connected."""
        return self._opened is not None

    def opened(self) -> Opened:
        """Return the Opened connections of this process; open them if needed.

        Raises what the driver raises.
        """
        opened = self._opened
        if opened is not None and opened.pid == os.getpid():
            return opened
        with self._lock:
            if self._opened is None or self._opened.pid != os.getpid():
                if self._opened is not None:
                    _inherited.append(self._opened)
                self._opened = _open(self._settings)
            return self._opened

    def close(self) -> None:
        """Close the connections; the next use opens others."""
        with self._lock:
            opened, self._opened = self._opened, None
            if opened is None:
                return
            if opened.pid == os.getpid():
                opened.cluster.shutdown()
            else:
                _inherited.append(opened)

    def renew(self) -> None:
        """Forget, in the child of a fork, what belongs to the parent."""
        self._lock = threading.Lock()
        self.close()


def _open(settings: store_settings.Settings) -> Opened:
    connections = connecting.cluster_for(settings)
    try:
        session = connections.connect()
    except Exception:
        connections.shutdown()
        raise
    _learn_replicas(connections, settings.keyspace)
    return Opened(os.getpid(), connections, session)


def _learn_replicas(connections: cluster.Cluster, keyspace: str) -> None:
    """Make the driver ask a node that has the partition, where it can.

    The driver does not load the schema, so it is told of our keyspace alone.
    """
    try:
        connections.refresh_keyspace_metadata(keyspace,
                                              max_schema_agreement_wait=0)
    except DriverException:
        pass
