# SPDX-License-Identifier: Apache-2.0
"""A trap fails the test that touched it, even if its error was swallowed.
"""

import testtools

from cassandra_scheduler.tests.upstream import traps


class Stock:

    def __init__(self, host):
        self.host = host

    def states(self):
        return [self.host]


class Heir(Stock):

    def __init__(self):
        """Stand in for a view that never calls stock's constructor."""


class TestTraps(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.traps = traps.Traps()
        self.addCleanup(self.traps.release)

    def test_a_guarded_call_raises(self):
        self.traps.guard(Stock, '__init__', 'the stock class')
        error = self.assertRaises(traps.StockReached, Stock, 'host1')
        self.assertIn('the stock class', str(error))

    def test_a_swallowed_error_is_not_forgotten(self):
        self.traps.guard(Stock, 'states', 'the stock states')
        try:
            Stock('host1').states()
        except Exception as exc:
            self.assertIsInstance(exc, traps.StockReached)
        error = self.assertRaises(traps.StockReached, self.traps.check)
        self.assertIn('1 times', str(error))
        self.assertIn('the stock states', str(error))

    def test_the_failure_shows_who_called(self):
        self.traps.guard(Stock, 'states', 'the stock states')
        self.assertRaises(traps.StockReached, _reach, Stock('host1'))
        error = self.assertRaises(traps.StockReached, self.traps.check)
        self.assertIn('_reach', str(error))
        self.assertIn('stock.states()', str(error))

    def test_untouched_traps_are_silent(self):
        self.traps.guard(Stock, 'states', 'the stock states')
        Heir()
        self.assertIsNone(self.traps.check())

    def test_a_test_does_not_pay_for_the_one_before(self):
        self.traps.guard(Stock, 'states', 'the stock states')
        self.assertRaises(traps.StockReached, Stock('host1').states)
        self.traps.forget()
        self.assertIsNone(self.traps.check())

    def test_a_failure_is_reported_once(self):
        self.traps.guard(Stock, 'states', 'the stock states')
        self.assertRaises(traps.StockReached, Stock('host1').states)
        self.assertRaises(traps.StockReached, self.traps.check)
        self.assertIsNone(self.traps.check())

    def test_one_object_can_be_guarded(self):
        guarded, free = Stock('host1'), Stock('host2')
        self.traps.guard(guarded, 'states', 'these states')
        self.assertRaises(traps.StockReached, guarded.states)
        self.assertEqual(['host2'], free.states())
        self.traps.release()
        self.assertEqual(['host1'], guarded.states())

    def test_release_restores_the_class(self):
        original = Stock.__init__
        self.traps.guard(Stock, '__init__', 'the stock class')
        self.traps.release()
        self.assertIs(original, Stock.__init__)

    def test_a_name_that_is_gone_is_refused(self):
        self.assertRaises(AttributeError, self.traps.guard,
                          Stock, 'renamed', 'what it was')


def _reach(stock):
    stock.states()
