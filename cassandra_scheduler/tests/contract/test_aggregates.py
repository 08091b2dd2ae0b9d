# SPDX-License-Identifier: Apache-2.0
"""The host aggregates that schedulers share."""

import cassandra

from cassandra_scheduler.store import aggregates
from cassandra_scheduler.tests.contract import case
from cassandra_scheduler.tests.fixtures import sessions

SILENCE = cassandra.OperationTimedOut()


def aggregate(number, *hosts, **metadata):
    return aggregates.HostAggregate(number, f'uuid-{number}', f'a{number}',
                                    frozenset(hosts), metadata)


class TestAggregates(case.StoreTestCase):

    def setUp(self):
        super().setUp()
        self.session = sessions.FailingSession(self.cloud.settings)
        self.aggregates = aggregates.Aggregates(
            self.session, self.cloud.settings.cloud)

    def change(self, put=(), delete=(), *, version, if_version=None):
        return self.aggregates.change(put, delete, version=version,
                                      if_version=if_version)

    def test_nothing_yet(self):
        self.assertIsNone(self.aggregates.version())
        self.assertEqual(aggregates.Snapshot(None, ()),
                         self.aggregates.snapshot())

    def test_a_change(self):
        both = (aggregate(1, 'one', 'two', zone='z'), aggregate(2))
        self.assert_applied(self.change(both, version='v1'))
        self.assertEqual('v1', self.aggregates.version())
        self.assertEqual(aggregates.Snapshot('v1', both),
                         self.aggregates.snapshot())
        self.assert_applied(self.change(
            [aggregate(2, 'two')], [1], version='v2', if_version='v1'))
        self.assertEqual(
            aggregates.Snapshot('v2', (aggregate(2, 'two'),)),
            self.aggregates.snapshot())

    def test_the_version_stays_when_all_are_gone(self):
        self.change([aggregate(1)], version='v1')
        self.change(delete=[1], version='v2', if_version='v1')
        self.assertEqual(aggregates.Snapshot('v2', ()),
                         self.aggregates.snapshot())

    def test_a_late_writer_is_refused(self):
        self.change([aggregate(1)], version='v1')
        self.assert_rejected(self.change([aggregate(1, 'old')],
                                         version='v2'))
        self.assertEqual(aggregates.Snapshot('v1', (aggregate(1),)),
                         self.aggregates.snapshot())

    def test_a_lost_answer_is_looked_up(self):
        self.session.lose('aggregates SET version', SILENCE)
        self.assert_applied(self.change([aggregate(1)], version='v1'))
        self.session.lose('aggregates SET version', SILENCE)
        refused = self.assert_rejected(self.change(
            [aggregate(2)], version='v2', if_version='v0'))
        self.assertEqual('v1', refused.winner)
        self.session.lose('aggregates', SILENCE, times=4)
        self.assert_unknown(self.change(
            [aggregate(3)], version='v3', if_version='v1'))

    def test_a_write_that_did_not_happen_is_sent_again(self):
        self.change([aggregate(1)], version='v1')
        self.session.refuse('aggregates SET version', SILENCE)
        self.assert_applied(self.change(
            [aggregate(2)], version='v2', if_version='v1'))
        self.assertEqual('v2', self.aggregates.version())

    def test_clouds_do_not_see_each_other(self):
        self.change([aggregate(1)], version='v1')
        other = aggregates.Aggregates(self.session, 'another cloud')
        self.assertIsNone(other.version())
