# SPDX-License-Identifier: Apache-2.0

import uuid

import cassandra
import testtools

from cassandra_scheduler.resource_types import loading
from cassandra_scheduler.store import opening
from cassandra_scheduler.store import outcome
from cassandra_scheduler.store import server_groups
from cassandra_scheduler.tests.fixtures import cassandra as fixture
from cassandra_scheduler.tests.fixtures import sessions

CLAIM = server_groups.MemberClaim('server', 'tree', 'claim', True)
SILENCE = cassandra.OperationTimedOut()


class TestServerGroups(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.cloud = self.useFixture(fixture.Cloud())
        self.session = sessions.FailingSession(self.cloud.settings)
        self.groups = opening.open_store(
            self.cloud.settings, loading.installed(),
            session=self.session).server_groups
        self.nobody = self.groups.find('group')

    def group(self, *members, claiming=None):
        return server_groups.ServerGroup(frozenset(members), claiming,
                                         write_id=str(uuid.uuid4()))

    def test_a_row_that_is_not_there(self):
        self.assertEqual(server_groups.ServerGroup(), self.nobody)

    def test_written_and_read(self):
        first = self.group('server', claiming=CLAIM)
        self.assertEqual(outcome.Applied(first),
                         self.groups.write('group', self.nobody, first))
        self.assertEqual(first, self.groups.find('group'))
        then = self.group('server', 'other')
        self.assertEqual(outcome.Applied(then),
                         self.groups.write('group', first, then))
        self.assertEqual(then, self.groups.find('group'))
        self.assertEqual(self.nobody, self.groups.find('another'))

    def test_who_comes_second_gets_the_first_ones_row(self):
        first = self.group('server', claiming=CLAIM)
        self.groups.write('group', self.nobody, first)
        refused = outcome.Rejected(first)
        self.assertEqual(refused, self.groups.write(
            'group', self.nobody, self.group('other')))
        self.assertEqual(refused, self.groups.write(
            'group', self.group(), self.group('other')))
        self.assertEqual(first, self.groups.find('group'))

    def test_a_lost_answer_is_looked_up(self):
        first = self.group('server', claiming=CLAIM)
        self.session.lose('INTO', SILENCE)
        self.assertEqual(outcome.Applied(first),
                         self.groups.write('group', self.nobody, first))

    def test_nobody_answers(self):
        self.session.lose('INTO', SILENCE)
        self.session.refuse('SELECT state', SILENCE, times=9)
        self.assertIsInstance(
            self.groups.write('group', self.nobody, self.group('server')),
            outcome.Unknown)

    def test_a_row_expires(self):
        self.groups.write('group', self.nobody, self.group('server'))
        row = self.session.row(
            'SELECT ttl(state) AS seconds FROM {keyspace}.server_groups '
            'WHERE cloud = ? AND server_group = ?',
            (self.cloud.store.cloud, 'group'))
        self.assertLess(80000, row['seconds'])
