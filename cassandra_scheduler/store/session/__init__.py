# SPDX-License-Identifier: Apache-2.0
"""The one door to the Cassandra driver.

Promises: a session connects at its first use and again after a fork. The
driver sends a write once and never repeats it; it asks one more node for a
read that the first node refused. Every failure becomes one of our errors.
Refuses: to wait and retry, to interpret rows. Read ``levels`` and ``outcome``
next.
"""

from collections.abc import Callable, Iterable, Sequence
import functools
import os
import struct
import threading
from typing import Any

from cassandra import cluster
from cassandra import query

from cassandra_scheduler.model import errors
from cassandra_scheduler.store import driver_log
from cassandra_scheduler.store import failures
from cassandra_scheduler.store import outcome
from cassandra_scheduler.store.session import levels
from cassandra_scheduler.store.session import nodes as session_nodes
from cassandra_scheduler.store.session import pool
from cassandra_scheduler.store import settings as store_settings

# The driver makes its loggers when it is imported.
driver_log.shorten()

#: Column -> value, of types that only the statement knows.
Row = dict[str, Any]
#: The values of a statement.
Params = Sequence[object]
#: (statement, its values) pairs.
Batch = Sequence[tuple[str, Params]]
#: Of a batch: Cassandra returns rows if it rejects it.
SentOutcome = outcome.Outcome[None, list[Row]]

#: As a bind value: leave this column as it is.
UNSET = query.UNSET_VALUE

READ, CANDIDATES = levels.READ, levels.CANDIDATES
SERIAL, WRITE = levels.SERIAL, levels.WRITE
ClusterNode = session_nodes.ClusterNode

#: How many statements are under way at once when many are sent.
SIDE_BY_SIDE = 100

_shared: dict[store_settings.Settings, 'Session'] = {}
_shared_lock = threading.Lock()


def shared_session(settings: store_settings.Settings) -> 'Session':
    """Return the session of this process for these connection settings.

    All services of a process use the same connections; a test runs a whole
    cloud in one process. The cloud is not part of a connection.
    """
    key = settings.connection()
    with _shared_lock:
        if key not in _shared:
            _shared[key] = Session(key)
        return _shared[key]


def _after_fork_in_child() -> None:
    # The thread that held a lock while the parent forked does not exist here.
    global _shared_lock
    _shared_lock = threading.Lock()
    for session in _shared.values():
        session.renew()


os.register_at_fork(after_in_child=_after_fork_in_child)


class Session:
    """A connection pool that opens at first use and again after a fork."""

    def __init__(self, settings: store_settings.Settings) -> None:
        self.settings = settings
        self._pool = pool.Pool(settings)

    def rows(self, cql: str, params: Params = (), *, level: str = READ
             ) -> list[Row]:
        """Return all rows of a SELECT, of all its pages, as a list of dicts.

        ``level``: READ, CANDIDATES or SERIAL; see ``levels``.
        """
        try:
            session, statement = self._ready(cql)
            # Further pages are fetched while the list is made.
            return list(session.execute(_bind(statement, params),
                                        execution_profile=level))
        except Exception as exc:
            raise self._translated(exc)

    def row(self, cql: str, params: Params = (), *, level: str = READ
            ) -> Row | None:
        """Return the first row of a SELECT as a dict, or None."""
        rows = self.rows(cql, params, level=level)
        return rows[0] if rows else None

    def rows_of_many(self, cql: str, many_params: Iterable[Params], *,
                     level: str = READ) -> list[list[Row]]:
        """Return one list of rows per parameter tuple, read side by side."""
        return self._side_by_side(cql, many_params, level)

    def nodes(self) -> tuple[ClusterNode, ...]:
        """Return all ClusterNodes, up or not, by address."""
        try:
            return session_nodes.known(self._connected().cluster)
        except Exception as exc:
            raise self._translated(exc)

    def rows_at(self, node: ClusterNode, cql: str, params: Params = (), *,
                level: str = READ) -> list[Row]:
        """Return all rows of a SELECT that one certain ClusterNode answers.

        The node coordinates the read; at CANDIDATES, by default LOCAL_ONE,
        it answers a read of its own tables alone.
        """
        try:
            session, statement = self._ready(cql)
            host = session_nodes.wait_for(self._connected(), node)
            return list(session.execute(_bind(statement, params),
                                        execution_profile=level, host=host))
        except Exception as exc:
            raise self._translated(exc)

    def write(self, cql: str, params: Params = ()) -> None:
        """Write without a condition, once. The caller owns the columns."""
        self._side_by_side(cql, [params], WRITE)

    def write_all(self, cql: str, many_params: Iterable[Params]) -> None:
        """Write many rows without a condition, side by side."""
        self._side_by_side(cql, many_params, WRITE)

    def write_if(self, writes: Batch) -> SentOutcome:
        """Send one conditional batch and return its outcome.

        ``writes``: (cql, params) pairs, all in one partition of one table,
        at least one of them with IF. Applied has no state; Rejected carries
        the rows that Cassandra returned, as dicts.
        """
        return self.start_if(writes)()

    def start_if(self, writes: Batch) -> Callable[[], SentOutcome]:
        """Send one conditional batch; return a function that waits for it.

        Asynchronous variant of ``write_if``. Always call the function it
        returns: an outcome that nobody looked at is unknown.
        """
        try:
            session, bound = self._bound(writes)
        except Exception as exc:
            raise self._translated(exc)
        try:
            sent = session.execute_async(bound, execution_profile=WRITE)
        except Exception as exc:
            return functools.partial(self._lost, exc)
        return functools.partial(self._outcome, sent)

    def _lost(self, exc: Exception) -> outcome.Unknown:
        """Return Unknown; raise if it is certain that nothing was written."""
        if failures.may_have_written(exc):
            return outcome.Unknown(failures.brief(exc))
        raise self._translated(exc)

    def _outcome(self, sent: cluster.ResponseFuture) -> SentOutcome:
        try:
            rows = list(sent.result())
        except Exception as exc:
            return self._lost(exc)
        if rows and rows[0].get('[applied]'):
            return outcome.Applied()
        return outcome.Rejected(rows)

    def execute_schema(self, cql: str) -> None:
        """Run one schema statement and wait until all nodes agree."""
        try:
            self._connected().session.execute(cql, timeout=120)
        except Exception as exc:
            raise self._translated(exc)

    def close(self) -> None:
        """Close the connections; the next use opens others."""
        self._pool.close()

    def renew(self) -> None:
        """Forget, in the child of a fork, what belongs to the parent."""
        self._pool.renew()

    def _bound(self, writes: Batch) -> tuple[cluster.Session, query.Statement]:
        """Return the driver's session, and one statement for all writes."""
        batch = query.BatchStatement()
        for cql, params in writes:
            session, statement = self._ready(cql)
            if len(writes) == 1:
                return session, _bind(statement, params)
            batch.add(_bind(statement, params))
        return session, batch

    def _side_by_side(self, cql: str, many_params: Iterable[Params],
                      level: str) -> list[list[Row]]:
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

    def _translated(self, exc: Exception) -> Exception:
        if isinstance(exc, errors.SchedulerError):
            return exc
        return failures.translate(exc, self.settings) or exc

    def _ready(self, cql: str
               ) -> tuple[cluster.Session, query.PreparedStatement]:
        opened = self._connected()
        statement = opened.prepared.get(cql)
        if statement is None:
            statement = opened.prepared[cql] = opened.session.prepare(
                cql.replace('{keyspace}', self.settings.keyspace))
        return opened.session, statement

    def _connected(self) -> pool.Opened:
        return self._pool.opened()


def _bind(statement: query.PreparedStatement, params: Params
          ) -> query.BoundStatement:
    """Return a prepared statement with its values. Checks all values."""
    try:
        bound = statement.bind(params)
        # Without this a key that is too long is noticed only when it is sent.
        bound.routing_key
    except (AttributeError, OverflowError, TypeError, ValueError,
            struct.error) as exc:
        raise errors.InvalidValue(
            f'A value cannot be stored: {failures.brief(exc)}') from None
    return bound
