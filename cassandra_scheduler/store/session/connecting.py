# SPDX-License-Identifier: Apache-2.0
"""The settings of the driver: which nodes it asks, how often, and how.

Promises: the driver repeats no write; it asks one more node for a read that
the first node refused. Refuses: to connect; ``pool`` does, at the first use.
"""

import ssl

from cassandra import auth
from cassandra import cluster
from cassandra import ConsistencyLevel
from cassandra import policies
from cassandra import query

from cassandra_scheduler.model import errors
from cassandra_scheduler.store.session import levels
from cassandra_scheduler.store import settings as store_settings

#: The longest wait, in seconds, between two attempts to reach a node again.
#: By default the driver waits up to ten minutes. Every host would count as
#: down in that time. After 64 attempts it would never try again.
RECONNECT_S = 10.0


def cluster_for(settings: store_settings.Settings) -> cluster.Cluster:
    """Return the driver's Cluster for these settings, not connected yet.

    Raises InvalidSettings if a file for TLS cannot be used.
    """
    provider = None
    if settings.username:
        provider = auth.PlainTextAuthProvider(settings.username,
                                              settings.password or '')
    return cluster.Cluster(
        contact_points=list(settings.contact_points), port=settings.port,
        auth_provider=provider, ssl_context=_ssl_context(settings),
        protocol_version=5, connect_timeout=settings.connect_timeout,
        execution_profiles=_profiles(settings),
        reconnection_policy=policies.ExponentialReconnectionPolicy(
            1.0, RECONNECT_S, max_attempts=None),
        schema_metadata_enabled=False, schema_event_refresh_window=-1,
        token_metadata_enabled=True)


# The driver has no types.
class _AskOneMore(policies.FallthroughRetryPolicy):  # type: ignore[misc]
    """Asks one more node for a read, which may be asked twice.

    A node that is being stopped answers "overloaded", or closes the
    connection.
    """

    def on_request_error(self, query: object, consistency: int,
                         error: Exception, retry_num: int) -> tuple[int, None]:
        """Return what the driver does after such an answer, or no answer."""
        if retry_num == 0:
            return self.RETRY_NEXT_HOST, None
        return self.RETHROW, None


def _profiles(settings: store_settings.Settings
              ) -> dict[object, cluster.ExecutionProfile]:
    balancing = policies.TokenAwarePolicy(policies.DCAwareRoundRobinPolicy(
        local_dc=settings.local_datacenter))
    level_of = {way: getattr(ConsistencyLevel, value) for way, value in (
        (levels.READ, settings.read_consistency),
        (levels.SERIAL, settings.serial_consistency),
        (levels.CANDIDATES, settings.candidate_consistency))}
    once, twice = policies.FallthroughRetryPolicy(), _AskOneMore()

    def profile(way: str, retry_policy: policies.RetryPolicy
                ) -> cluster.ExecutionProfile:
        return cluster.ExecutionProfile(
            load_balancing_policy=balancing, retry_policy=retry_policy,
            consistency_level=level_of[way],
            serial_consistency_level=level_of[levels.SERIAL],
            request_timeout=settings.request_timeout,
            row_factory=query.dict_factory)

    return {cluster.EXEC_PROFILE_DEFAULT: profile(levels.READ, once),
            levels.WRITE: profile(levels.READ, once),
            **{way: profile(way, twice) for way in level_of}}


def _ssl_context(settings: store_settings.Settings) -> ssl.SSLContext | None:
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
