# SPDX-License-Identifier: Apache-2.0
"""The one door to the Cassandra driver.

Promises: a session connects at its first use and anew after a fork; a write
is sent once and never repeated by the driver, a read that a node turns away
is asked of one more; every failure leaves as one of our errors. Refuses: to
wait and retry, to interpret rows. Read ``outcome`` next.
"""

import dataclasses
import functools
import os
import struct
import threading
import time
import warnings

with warnings.catch_warnings():
    # The driver looks whether eventlet is in use, and eventlet warns of
    # itself at import even where it is not.
    warnings.simplefilter('ignore')
    from cassandra import cluster
    from cassandra import DriverException
    from cassandra import query

from cassandra_scheduler.model import errors
from cassandra_scheduler.store import driver_log
from cassandra_scheduler.store import failures
from cassandra_scheduler.store import outcome
from cassandra_scheduler.store.session import connecting

# The driver makes its loggers when it is imported.
driver_log.shorten()

#: Marks a bind value as "leave this column as it is".
UNSET = query.UNSET_VALUE

READ, CANDIDATES = connecting.READ, connecting.CANDIDATES
SERIAL, CLAIM = connecting.SERIAL, connecting.CLAIM

#: How many statements are under way at once when many are sent.
SIDE_BY_SIDE = 100

#: The longest wait, in seconds, for the connection to one certain node.
ONE_NODE_S = 2.0

_shared = {}
_shared_lock = threading.Lock()
#: What a fork copied. A child must neither use it nor let it be collected,
#: because the driver would then close what still is its parent's.
_inherited = []


def shared_session(settings):
    """Return the session of this process for these connection settings.

    Every service in a process (a test runs a whole cloud in one) uses the
    same pool; the cloud is not part of a connection.
    """
    key = settings.connection()
    with _shared_lock:
        if key not in _shared:
            _shared[key] = Session(key)
        return _shared[key]


def _after_fork_in_child():
    # The thread that held a lock while the parent forked does not exist here.
    global _shared_lock
    _shared_lock = threading.Lock()
    for session in _shared.values():
        session.renew()


os.register_at_fork(after_in_child=_after_fork_in_child)


@dataclasses.dataclass(frozen=True, slots=True)
class _Opened:
    """A connected pool, whose it is, and what it has prepared."""
    pid: int
    cluster: cluster.Cluster
    session: cluster.Session
    prepared: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True)
class Node:
    """A node as others told the driver; ``version`` is like '5.0.9'."""
    address: str
    datacenter: str
    version: str


class Session:
    """A connection pool that opens at first use and again after a fork."""

    def __init__(self, settings):
        self.settings = settings
        self._lock = threading.Lock()
        self._opened = None

    def rows(self, cql, params=(), *, level=READ):
        """Return all rows of a SELECT as a list of dicts, paged through.

        ``level``: READ (the configured read consistency), CANDIDATES (the
        cheap one) or SERIAL (linearizable with the claims).
        """
        try:
            session, statement = self._ready(cql)
            # Further pages are fetched while the list is made.
            return list(session.execute(_bind(statement, params),
                                        execution_profile=level))
        except Exception as exc:
            raise self._translated(exc)

    def row(self, cql, params=(), *, level=READ):
        """Return the first row of a SELECT as a dict, or None."""
        rows = self.rows(cql, params, level=level)
        return rows[0] if rows else None

    def rows_of_many(self, cql, many_params, *, level=READ):
        """Return one list of rows per parameter tuple, read side by side."""
        return self._side_by_side(cql, many_params, level)

    def nodes(self):
        """Return all Nodes of the cluster, up or not, by address."""
        try:
            hosts = self._connected().cluster.metadata.all_hosts()
        except Exception as exc:
            raise self._translated(exc)
        return tuple(sorted(
            (Node(host.address, host.datacenter or '',
                  host.release_version or '') for host in hosts),
            key=lambda node: node.address))

    def rows_at(self, node, cql, params=()):
        """Return all rows of a SELECT, asked of this very Node."""
        try:
            session, statement = self._ready(cql)
            host = self._opened.cluster.metadata.get_host(node.address)
            _wait_for_pool(session, host)
            return list(session.execute(_bind(statement, params),
                                        execution_profile=CANDIDATES,
                                        host=host))
        except Exception as exc:
            raise self._translated(exc)

    def write(self, cql, params=()):
        """Write without a condition, once; the caller owns the columns."""
        self._side_by_side(cql, [params], CLAIM)

    def write_all(self, cql, many_params):
        """Write many rows without a condition, side by side."""
        self._side_by_side(cql, many_params, CLAIM)

    def write_if(self, writes):
        """Send one conditional batch and return its outcome.

        ``writes``: (cql, params) pairs, all in one partition of one table,
        at least one of them with IF. Applied has no state; Rejected carries
        the rows that Cassandra returned, as dicts.
        """
        return self.start_if(writes)()

    def start_if(self, writes):
        """Send one conditional batch; return what waits for its outcome.

        As ``write_if``, for who has something else to do meanwhile. Whoever
        starts must wait: an outcome nobody looked at is unknown.
        """
        try:
            session, bound = self._bound(writes)
        except Exception as exc:
            raise self._translated(exc)
        try:
            sent = session.execute_async(bound, execution_profile=CLAIM)
        except Exception as exc:
            return functools.partial(self._lost, exc)
        return functools.partial(self._outcome, sent)

    def _lost(self, exc):
        """Return Unknown, or raise what says that nothing was written."""
        if failures.may_have_written(exc):
            return outcome.Unknown(failures.brief(exc))
        raise self._translated(exc)

    def _outcome(self, sent):
        try:
            rows = list(sent.result())
        except Exception as exc:
            return self._lost(exc)
        if rows and rows[0].get('[applied]'):
            return outcome.Applied()
        return outcome.Rejected(rows)

    def execute_schema(self, cql):
        """Run one schema statement and wait until all nodes agree."""
        try:
            self._connected().session.execute(cql, timeout=120)
        except Exception as exc:
            raise self._translated(exc)

    def close(self):
        """Close the pool; the next use opens another."""
        with self._lock:
            opened, self._opened = self._opened, None
            if opened is None:
                return
            if opened.pid == os.getpid():
                opened.cluster.shutdown()
            else:
                _inherited.append(opened)

    def renew(self):
        """Forget, in the child of a fork, what belongs to the parent."""
        self._lock = threading.Lock()
        self.close()

    def _bound(self, writes):
        """Return the driver's session and one statement for all writes."""
        batch = query.BatchStatement()
        for cql, params in writes:
            session, statement = self._ready(cql)
            if len(writes) == 1:
                return session, _bind(statement, params)
            batch.add(_bind(statement, params))
        return session, batch

    def _side_by_side(self, cql, many_params, level):
        """Return one list of rows per parameter tuple."""
        many_params, found = list(many_params), []
        try:
            session, statement = self._ready(cql)
            for start in range(0, len(many_params), SIDE_BY_SIDE):
                futures = [session.execute_async(_bind(statement, params),
                                                 execution_profile=level)
                           for params in
                           many_params[start:start + SIDE_BY_SIDE]]
                found += [list(future.result()) for future in futures]
            return found
        except Exception as exc:
            raise self._translated(exc)

    def _translated(self, exc):
        if isinstance(exc, errors.SchedulerError):
            return exc
        return failures.translate(exc, self.settings) or exc

    def _ready(self, cql):
        opened = self._connected()
        statement = opened.prepared.get(cql)
        if statement is None:
            statement = opened.prepared[cql] = opened.session.prepare(
                cql.replace('{keyspace}', self.settings.keyspace))
        return opened.session, statement

    def _connected(self):
        opened = self._opened
        if opened is not None and opened.pid == os.getpid():
            return opened
        with self._lock:
            if self._opened is None or self._opened.pid != os.getpid():
                if self._opened is not None:
                    _inherited.append(self._opened)
                pool = connecting.cluster_for(self.settings)
                try:
                    session = pool.connect()
                except Exception:
                    pool.shutdown()
                    raise
                self._learn_replicas(pool)
                self._opened = _Opened(os.getpid(), pool, session)
            return self._opened

    def _learn_replicas(self, pool):
        """Let the driver ask a node that has the partition, if it can.

        It does not load the schema, so it is told of our keyspace alone.
        """
        try:
            pool.refresh_keyspace_metadata(self.settings.keyspace,
                                           max_schema_agreement_wait=0)
        except DriverException:
            pass


def _wait_for_pool(session, host):
    """Return once this host can be asked, or is not likely to be soon.

    The driver is content with one host and connects to the others later.
    """
    until = time.monotonic() + ONE_NODE_S
    while (host.is_up is not False and host not in session.get_pool_state()
           and time.monotonic() < until):
        time.sleep(0.01)


def _bind(statement, params):
    """Return a prepared statement with its values, all of them checked."""
    try:
        bound = statement.bind(params)
        # Otherwise a key that is too long is only noticed when it is sent.
        bound.routing_key
    except (AttributeError, OverflowError, TypeError, ValueError,
            struct.error) as exc:
        raise errors.InvalidValue(
            f'A value cannot be stored: {failures.brief(exc)}') from None
    return bound
