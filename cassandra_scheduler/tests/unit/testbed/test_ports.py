# SPDX-License-Identifier: Apache-2.0
"""Free ports, taken ports and who took them."""

import os
import socket

from cassandra_scheduler import testbed
from cassandra_scheduler.testbed import ports
from cassandra_scheduler.tests.unit.testbed import case


class TestPorts(case.TestbedTestCase):

    def listener(self, address='127.0.0.1', family=socket.AF_INET):
        server = socket.socket(family)
        self.addCleanup(server.close)
        server.bind((address, 0))
        server.listen()
        return server.getsockname()[1]

    def test_taken(self):
        port = self.listener()
        error = self.assertRaises(testbed.TestbedError,
                                  ports.check_free, '127.0.0.1', port)
        self.assertOneLine(error, '127.0.0.1:%d' % port,
                           '(pid %d)' % os.getpid())

    def test_taken_on_all_addresses(self):
        port = self.listener('0.0.0.0')
        error = self.assertRaises(testbed.TestbedError,
                                  ports.check_free, '127.0.0.1', port)
        self.assertOneLine(error, '(pid %d)' % os.getpid())

    def test_taken_in_the_form_java_uses(self):
        port = self.listener('::ffff:127.0.0.1', socket.AF_INET6)
        error = self.assertRaises(testbed.TestbedError,
                                  ports.check_free, '127.0.0.1', port)
        self.assertOneLine(error, '(pid %d)' % os.getpid())

    def test_free_on_another_address(self):
        port = self.listener('127.0.0.1')
        self.assertIsNone(ports.check_free('127.0.0.2', port))

    def test_not_an_address_of_this_machine(self):
        error = self.assertRaises(testbed.TestbedError,
                                  ports.check_free, '192.0.2.1', 9042)
        self.assertOneLine(error, '192.0.2.1:9042')

    def test_fresh(self):
        port = ports.fresh(('127.0.0.1', '127.0.0.2'), below=2042)
        for address in ('127.0.0.1', '127.0.0.2'):
            self.assertIsNone(ports.check_free(address, port))
            self.assertIsNone(ports.check_free(address, port - 2042))
