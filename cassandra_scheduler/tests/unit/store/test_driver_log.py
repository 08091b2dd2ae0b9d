# SPDX-License-Identifier: Apache-2.0

import logging

import fixtures
import testtools

from cassandra_scheduler.model import errors
from cassandra_scheduler.store import session as store_session
from cassandra_scheduler.store import settings


class TestDriverLog(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.logged = self.useFixture(fixtures.FakeLogger(
            'cassandra', format='%(levelname)s %(message)s'))
        self.log = logging.getLogger('cassandra.cluster')

    def fail(self, log, *message):
        try:
            raise ConnectionRefusedError('many\n  words')
        except ConnectionRefusedError:
            log(*message)

    def test_a_traceback_becomes_a_line(self):
        self.fail(self.log.exception, 'No node %s:', 'a%b')
        self.fail(self.log.error, 'Odd')
        self.assertEqual(
            'ERROR No node a%b: ConnectionRefusedError: many words\n'
            'ERROR Odd\n', self.logged.output)

    def test_no_exception_is_no_loss(self):
        self.log.exception('Strange:')
        self.assertEqual('ERROR Strange\n', self.logged.output)

    def test_who_debugs_sees_it_all(self):
        logged = self.useFixture(fixtures.FakeLogger(
            'cassandra', level=logging.DEBUG))
        self.fail(lambda text: self.log.debug(text, exc_info=True), 'Here')
        self.assertIn('Traceback', logged.output)

    def test_others_keep_theirs(self):
        other = self.useFixture(fixtures.FakeLogger('cassandra_scheduler'))
        self.fail(logging.getLogger('cassandra_scheduler').exception, 'Bug')
        self.assertIn('Traceback', other.output)

    def test_where_nobody_listens(self):
        session = store_session.Session(settings.Settings(
            contact_points=('127.0.0.1',), port=1, connect_timeout=1.0))
        self.addCleanup(session.close)
        self.assertRaises(errors.StoreUnavailable, session.rows, 'SELECT 1')
        lines = self.logged.output.splitlines()
        self.assertIn('Connection refused', self.logged.output)
        self.assertIn('ERROR', {line.split()[0] for line in lines})
        self.assertEqual([], [line for line in lines if not line.startswith(
            ('INFO ', 'WARNING ', 'ERROR '))])
