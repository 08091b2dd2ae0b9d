# SPDX-License-Identifier: Apache-2.0
"""A decision from the request to the claim, with rules of its own."""

import uuid

import cassandra
import testtools

from cassandra_scheduler.mini_cloud import search
from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.model import errors
from cassandra_scheduler.model import resource_request as request_model
from cassandra_scheduler.resource_types import loading
from cassandra_scheduler.scheduling import candidate_source
from cassandra_scheduler.scheduling import pipeline
from cassandra_scheduler.scheduling import placement_request
from cassandra_scheduler.scheduling import sharing
from cassandra_scheduler.store import opening
from cassandra_scheduler.tests.fixtures import cassandra as fixture
from cassandra_scheduler.tests.fixtures import compute_hosts
from cassandra_scheduler.tests.fixtures import sessions


class FirstComeEvaluator:
    """Accepts hosts until one has ``most`` VCPUs in use; notes what it saw.

    ``on_weigh`` is called when the candidates have been weighed, before one
    of them is claimed.
    """

    def __init__(self, most=99, on_weigh=lambda: None):
        self.most = most
        self.on_weigh = on_weigh
        self.versions = []

    def start_consumer(self, spec):
        """Nothing depends on the consumer."""

    def filter(self, candidates, *, index):
        self.versions += [one.tree.version for one in candidates]
        passed = [one for one in candidates if one.tree.units_used(
            one.tree.id, 'VCPU') < self.most]
        return passed, {'most': len(candidates) - len(passed)}

    def weigh(self, candidates):
        self.on_weigh()
        return [(1.0, one) for one in candidates]

    def is_mapped(self, candidate):
        return True

    def pending_usage(self, candidate, allocation):
        return {'vcpus': 1}

    def reserve(self, candidate, allocation):
        self.reserved = candidate.tree.version


class TestPipeline(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.cloud = self.useFixture(fixture.Cloud())
        self.store = self.cloud.store
        self.host = compute_hosts.write(self.cloud, 'host', vcpus=8)

    def place(self, evaluator, **options):
        request = request_model.ResourceRequest(groups=(
            request_model.ResourceGroup(resources={'VCPU': 1}),))
        return pipeline.place(
            placement_request.PlacementRequest(
                'request', (consumer_model.ConsumerSpec(str(uuid.uuid4())),),
                (request,)),
            context=candidate_source.SchedulingContext(
                store=self.store, base_type=loading.get('base'),
                resource_type=loading.get('compute'),
                search=search.allocation_requests,
                options=placement_request.SchedulerOptions(**options),
                sharing=sharing.Sharing(self.store)), evaluator=evaluator)

    def win_once(self, evaluator):
        """Make another scheduler take a VCPU just before the first claim."""
        def take():
            evaluator.on_weigh = lambda: None
            self.assertEqual(1, len(self.place(
                FirstComeEvaluator()).placements))

        evaluator.on_weigh = take

    def used(self):
        return self.store.trees.find(self.host.id).units_used(self.host.id,
                                                              'VCPU')

    def test_the_row_that_won_is_judged_and_claimed(self):
        evaluator = FirstComeEvaluator()
        self.win_once(evaluator)
        [placement] = self.place(evaluator).placements
        first = self.host.version
        self.assertEqual([first, first + 1], evaluator.versions)
        self.assertEqual(first + 2, evaluator.reserved)
        self.assertEqual(first + 2, placement.candidate.tree.version)
        self.assertEqual(2, self.used())

    def test_the_row_that_won_is_refused(self):
        evaluator = FirstComeEvaluator(most=1)
        self.win_once(evaluator)
        result = self.place(evaluator)
        self.assertEqual((), result.placements)
        self.assertIn('most', result.reason)
        self.assertEqual(1, self.used())

    def test_one_more_write_for_each_time_another_wins(self):
        evaluator = FirstComeEvaluator()
        self.win_once(evaluator)
        transcript = self.place(evaluator).transcript
        # The lookup row is written once, the tree twice.
        self.assertEqual(3, transcript.conditional_writes)

    def test_an_outcome_that_nobody_knows_is_told(self):
        session = sessions.FailingSession(self.cloud.settings)
        self.store = opening.open_store(
            self.cloud.settings, loading.installed(), session=session)
        evaluator = FirstComeEvaluator(on_weigh=lambda: session.lose(
            'trees', cassandra.OperationTimedOut(), times=1000))
        error = self.assertRaises(errors.OutcomeUnknown, self.place,
                                  evaluator, claim_deadline=0.3)
        self.assertIn('claim_timeout', str(error))
