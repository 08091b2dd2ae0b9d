# SPDX-License-Identifier: Apache-2.0
"""Turns what the Cassandra driver raises into our errors.

Answers two questions: which of our errors is this, and may the write behind
it have happened. The driver's classes are recognised by name, because only
``session`` may import the driver.
"""

from collections.abc import Iterator
import re

from cassandra_scheduler.model import errors
from cassandra_scheduler.store import settings as store_settings

#: Server error 'CAS_WRITE_UNKNOWN'; the driver has no class for it.
CAS_WRITE_UNKNOWN = 0x1700

#: After these the write may have happened; after all others it did not.
_MAYBE_WRITTEN = frozenset({
    'OperationTimedOut', 'WriteTimeout', 'WriteFailure', 'ReadTimeout',
    'ReadFailure', 'ConnectionException', 'ConnectionShutdown',
    'ConnectionBusy', 'ConnectionHeartbeatFailure', 'CrcMismatchException',
    'OverloadedErrorMessage', 'ServerError', 'IsBootstrappingErrorMessage',
    'CoordinationFailure', 'ErrorMessage', 'ProtocolException',
})
_DENIED = frozenset({'AuthenticationFailed', 'Unauthorized',
                     'BadCredentials'})
_TLS = frozenset({'CertificateError', 'SSLError'})
#: Cassandra's words for what is switched off; what is only too large has
#: other words.
_FORBIDDEN = re.compile(r'Guardrail (\w+) violated: (.*not allowed[^."]*)')
#: Cassandra's words for a keyspace, table or column that is missing.
_NOT_THERE = re.compile(
    r'unconfigured table|undefined column|(keyspace|table).*does not exist',
    re.IGNORECASE | re.DOTALL)
#: The answer of a node that expects TLS to a client without it.
_RESET = 'Connection reset by peer'
_OTHER_PROTOCOL = 'explicitly set client protocol_version'
_UNREACHABLE = _MAYBE_WRITTEN | {'NoHostAvailable', 'Unavailable',
                                 'UnresolvableContactPoints'}


def _names(exc: BaseException) -> set[str]:
    return {cls.__name__ for cls in type(exc).__mro__}


def may_have_written(exc: BaseException) -> bool:
    """Return whether the write that raised ``exc`` may have happened.

    After NoHostAvailable nothing was sent, because the driver does not retry.
    After Unavailable the coordinator did not start.
    """
    if getattr(exc, 'code', None) == CAS_WRITE_UNKNOWN:
        return True
    names = _names(exc)
    return bool(names & _MAYBE_WRITTEN) and not (
        names & {'NoHostAvailable', 'Unavailable'})


def _causes(exc: BaseException) -> Iterator[BaseException]:
    """Yield ``exc`` and what NoHostAvailable collected from each host."""
    yield exc
    collected = getattr(exc, 'errors', None)
    if isinstance(collected, dict):
        yield from collected.values()


def brief(exc: BaseException) -> str:
    """Return the failure in one line, without a traceback."""
    text = ' '.join(str(exc).split())
    return f'{type(exc).__name__}: {text}'[:300]


def translate(exc: BaseException, settings: store_settings.Settings
              ) -> errors.SchedulerError | None:
    """Return our error for ``exc``, or None if it is not the store's fault.

    The message names the option to check and never the password. The first
    rule that knows the failure answers.
    """
    for rule in _RULES:
        error = rule(exc, settings)
        if error is not None:
            return error
    return None


def _access_denied(exc: BaseException, settings: store_settings.Settings
                   ) -> errors.SchedulerError | None:
    for cause in _causes(exc):
        if _names(cause) & _DENIED:
            return errors.StoreAccessDenied(
                f'Cassandra at {settings.address} refused user '
                f'{settings.username!r}: check [cassandra] username and '
                'password, and that the role may use keyspace '
                f'{settings.keyspace!r}.')
    return None


def _tls_failed(exc: BaseException, settings: store_settings.Settings
                ) -> errors.SchedulerError | None:
    for cause in _causes(exc):
        if _TLS & _names(cause) or '[SSL: ' in str(cause):
            return errors.StoreAccessDenied(
                f'TLS with Cassandra at {settings.address} failed: check '
                '[cassandra] ssl_ca_file, ssl_cert_file and '
                f'ssl_verify_hostname ({brief(cause)}).')
    return None


def _too_old(exc: BaseException, settings: store_settings.Settings
             ) -> errors.SchedulerError | None:
    if any(_OTHER_PROTOCOL in str(cause) for cause in _causes(exc)):
        return errors.StoreUnfit(
            f'Cassandra at {settings.address} is too old: it does not know '
            'version 5 of the client protocol. Cassandra 5.0 is needed.')
    return None


def _is_request_error(exc: BaseException) -> bool:
    return bool(_names(exc) & {'InvalidRequest', 'ConfigurationException'})


def _guardrail(exc: BaseException, settings: store_settings.Settings
               ) -> errors.SchedulerError | None:
    forbidden = _is_request_error(exc) and _FORBIDDEN.search(str(exc))
    if forbidden:
        return errors.StoreUnfit(
            f'Cassandra at {settings.address} forbids what this needs by its '
            f'guardrail {forbidden[1]}: allow it in cassandra.yaml on every '
            f'node ({forbidden[2]}).')
    return None


def _schema_missing(exc: BaseException, settings: store_settings.Settings
                    ) -> errors.SchedulerError | None:
    if _is_request_error(exc) and _NOT_THERE.search(str(exc)):
        return errors.SchemaMismatch(
            f'Keyspace {settings.keyspace!r} at {settings.address} is '
            'missing or incomplete: run "cassandra-scheduler db sync" '
            f'({_shortened(exc)}).')
    return None


def _value_refused(exc: BaseException, settings: store_settings.Settings
                   ) -> errors.SchedulerError | None:
    if _is_request_error(exc):
        return errors.InvalidValue(
            f'Cassandra refused a value: {_shortened(exc)}')
    return None


def _no_local_node(exc: BaseException, settings: store_settings.Settings
                   ) -> errors.SchedulerError | None:
    # The driver asked no node: every node is of another datacenter.
    if 'NoHostAvailable' in _names(exc) and not isinstance(
            getattr(exc, 'errors', None), dict):
        return errors.StoreUnavailable(
            f'No node of Cassandra at {settings.address} may be used: check '
            'that [cassandra] local_datacenter, which is '
            f'{settings.local_datacenter!r}, is what "nodetool status" '
            'prints.')
    return None


def _too_few_nodes(exc: BaseException, settings: store_settings.Settings
                   ) -> errors.SchedulerError | None:
    if 'Unavailable' in _names(exc):
        return errors.StoreUnavailable(
            f'Too few nodes of Cassandra at {settings.address} are up: check '
            '"nodetool status" and how keyspace '
            f'{settings.keyspace!r} is replicated ({brief(exc)}).')
    return None


def _no_answer(exc: BaseException, settings: store_settings.Settings
               ) -> errors.SchedulerError | None:
    if not _names(exc) & _UNREACHABLE:
        return None
    reset = any(_RESET in str(cause) for cause in _causes(exc))
    perhaps = (', or set ssl_ca_file if it speaks TLS only'
               if reset and not settings.ssl_ca_file else '')
    return errors.StoreUnavailable(
        f'Cassandra at {settings.address} does not answer: check '
        '[cassandra] contact_points and port, and that the node is up'
        f'{perhaps} ({brief(exc)}).')


def _shortened(exc: BaseException) -> str:
    return ' '.join(str(exc).split())[:200]


#: What is certain comes before what is only "does not answer".
_RULES = (_access_denied, _tls_failed, _too_old, _guardrail, _schema_missing,
          _value_refused, _no_local_node, _too_few_nodes, _no_answer)
