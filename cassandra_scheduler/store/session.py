# SPDX-License-Identifier: Apache-2.0
"""The one door to the Cassandra driver.

Promises: a session connects at its first use and anew after a fork; a write
is sent once and never repeated by the driver; every failure leaves as one of
our errors. Refuses: to retry, to interpret rows. Read ``outcome`` next.
"""

import os
import ssl
import threading
import warnings

with warnings.catch_warnings():
    # The driver looks whether eventlet is in use, and eventlet warns of
    # itself at import even where it is not.
    warnings.simplefilter('ignore')
    from cassandra import auth
    from cassandra import cluster
    from cassandra import ConsistencyLevel
    from cassandra import policies
    from cassandra import query

from cassandra_scheduler.model import errors
from cassandra_scheduler.store import failures
from cassandra_scheduler.store import outcome

#: Marks a bind value as "leave this column as it is".
UNSET = query.UNSET_VALUE

READ, CANDIDATES, SERIAL, CLAIM = 'read', 'candidates', 'serial', 'claim'

_shared = {}
_shared_lock = threading.Lock()


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


class Session:
    """A connection pool that opens at first use and again after a fork."""

    def __init__(self, settings):
        self.settings = settings
        self._lock = threading.Lock()
        self._pid = None
        self._cluster = None
        self._session = None
        self._prepared = {}

    def rows(self, cql, params=(), *, level=READ):
        """Return all rows of a SELECT as a list of dicts, paged through.

        ``level``: READ (the configured read consistency), CANDIDATES (the
        cheap one) or SERIAL (linearizable with the claims).
        """
        return list(self._execute(cql, params, level))

    def row(self, cql, params=(), *, level=READ):
        """Return the first row of a SELECT as a dict, or None."""
        return next(iter(self._execute(cql, params, level)), None)

    def rows_of_many(self, cql, many_params, *, level=READ):
        """Return one list of rows per parameter tuple, read side by side."""
        try:
            session, statement = self._ready(cql)
            futures = [session.execute_async(statement, params,
                                             execution_profile=level)
                       for params in many_params]
            return [list(future.result()) for future in futures]
        except Exception as exc:
            raise self._translated(exc)

    def write(self, cql, params=()):
        """Write without a condition, once; the caller owns the columns."""
        self._execute(cql, params, CLAIM)

    def write_all(self, cql, many_params):
        """Write many rows without a condition, side by side."""
        try:
            session, statement = self._ready(cql)
            for start in range(0, len(many_params), 100):
                futures = [session.execute_async(
                    statement, params, execution_profile=CLAIM)
                    for params in many_params[start:start + 100]]
                for future in futures:
                    future.result()
        except Exception as exc:
            raise self._translated(exc)

    def write_if(self, writes):
        """Send one conditional batch and return its outcome.

        ``writes``: (cql, params) pairs, all in one partition of one table,
        at least one of them with IF. Applied has no state; Rejected carries
        the rows that Cassandra returned, as dicts.
        """
        try:
            rows = self._send_conditional(writes)
        except errors.SchedulerError:
            raise
        except Exception as exc:
            if failures.may_have_written(exc):
                return outcome.Unknown(failures.brief(exc))
            raise self._translated(exc)
        if rows and rows[0].get('[applied]'):
            return outcome.Applied()
        return outcome.Rejected(rows)

    def execute_schema(self, cql):
        """Run one schema statement and wait until all nodes agree."""
        try:
            self._connected().execute(cql, timeout=120)
        except Exception as exc:
            raise self._translated(exc)

    def close(self):
        """Close the pool; the next use opens another."""
        with self._lock:
            if self._cluster is not None and self._pid == os.getpid():
                self._cluster.shutdown()
            self._cluster = self._session = self._pid = None
            self._prepared = {}

    def _send_conditional(self, writes):
        if len(writes) == 1:
            cql, params = writes[0]
            session, statement = self._ready(cql)
            return list(session.execute(statement, params,
                                        execution_profile=CLAIM))
        session = self._connected()
        batch = query.BatchStatement()
        for cql, params in writes:
            batch.add(self._ready(cql)[1], params)
        return list(session.execute(batch, execution_profile=CLAIM))

    def _execute(self, cql, params, level):
        try:
            session, statement = self._ready(cql)
            return session.execute(statement, params,
                                   execution_profile=level)
        except Exception as exc:
            raise self._translated(exc)

    def _translated(self, exc):
        if isinstance(exc, errors.SchedulerError):
            return exc
        if isinstance(exc, (TypeError, ValueError, OverflowError)):
            return errors.InvalidValue(
                f'A value cannot be stored: {failures.brief(exc)}')
        return failures.translate(exc, self.settings) or exc

    def _ready(self, cql):
        session = self._connected()
        statement = self._prepared.get(cql)
        if statement is None:
            statement = self._prepared[cql] = session.prepare(
                cql.replace('{keyspace}', self.settings.keyspace))
        return session, statement

    def _connected(self):
        if self._pid == os.getpid():
            return self._session
        with self._lock:
            if self._pid != os.getpid():
                # After a fork the parent's sockets are not ours to close.
                self._prepared = {}
                self._cluster = self._open_cluster()
                try:
                    self._session = self._cluster.connect()
                except Exception:
                    self._cluster.shutdown()
                    raise
                self._pid = os.getpid()
        return self._session

    def _open_cluster(self):
        settings = self.settings
        provider = None
        if settings.username:
            provider = auth.PlainTextAuthProvider(settings.username,
                                                  settings.password or '')
        return cluster.Cluster(
            contact_points=list(settings.contact_points), port=settings.port,
            auth_provider=provider, ssl_context=_ssl_context(settings),
            protocol_version=5, connect_timeout=settings.connect_timeout,
            execution_profiles=_profiles(settings),
            schema_metadata_enabled=False, token_metadata_enabled=True)


def _profiles(settings):
    balancing = policies.TokenAwarePolicy(policies.DCAwareRoundRobinPolicy(
        local_dc=settings.local_datacenter))
    serial = getattr(ConsistencyLevel, settings.serial_consistency)

    def profile(level):
        return cluster.ExecutionProfile(
            load_balancing_policy=balancing,
            retry_policy=policies.FallthroughRetryPolicy(),
            consistency_level=level, serial_consistency_level=serial,
            request_timeout=settings.request_timeout,
            row_factory=query.dict_factory)

    read = getattr(ConsistencyLevel, settings.read_consistency)
    return {
        cluster.EXEC_PROFILE_DEFAULT: profile(read),
        READ: profile(read), CLAIM: profile(read), SERIAL: profile(serial),
        CANDIDATES: profile(
            getattr(ConsistencyLevel, settings.candidate_consistency))}


def _ssl_context(settings):
    if not settings.ssl_ca_file:
        return None
    try:
        context = ssl.create_default_context(cafile=settings.ssl_ca_file)
        context.check_hostname = settings.ssl_verify_hostname
        if settings.ssl_cert_file:
            context.load_cert_chain(settings.ssl_cert_file,
                                    settings.ssl_key_file)
    except OSError as exc:
        raise errors.InvalidSettings(
            '[cassandra] ssl_ca_file, ssl_cert_file or ssl_key_file cannot '
            f'be used: {exc.strerror or exc}') from None
    return context
