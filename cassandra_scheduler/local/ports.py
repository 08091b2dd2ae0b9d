# SPDX-License-Identifier: Apache-2.0
"""Whether a port is free, and who holds it if it is not."""

import errno
import os
import random
import socket

import psutil

from cassandra_scheduler.local import failures
from cassandra_scheduler.local import java

# Below what Linux hands out to outgoing connections.
_FRESH = range(12100, 32000)


def check_free(address: str, port: int) -> None:
    """Return if a server could listen there now.

    :raises LocalClusterError: it could not; says who holds the port
    """
    reason = _refusal(address, port)
    if reason is None:
        return
    if reason == errno.EADDRINUSE:
        raise failures.LocalClusterError(
            '%s:%d is already taken%s: stop that, or choose another port '
            'or address' % (address, port, _holder(address, port)))
    raise failures.LocalClusterError(
        'cannot listen on %s:%d (%s): choose another port or address'
        % (address, port, os.strerror(reason)))


def fresh(addresses: tuple[str, ...], *, below: int) -> int:
    """Return a port that is free on all addresses, as is its companion.

    :param below: how far below the port its companion is
    :raises LocalClusterError: none was found
    """
    for port in random.sample(_FRESH, 200):
        if all(_refusal(address, each) is None for address in addresses
               for each in (port, port - below)):
            return port
    raise failures.LocalClusterError(
        'no free port was found on %s: stop a server there'
        % ', '.join(addresses))


def _refusal(address, port):
    with socket.socket() as trial:
        # As Cassandra does: a port in TIME_WAIT counts as free.
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((address, port))
            trial.listen()
        except OSError as error:
            return error.errno
    return None


def _holder(address, port):
    try:
        for connection in psutil.net_connections(kind='tcp'):
            # Java listens on IPv4 addresses in their IPv6 form.
            listens_on = connection.laddr.ip.removeprefix('::ffff:')
            if (connection.status == psutil.CONN_LISTEN and connection.pid
                    and connection.laddr.port == port
                    and listens_on in (address, '0.0.0.0', '::')):
                return ' by ' + _describe(psutil.Process(connection.pid))
    except psutil.Error:
        pass
    return ''


def _describe(process):
    for argument in process.cmdline():
        if argument.startswith(java.CONFIG):
            return 'the Cassandra of %s (pid %d)' % (
                argument.removeprefix(java.CONFIG), process.pid)
    return '%s (pid %d)' % (process.name(), process.pid)
