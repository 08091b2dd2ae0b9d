# SPDX-License-Identifier: Apache-2.0
"""A request that another overtakes between its reads and its write."""

from concurrent import futures
import uuid

import fixtures

from cassandra_scheduler.tests.fixtures import accounts
from cassandra_scheduler.tests.fixtures import placement_service as service
from cassandra_scheduler.tests.fixtures import sessions
from cassandra_scheduler.tests.functional.placement_api import test_faults


class TestDeleteOvertaken(test_faults.FaultsTestCase):

    def setUp(self):
        super().setUp()
        self.useFixture(fixtures.MonkeyPatch(
            'cassandra_scheduler.placement_api.writing.DEADLINE_S', 20.0))
        self.providers = [self.api.new_provider(VCPU=4) for _ in range(2)]
        self.path = f'/allocations/{uuid.uuid4()}'
        self.put(self.providers[0])

    def put(self, *providers, generation=None):
        self.api.expect(204, 'PUT', self.path, service.consumer_of(
            {provider: {'VCPU': 1} for provider in providers},
            generation=generation))

    def check(self, overtake):
        """Delete, and come first; in the end nothing may be held."""
        session = sessions.BlockingSession(self.api.settings, 'SET seq')
        with futures.ThreadPoolExecutor(1) as thread:
            deleted = thread.submit(
                self.ask_over, session,
                test_faults.Request('DELETE', self.path))
            self.assertTrue(session.reached.wait(30))
            try:
                overtake()
            finally:
                session.go.set()
            answer = deleted.result()
        self.assertEqual(204, answer.status_int, answer.text)
        self.assertEqual({}, self.api.get(self.path)['allocations'])
        self.assertEqual([], accounts.problems(self.api.store))
        # It may be made again.
        self.put(*self.providers)

    def test_by_another_amount(self):
        self.check(lambda: self.put(self.providers[0], generation=1))

    def test_by_a_move(self):
        self.check(lambda: self.put(self.providers[1], generation=1))

    def test_by_a_second_tree(self):
        self.check(lambda: self.put(*self.providers, generation=1))

    def test_by_another_who_deletes(self):
        self.check(lambda: self.api.expect(204, 'DELETE', self.path))
