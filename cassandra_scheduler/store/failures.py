# SPDX-License-Identifier: Apache-2.0
"""Turns what the Cassandra driver raises into our words, in one table.

The driver's classes are recognised by name, because only ``session`` may
import it. Two questions are answered: which of our errors is this, and may
the write behind it have happened.
"""

import re

from cassandra_scheduler.model import errors

#: Server error 'CAS_WRITE_UNKNOWN'; the driver has no class for it.
CAS_WRITE_UNKNOWN = 0x1700

#: After these the write may have happened; everything else says it did not.
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
#: How Cassandra words what is switched off, unlike what is only too large.
_FORBIDDEN = re.compile(r'Guardrail (\w+) violated: (.*not allowed[^."]*)')
#: What a node that expects TLS does to a client that does not speak it.
_RESET = 'Connection reset by peer'
_OTHER_PROTOCOL = 'explicitly set client protocol_version'
_UNREACHABLE = _MAYBE_WRITTEN | {'NoHostAvailable', 'Unavailable',
                                 'UnresolvableContactPoints'}


def _names(exc):
    return {cls.__name__ for cls in type(exc).__mro__}


def may_have_written(exc):
    """Return whether the write that raised ``exc`` may have happened.

    NoHostAvailable and Unavailable are certain refusals: with no driver
    retries the first means nothing was sent, the second that the
    coordinator did not start.
    """
    if getattr(exc, 'code', None) == CAS_WRITE_UNKNOWN:
        return True
    names = _names(exc)
    return bool(names & _MAYBE_WRITTEN) and not (
        names & {'NoHostAvailable', 'Unavailable'})


def _causes(exc):
    """Yield ``exc`` and what NoHostAvailable collected per host."""
    yield exc
    collected = getattr(exc, 'errors', None)
    if isinstance(collected, dict):
        yield from collected.values()


def brief(exc):
    """Return the failure in one line, without hosts' tracebacks."""
    text = ' '.join(str(exc).split())
    return f'{type(exc).__name__}: {text}'[:300]


def translate(exc, settings):
    """Return our error for ``exc``, or None if it is not the store's fault.

    The message names the option to look at and never the password.
    """
    for cause in _causes(exc):
        if _names(cause) & _DENIED:
            return errors.StoreAccessDenied(
                f'Cassandra at {settings.address} refused user '
                f'{settings.username!r}: check [cassandra] username and '
                'password, and that the role may use keyspace '
                f'{settings.keyspace!r}.')
        if _TLS & _names(cause) or '[SSL: ' in str(cause):
            return errors.StoreAccessDenied(
                f'TLS with Cassandra at {settings.address} failed: check '
                '[cassandra] ssl_ca_file, ssl_cert_file and '
                f'ssl_verify_hostname ({brief(cause)}).')
        if _OTHER_PROTOCOL in str(cause):
            return errors.StoreUnfit(
                f'Cassandra at {settings.address} is too old: it does not '
                'know version 5 of the client protocol. Cassandra 5.0 is '
                'needed.')
    names = _names(exc)
    text = str(exc)
    if 'InvalidRequest' in names or 'ConfigurationException' in names:
        return _schema_error(text, settings)
    if 'NoHostAvailable' in names and not isinstance(
            getattr(exc, 'errors', None), dict):
        # Nobody was even asked: every node is of another datacenter.
        return errors.StoreUnavailable(
            f'No node of Cassandra at {settings.address} may be used: check '
            'that [cassandra] local_datacenter, which is '
            f'{settings.local_datacenter!r}, is what "nodetool status" '
            'prints.')
    if 'Unavailable' in names:
        return errors.StoreUnavailable(
            f'Too few nodes of Cassandra at {settings.address} are up: check '
            '"nodetool status" and how keyspace '
            f'{settings.keyspace!r} is replicated ({brief(exc)}).')
    if names & _UNREACHABLE:
        reset = any(_RESET in str(cause) for cause in _causes(exc))
        perhaps = (', or set ssl_ca_file if it speaks TLS only'
                   if reset and not settings.ssl_ca_file else '')
        return errors.StoreUnavailable(
            f'Cassandra at {settings.address} does not answer: check '
            '[cassandra] contact_points and port, and that the node is up'
            f'{perhaps} ({brief(exc)}).')
    return None


def _schema_error(text, settings):
    forbidden = _FORBIDDEN.search(text)
    if forbidden:
        return errors.StoreUnfit(
            f'Cassandra at {settings.address} forbids what this needs by its '
            f'guardrail {forbidden[1]}: allow it in cassandra.yaml on every '
            f'node ({forbidden[2]}).')
    lowered = text.lower()
    if ('keyspace' in lowered and 'does not exist' in lowered or
            'unconfigured table' in lowered or
            'undefined column' in lowered or
            'table' in lowered and 'does not exist' in lowered):
        return errors.SchemaMismatch(
            f'Keyspace {settings.keyspace!r} at {settings.address} is '
            'missing or incomplete: run "cassandra-scheduler db sync" '
            f'({" ".join(text.split())[:200]}).')
    return errors.InvalidValue(
        f'Cassandra refused a value: {" ".join(text.split())[:200]}')
