# SPDX-License-Identifier: Apache-2.0
"""What counts as an answer, spoken with servers on real sockets."""

import socket
import struct
import threading

from cassandra_scheduler.local import native_protocol
from cassandra_scheduler.local import ports
from cassandra_scheduler.tests.unit.local import room


class TestAsking(room.LocalTestCase):

    def server(self, *answers):
        """Serve one connection: one answer for each thing received."""
        listening = socket.create_server(('127.0.0.1', 0))
        self.addCleanup(listening.close)

        def serve():
            connection, _ = listening.accept()
            with connection:
                for answer in answers:
                    connection.recv(4096)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        self.addCleanup(thread.join, 20)
        return listening.getsockname()[1]

    def connect(self, port):
        return native_protocol.Connection('127.0.0.1', port, timeout=20)

    def frame(self, opcode, body=b''):
        return struct.pack('>BBhBi', 0x84, 0, 0, opcode, len(body)) + body

    def test_supported(self):
        port = self.server(self.frame(0x06, b'\0\0'))
        with self.connect(port) as connection:
            self.assertIsNone(connection.options())

    def test_login(self):
        port = self.server(self.frame(0x03, b'\0\1x'), self.frame(0x10),
                           self.frame(0x08, b'\0\0\0\1'))
        with self.connect(port) as connection:
            connection.start('me', 'secret')
            self.assertIsNone(connection.query('SELECT 1'))

    def test_refused_login(self):
        port = self.server(self.frame(0x03, b'\0\1x'),
                           self.frame(0x00, b'\0\0\1\0\0\0'))
        with self.connect(port) as connection:
            error = self.assertRaises(native_protocol.NotServing,
                                      connection.start, 'me', 'secret')
        self.assertNotIn('secret', str(error))

    def test_not_cassandra(self):
        port = self.server(b'HTTP/1.1 400 Bad Request\r\n\r\n')
        with self.connect(port) as connection:
            self.assertRaises(native_protocol.NotServing,
                              connection.options)

    def test_closed_half_way(self):
        port = self.server(self.frame(0x06, b'long')[:7])
        with self.connect(port) as connection:
            self.assertRaises(native_protocol.NotServing,
                              connection.options)

    def test_nobody(self):
        port = ports.fresh(('127.0.0.1',), below=1)
        self.assertRaises(native_protocol.NotServing, self.connect, port)
