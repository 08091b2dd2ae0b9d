# SPDX-License-Identifier: Apache-2.0
"""Asks a node over Cassandra's native protocol whether it serves.

Speaks version 4, just enough to see a node answer: frames of a 9-byte
header (version, flags, stream, opcode, length) and a body.
"""

import socket
import ssl
import struct

_HEADER = struct.Struct('>BBhBi')
_VERSION = 0x04
_STARTUP, _READY, _AUTHENTICATE = 0x01, 0x02, 0x03
_OPTIONS, _SUPPORTED = 0x05, 0x06
_QUERY, _RESULT = 0x07, 0x08
_AUTH_RESPONSE, _AUTH_SUCCESS = 0x0F, 0x10
ONE, ALL = 0x0001, 0x0005


class NotServing(Exception):
    """The node refuses, or does not speak the protocol (yet)."""


class Connection:
    """One connection to one node; a context manager that closes it."""

    def __init__(self, address: str, port: int, *,
                 tls: ssl.SSLContext | None = None, timeout: float = 10.0):
        """Connect.

        :param timeout: seconds each step may take
        :raises NotServing: nobody accepts the connection
        """
        try:
            self._socket = socket.create_connection((address, port), timeout)
            if tls is not None:
                self._socket = tls.wrap_socket(
                    self._socket, server_hostname=address)
        except OSError as error:
            raise NotServing(str(error))

    def __enter__(self):
        """Return the connection itself."""
        return self

    def __exit__(self, *_error):
        """Close the connection."""
        self._socket.close()

    def options(self) -> None:
        """Ask what the node supports: the least a CQL server answers.

        :raises NotServing: no or another answer
        """
        self._ask(_OPTIONS, b'', _SUPPORTED)

    def start(self, user: str, password: str) -> None:
        """Open the session; log in if the node wants to know who asks.

        :raises NotServing: no answer, or the login is refused
        """
        body = struct.pack('>H', 1) + _text('CQL_VERSION') + _text('3.0.0')
        if self._ask(_STARTUP, body, _READY, _AUTHENTICATE) == _READY:
            return
        token = b'\0%s\0%s' % (user.encode(), password.encode())
        self._ask(_AUTH_RESPONSE, struct.pack('>i', len(token)) + token,
                  _AUTH_SUCCESS)

    def query(self, cql: str, *, consistency: int = ONE) -> None:
        """Run one statement and drop its rows.

        :raises NotServing: no answer, or an error instead of a result
        """
        text = cql.encode()
        body = (struct.pack('>i', len(text)) + text
                + struct.pack('>HB', consistency, 0))
        self._ask(_QUERY, body, _RESULT)

    def _ask(self, opcode, body, *expected):
        try:
            self._socket.sendall(
                _HEADER.pack(_VERSION, 0, 0, opcode, len(body)) + body)
            header = self._receive(_HEADER.size)
            _version, _flags, _stream, answer, length = _HEADER.unpack(header)
            # Anything else on the port could claim any length.
            self._receive(min(max(length, 0), 1 << 20))
        except OSError as error:
            raise NotServing(str(error))
        if answer not in expected:
            raise NotServing('answered 0x%02x to 0x%02x' % (answer, opcode))
        return answer

    def _receive(self, size):
        received = b''
        while len(received) < size:
            piece = self._socket.recv(size - len(received))
            if not piece:
                raise NotServing('closed the connection')
            received += piece
        return received


def _text(value):
    return struct.pack('>H', len(value)) + value.encode()
