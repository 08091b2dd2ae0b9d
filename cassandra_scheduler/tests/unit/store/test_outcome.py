# SPDX-License-Identifier: Apache-2.0

import testtools

from cassandra_scheduler.store import outcome
from cassandra_scheduler.store import retrying


class TestOutcome(testtools.TestCase):

    def test_none_of_the_three_is_true_or_false(self):
        for ended in (outcome.Applied(), outcome.Rejected(),
                      outcome.Unknown()):
            error = self.assertRaises(TypeError, bool, ended)
            self.assertIn('three cases', str(error))

    def test_each_carries_its_own(self):
        self.assertEqual('new', outcome.Applied('new').state)
        self.assertEqual('theirs', outcome.Rejected('theirs').winner)
        self.assertEqual('why', outcome.Unknown('why').cause)


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self):
        self.now = 100.0
        self.slept = []

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


class TestAttempts(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.clock = Clock()
        self.attempts = retrying.Attempts(5.0, clock=self.clock,
                                          sleep=self.clock.sleep)

    def test_it_ends_before_the_deadline(self):
        while self.attempts.wait():
            self.assertLess(self.attempts.count, 10000)
        self.assertLess(self.clock.now, 105.0)
        self.assertEqual(len(self.clock.slept) + 1, self.attempts.count)

    def test_it_waits_longer_but_never_long(self):
        while self.attempts.wait():
            pass
        for number, slept in enumerate(self.clock.slept, 1):
            self.assertLessEqual(
                slept, retrying.BACK_OFF_S * min(number, 25))
        self.assertGreater(max(self.clock.slept), retrying.BACK_OFF_S)
