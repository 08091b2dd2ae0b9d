# SPDX-License-Identifier: Apache-2.0

import testtools

from cassandra_scheduler import testbed
from cassandra_scheduler.testbed import waiting


class TestWaiting(testtools.TestCase):

    def test_the_first_true_answer(self):
        answers = iter((None, 0, 'here'))
        self.assertEqual('here', waiting.poll(
            lambda: next(answers), seconds=20, pause=0))
        self.assertEqual('now', waiting.wait_for(
            'nothing', lambda: 'now', seconds=0))

    def test_the_last_answer_when_time_is_over(self):
        self.assertEqual((), waiting.poll(tuple, seconds=0))

    def test_what_is_done_may_be_false(self):
        answers = iter((3, 0))
        self.assertEqual(0, waiting.poll(
            lambda: next(answers), seconds=20, pause=0,
            done=lambda answer: answer == 0))

    def test_what_took_too_long_is_named(self):
        error = self.assertRaises(testbed.TestbedError, waiting.wait_for,
                                  'starting it', bool, seconds=0)
        self.assertEqual('starting it took more than 0 s.', str(error))

    def test_an_error_ends_it(self):
        def fail():
            raise LookupError('here')
        self.assertRaises(LookupError, waiting.poll, fail, seconds=20)
