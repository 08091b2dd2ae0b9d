# SPDX-License-Identifier: Apache-2.0
"""A request that another request overtakes between its reads and its write.
"""

from concurrent import futures
import uuid

from cassandra_scheduler.audit import invariants
from cassandra_scheduler.tests.fixtures import accounts
from cassandra_scheduler.tests.fixtures import placement_service as service
from cassandra_scheduler.tests.fixtures import sessions
from cassandra_scheduler.tests.functional.placement_api import test_faults


class TestDeleteOvertaken(test_faults.FaultsTestCase):

    def setUp(self):
        super().setUp()
        self.set_deadline(20.0)
        self.providers = [self.api.new_provider(VCPU=4) for _ in range(2)]
        self.path = f'/allocations/{uuid.uuid4()}'
        self.put(self.providers[0])

    def put(self, *providers, generation=None):
        self.api.expect(204, 'PUT', self.path, service.consumer_of(
            {provider: {'VCPU': 1} for provider in providers},
            generation=generation))

    def check(self, overtake):
        """Delete; ``overtake()`` writes first. In the end nothing is held."""
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


class TestCreateOvertaken(test_faults.FaultsTestCase):
    """One claims and is late; another takes over and is even later."""

    def setUp(self):
        super().setUp()
        self.set_deadline(20.0)

    def both(self, first, second, take_over):
        """Make the second look before the first writes, and write later."""
        late = sessions.BlockingSession(self.api.settings, 'SET seq')
        later = sessions.BlockingSession(self.api.settings, take_over)
        with futures.ThreadPoolExecutor(2) as threads:
            answers = []
            try:
                for session, body in ((late, first), (later, second)):
                    answers.append(threads.submit(
                        self.ask_over, session, test_faults.Request(
                            'POST', '/resource_providers', body)))
                    self.assertTrue(session.reached.wait(30))
                late.go.set()
                statuses = [answers[0].result().status_int]
            finally:
                late.go.set()
                later.go.set()
            statuses.append(answers[1].result().status_int)
        self.assertEqual([200, 409], statuses)
        self.assertEqual([], accounts.problems(self.api.store))
        self.assertEqual([], invariants.violations(self.api.store))

    def test_of_a_name(self):
        self.both({'name': 'host', 'uuid': str(uuid.uuid4())},
                  {'name': 'host', 'uuid': str(uuid.uuid4())},
                  'provider_names SET')

    def test_of_a_uuid(self):
        provider = str(uuid.uuid4())
        self.both({'name': 'one', 'uuid': provider},
                  {'name': 'two', 'uuid': provider,
                   'parent_provider_uuid': self.api.new_provider()},
                  'provider_trees SET')
