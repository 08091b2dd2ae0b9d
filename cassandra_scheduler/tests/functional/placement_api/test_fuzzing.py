# SPDX-License-Identifier: Apache-2.0
"""Whatever a client sends: no 500, no word of the database, sums that fit.

The examples are the same every time. CASSANDRA_SCHEDULER_FUZZ_EXAMPLES asks
for so many per kind of request, and then for others each time.
"""

import os

import hypothesis
import testtools
import webob

from cassandra_scheduler.audit import invariants
from cassandra_scheduler.tests.fixtures import fuzzed_requests as fuzzed
from cassandra_scheduler.tests.fixtures import placement_service

EXAMPLES = os.environ.get('CASSANDRA_SCHEDULER_FUZZ_EXAMPLES')
#: Those of Nova, which may do everything.
ROLES = 'admin,member,reader,service'
#: What no client may read, in whatever spelling.
SECRET_WORDS = ('cql', 'cassandra', 'invalidrequest', 'traceback',
                'syntaxexception', 'site-packages')


def examples(usual):
    """Return the settings for one kind of request."""
    return hypothesis.settings(
        deadline=None, database=None, derandomize=EXAMPLES is None,
        max_examples=int(EXAMPLES or usual),
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck))


class FuzzingTest(testtools.TestCase):
    """A small cloud, and a client that sends it anything."""

    def setUp(self):
        super().setUp()
        self.service = self.useFixture(placement_service.PlacementService())
        self.furnish()
        self.statuses = {}

    def furnish(self):
        """Make two roots, one with a child, and a consumer."""
        expect = self.service.expect
        first, second, child, shared = fuzzed.PROVIDERS
        for number, (made, parent) in enumerate((
                (first, None), (second, None), (child, first),
                (shared, None)), 1):
            expect(200, 'POST', '/resource_providers', {
                'uuid': made, 'name': f'root-{number}',
                'parent_provider_uuid': parent})
        expect(201, 'PUT', '/resource_classes/CUSTOM_IRON')
        expect(201, 'PUT', '/traits/CUSTOM_GOLD')
        for made in fuzzed.PROVIDERS:
            expect(200, 'PUT', f'/resource_providers/{made}/inventories', {
                'resource_provider_generation': 0, 'inventories': {
                    name: {'total': 64} for name in fuzzed.CLASSES[:4]}})
            expect(200, 'PUT', f'/resource_providers/{made}/aggregates', {
                'resource_provider_generation': 1,
                'aggregates': list(fuzzed.AGGREGATES)})
        expect(200, 'PUT', f'/resource_providers/{shared}/traits', {
            'resource_provider_generation': 2,
            'traits': list(fuzzed.TRAITS[:3])})
        for consumer in fuzzed.CONSUMERS[:2]:
            expect(204, 'PUT', f'/allocations/{consumer}',
                   placement_service.consumer_of({
                       first: {'VCPU': 1}, shared: {'DISK_GB': 2}}))

    def send(self, request):
        """Send a fuzzed Request; return the webob Response."""
        made = webob.Request.blank(request.url, method=request.method,
                                   headers={'X-Auth-Token': 'admin',
                                            'X-Roles': ROLES})
        if request.version:
            made.headers['OpenStack-API-Version'] = request.version
        if request.body is not None:
            made.content_type = 'application/json'
            made.body = fuzzed.with_generations(request.body, request.path,
                                                self.generation_of)
        return made.get_response(self.service.application)

    def generation_of(self, uuid):
        """Return the generation of a provider or a consumer, or None."""
        consumer = self.service.store.consumers.find(uuid) if uuid else None
        if consumer is not None:
            return consumer.consumer.generation
        answer = self.service.ask('GET', f'/resource_providers/{uuid}')
        return (answer.json['generation'] if answer.status_int == 200
                else None)

    def check(self, request):
        answer = self.send(request)
        self.statuses.setdefault(answer.status_int, []).append(request.url)
        text = answer.body.decode('utf-8', 'replace')
        shown = f'{request} got {answer.status}: {text}'[:3000]
        self.assertLess(answer.status_int, 500, shown)
        for word in SECRET_WORDS:
            self.assertNotIn(word, text.lower(), shown)

    def check_cloud(self, *statuses):
        """Fail unless such answers were given and all adds up."""
        self.assertLessEqual(set(statuses), set(self.statuses))
        self.assertEqual([], [found for found in invariants.violations(
            self.service.store) if not found.warning])


class TestBodies(FuzzingTest):

    def fuzz(self, method, template):
        @examples(40)
        @hypothesis.given(fuzzed.with_body(method, template))
        def run(request):
            self.check(request)

        run()
        self.check_cloud(400)

    def test_providers(self):
        self.fuzz('POST', '/resource_providers')
        self.fuzz('PUT', '/resource_providers/{provider}')

    def test_inventories(self):
        room = '/resource_providers/{provider}/inventories'
        self.fuzz('POST', room)
        self.fuzz('PUT', room)
        self.fuzz('PUT', room + '/{class}')

    def test_traits_and_aggregates(self):
        self.fuzz('PUT', '/resource_providers/{provider}/traits')
        self.fuzz('PUT', '/resource_providers/{provider}/aggregates')

    def test_allocations(self):
        self.fuzz('PUT', '/allocations/{consumer}')
        self.fuzz('POST', '/allocations')

    def test_reshaper(self):
        self.fuzz('POST', '/reshaper')

    def test_resource_classes(self):
        self.fuzz('POST', '/resource_classes')
        self.fuzz('PUT', '/resource_classes/{class}')


class TestQueries(FuzzingTest):

    def fuzz(self, path, usual=60):
        @examples(usual)
        @hypothesis.given(fuzzed.with_query(path))
        def run(request):
            self.check(request)

        run()
        self.check_cloud(400)

    def test_allocation_candidates(self):
        self.fuzz('/allocation_candidates', 150)

    def test_resource_providers(self):
        self.fuzz('/resource_providers')

    def test_usages(self):
        self.fuzz('/usages')

    def test_traits_and_classes(self):
        self.fuzz('/traits')
        self.fuzz('/resource_classes')


class TestPaths(FuzzingTest):

    def test_names_in_paths(self):
        @examples(150)
        @hypothesis.given(fuzzed.bare())
        def run(request):
            self.check(request)

        run()
        self.check_cloud(200, 404)


class TestFoundOnce(FuzzingTest):
    """Requests that were a 500 here, and still are with upstream."""

    def test_a_query_that_is_not_utf_8(self):
        for path in fuzzed.QUERIES:
            answer = self.send(fuzzed.Request('GET', path, '%ff=1'))
            self.assertEqual(400, answer.status_int)
            self.assertIn('not UTF-8', answer.text)

    def test_a_body_that_is_too_deep(self):
        for body in (b'[' * 100_000, b'{"a":' * 5_000):
            answer = self.send(fuzzed.Request('POST', '/resource_providers',
                                              body=body))
            self.assertEqual(400, answer.status_int)
            self.assertIn('too deeply', answer.text)
