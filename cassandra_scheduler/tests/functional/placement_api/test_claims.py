# SPDX-License-Identifier: Apache-2.0
"""What schedulers have claimed, as the Placement API shows it."""

import testtools

from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.tests.fixtures import hosts
from cassandra_scheduler.tests.fixtures import placement_service as service


class TestClaims(testtools.TestCase):
    """In a cloud without any allocation written by REST."""

    def setUp(self):
        super().setUp()
        self.api = self.useFixture(service.PlacementService())
        self.provider = self.api.new_provider(VCPU=8)
        self.claimed = hosts.new_consumer(
            self.api.store, self.provider, 2, project_id='project',
            user_id='user', generation=1,
            consumer_type=consumer_model.INSTANCE)

    def test_the_type_of_the_consumer_is_known(self):
        held = self.api.get(f'/allocations/{self.claimed.uuid}')
        self.assertEqual('INSTANCE', held['consumer_type'])
        self.assertEqual({'VCPU': 2},
                         held['allocations'][self.provider]['resources'])

    def test_usages_are_counted_by_type(self):
        used = self.api.get('/usages?project_id=project')
        self.assertEqual({'INSTANCE': {'consumer_count': 1, 'VCPU': 2}},
                         used['usages'])

    def test_a_move_may_keep_the_type(self):
        held = self.api.get(f'/allocations/{self.claimed.uuid}')
        self.api.expect(204, 'PUT', f'/allocations/{self.claimed.uuid}',
                        held)
        after = self.api.get(f'/allocations/{self.claimed.uuid}')
        self.assertEqual(held['consumer_generation'] + 1,
                         after['consumer_generation'])
