# SPDX-License-Identifier: Apache-2.0
"""Says whether a port is free, and which process holds it if it is not."""

import errno
import os
import random
import socket

import psutil

from cassandra_scheduler import testbed
from cassandra_scheduler.testbed import java

ADDRESS = '127.0.0.1'
# Below what Linux gives to outgoing connections.
_FRESH = range(12100, 32000)
_CONNECT_S = 2


def check_free(address: str, port: int) -> None:
    """Raise TestbedError if no server could listen there now.

    The message says which process holds the port.
    """
    reason = _refusal(address, port)
    if reason is None:
        return
    if reason == errno.EADDRINUSE:
        raise testbed.TestbedError(
            f'{address}:{port} is already taken{_holder(address, port)}: '
            'stop that, or choose another port or address')
    raise testbed.TestbedError(
        f'cannot listen on {address}:{port} ({os.strerror(reason)}): choose '
        'another port or address')


def fresh(addresses: tuple[str, ...] = (ADDRESS,), *, below: int = 0) -> int:
    """Return a port that is free on all addresses.

    The port that lies ``below`` numbers below it is free, too. Raises
    TestbedError if there is none.
    """
    for port in random.sample(_FRESH, 200):
        if all(_refusal(address, each) is None for address in addresses
               for each in (port, port - below)):
            return port
    raise testbed.TestbedError(
        f'no free port was found on {", ".join(addresses)}: stop a server '
        'there')


def listens(address: str, port: int) -> bool:
    """Return whether a server accepts connections there."""
    try:
        socket.create_connection((address, port), _CONNECT_S).close()
    except OSError:
        return False
    return True


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
            return (f'the Cassandra of {argument.removeprefix(java.CONFIG)} '
                    f'(pid {process.pid})')
    return f'{process.name()} (pid {process.pid})'
