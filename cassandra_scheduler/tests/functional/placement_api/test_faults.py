# SPDX-License-Identifier: Apache-2.0
"""A Placement API whose Cassandra stops answering during a request.

Each request is stopped at each of its statements in turn, before or after the
statement is sent, and must be answered in one line. Then another process sends
the same request again, and all that is left must be consistent.
"""

import dataclasses
import uuid

import cassandra
import fixtures
from microversion_parse import middleware
import testtools

from cassandra_scheduler.placement_api.providers import writing
from cassandra_scheduler.resource_types import loading
from cassandra_scheduler.store import opening
from cassandra_scheduler.store import retrying
from cassandra_scheduler.tests.fixtures import accounts
from cassandra_scheduler.tests.fixtures import placement_service as service
from cassandra_scheduler.tests.fixtures import rest_requests
from cassandra_scheduler.tests.fixtures import sessions


@dataclasses.dataclass(frozen=True)
class Request:
    """One request, and the statuses that mean success."""
    method: str
    path: str
    body: object = None
    done: tuple = (200, 204)
    version: str = '1.39'


class FaultsTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.api = self.useFixture(service.PlacementService())
        # These tests wait for answers that never come.
        self.set_deadline(0.5)

    def set_deadline(self, seconds):
        """Set how long a request may write against others."""
        for module in (writing, retrying):
            self.useFixture(fixtures.MonkeyPatch(
                f'{module.__name__}.DEADLINE_S', seconds))

    def ask_over(self, session, asked):
        """Return the Response of an API that uses only this session."""
        from placement import context
        from placement import handler
        from placement import microversion
        from placement import util

        request = rest_requests.request(
            asked.method, asked.path, asked.body, version=asked.version)
        administrator = context.RequestContext(
            user_id='admin', project_id='admin', roles=['admin'])
        administrator._store = opening.open_store(
            self.api.settings, loading.installed(), session=session)
        request.environ['placement.context'] = administrator
        return request.get_response(middleware.MicroversionMiddleware(
            handler.PlacementHandler(config=self.api.conf),
            microversion.SERVICE_TYPE, microversion.VERSIONS,
            json_error_formatter=util.json_error_formatter))

    def stop_everywhere(self, prepare, *, sent_at_last, every=1):
        """Stop what ``prepare()`` returns at each of its statements.

        Yields the Request when it is done in the end.
        """
        for stop_at in range(0, 100, every):
            asked = prepare()
            session = sessions.StoppingSession(
                self.api.settings, stop_at, sent_at_last=sent_at_last,
                error=cassandra.OperationTimedOut())
            answer = self.ask_over(session, asked)
            where = f'{session.sent[-1]}: {answer.text}'
            if session.stopped and answer.status_int not in asked.done:
                # It could not find out the lost answer.
                self.assertEqual(503, answer.status_int, where)
                self.assertTrue('does not answer' in answer.text or
                                'did not answer' in answer.text or
                                'is not known' in answer.text, where)
            again = self.api.ask(asked.method, asked.path, asked.body,
                                 version=asked.version)
            if again.status_int not in asked.done:
                # It had been done before.
                self.assertIn(again.status_int, (404, 409), again.text)
            yield asked
            self.assertEqual([], accounts.problems(self.api.store), where)
            if not session.stopped:
                return
        if every == 1:
            self.fail('it never ended')


class TestOneTree(FaultsTestCase):

    def check(self, prepare, see):
        count = 0
        for sent_at_last in (False, True):
            for asked in self.stop_everywhere(prepare,
                                              sent_at_last=sent_at_last):
                see(asked)
                count += 1
        self.assertLess(4, count)

    def test_creating_a_provider(self):
        def prepare():
            provider = str(uuid.uuid4())
            return Request('POST', '/resource_providers',
                           {'name': f'host {provider}', 'uuid': provider})

        def see(asked):
            found = self.api.get(
                f'/resource_providers/{asked.body["uuid"]}')
            self.assertEqual(asked.body['name'], found['name'])

        self.check(prepare, see)

    def test_deleting_a_provider(self):
        def prepare():
            provider = self.api.new_provider(VCPU=1)
            return Request('DELETE', f'/resource_providers/{provider}')

        def see(asked):
            self.api.expect(404, 'GET', asked.path)
            # Its name is free.
            self.api.new_provider(asked.path.rpartition('/')[2])

        self.check(prepare, see)

    def test_renaming_a_provider(self):
        def prepare():
            provider = self.api.new_provider()
            return Request('PUT', f'/resource_providers/{provider}',
                           {'name': f'new {provider}'})

        def see(asked):
            name = asked.body['name']
            self.assertEqual(name, self.api.get(asked.path)['name'])
            self.api.expect(409, 'POST', '/resource_providers',
                            {'name': name})
            self.api.new_provider(name.removeprefix('new '))

        self.check(prepare, see)

    def test_allocating(self):
        provider = self.api.new_provider(VCPU=1000)

        def prepare():
            return Request('PUT', f'/allocations/{uuid.uuid4()}',
                           service.consumer_of({provider: {'VCPU': 1}}))

        def see(asked):
            self.assertEqual(
                {'VCPU': 1}, self.api.get(asked.path)['allocations'][
                    provider]['resources'])

        self.check(prepare, see)

    def test_freeing(self):
        provider = self.api.new_provider(VCPU=1000)

        def prepare():
            path = f'/allocations/{uuid.uuid4()}'
            self.api.expect(204, 'PUT', path,
                            service.consumer_of({provider: {'VCPU': 1}}))
            return Request('DELETE', path)

        def see(asked):
            self.assertEqual({}, self.api.get(asked.path)['allocations'])
            # The consumer may be made again.
            self.api.expect(204, 'PUT', asked.path,
                            service.consumer_of({provider: {'VCPU': 1}}))

        self.check(prepare, see)

    def test_renaming_a_class_in_use(self):
        def prepare():
            name = f'CUSTOM_{uuid.uuid4().hex.upper()}'
            path = f'/resource_classes/{name}'
            self.api.expect(201, 'PUT', path)
            provider = self.api.new_provider(**{name: 4})
            self.api.expect(204, 'PUT', f'/allocations/{provider}',
                            service.consumer_of({provider: {name: 1}}))
            return Request('PUT', path, {'name': f'{name}_NEW'},
                           version='1.6')

        def see(asked):
            self.api.expect(404, 'GET', asked.path)
            name = asked.body['name']
            [found] = self.api.get('/allocation_candidates?resources='
                                   f'{name}:3')['allocation_requests']
            [provider] = found['allocations']
            self.assertEqual(
                {name: 1}, self.api.get(f'/allocations/{provider}')[
                    'allocations'][provider]['resources'])

        self.check(prepare, see)


class TestTwoTrees(FaultsTestCase):
    """The transaction's own steps are stopped by the store's tests."""

    def test_moving_a_consumer(self):
        source, target = (self.api.new_provider(VCPU=1000) for _ in range(2))

        def prepare():
            path = f'/allocations/{uuid.uuid4()}'
            self.api.expect(204, 'PUT', path,
                            service.consumer_of({source: {'VCPU': 1}}))
            return Request('PUT', path, service.consumer_of(
                {target: {'VCPU': 1}}, generation=1))

        for asked in self.stop_everywhere(prepare, sent_at_last=True,
                                          every=5):
            self.assertEqual(
                {target}, set(self.api.get(asked.path)['allocations']))

    def test_moving_a_provider(self):
        root = self.api.new_provider(VCPU=1)

        def prepare():
            provider = self.api.new_provider(VCPU=1)
            self.api.expect(204, 'PUT', f'/allocations/{uuid.uuid4()}',
                            service.consumer_of({provider: {'VCPU': 1}}))
            return Request('PUT', f'/resource_providers/{provider}',
                           {'name': provider, 'parent_provider_uuid': root})

        for asked in self.stop_everywhere(prepare, sent_at_last=True,
                                          every=5):
            self.assertEqual(
                root, self.api.get(asked.path)['root_provider_uuid'])
