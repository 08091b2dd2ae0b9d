# SPDX-License-Identifier: Apache-2.0
"""What Nova and its users hear when Cassandra does not answer."""

import threading
import time

import fixtures
from nova import exception
from oslo_messaging.rpc import dispatcher

from cassandra_scheduler.tests.fixtures import cable
from cassandra_scheduler.tests.functional.driver import nova_cloud


class TestFaults(nova_cloud.NovaCloudTest):

    def setUp(self):
        super().setUp()
        self.add_host('one')
        self.wire = self.useFixture(cable.Cable())
        self.flags(group='cassandra', port=self.wire.port,
                   connect_timeout=1.0, request_timeout=1.0)
        self.log = self.useFixture(fixtures.FakeLogger(
            'cassandra_scheduler'))

    def unavailable(self, manager):
        """Expect that a request fails; return what is said of it."""
        failed = self.assertRaises(
            dispatcher.ExpectedException, self.select, nova_cloud.spec(),
            manager=manager)
        error = failed.exc_info[1]
        self.assertIsInstance(error, exception.ServiceUnavailable)
        return str(error)

    def test_it_is_said_in_one_line(self):
        self.wire.cut()
        message = self.unavailable(self.start())
        self.assertIn('Try again later', message)
        self.assertNotIn('127.0.0.1', message)
        self.assertIn('Scheduling is not possible yet', self.log.output)
        [line] = [line for line in self.log.output.splitlines()
                  if 'Scheduling failed' in line]
        self.assertIn('[cassandra] contact_points', line)
        self.assertNotIn('Traceback', self.log.output)

    def test_it_works_again_by_itself(self):
        manager = self.start()
        self.wire.cut()
        self.unavailable(manager)
        self.wire.mend()
        self.waiting = threading.Event()

        until = time.monotonic() + 30
        while True:
            try:
                _uuids, found = self.select(nova_cloud.spec(),
                                            manager=manager)
                break
            except dispatcher.ExpectedException:
                # The pool looks for its nodes by itself, now and then.
                self.assertLess(time.monotonic(), until)
                self.waiting.wait(0.2)
        self.assertEqual('one', found[0][0].service_host)
