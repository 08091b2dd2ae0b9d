# SPDX-License-Identifier: Apache-2.0

import testtools

from cassandra_scheduler.tests.cloud import tracebacks

_OSLO = '2026-11-28 11:17:13.514 22112 ERROR nova.api [None req-1 - - - -] '
_PLAIN = """\
starting
Traceback (most recent call last):
  File "a.py", line 1, in <module>
    raise ValueError
ValueError: 3 is too few
going on
"""


class TestTracebacks(testtools.TestCase):

    def test_none(self):
        self.assertEqual({}, tracebacks.find(['all is well\n', '\n']))

    def test_as_python_prints_it(self):
        self.assertEqual({'ValueError: 3 is too few': 1},
                         tracebacks.find(_PLAIN.splitlines(True)))

    def test_as_oslo_log_prints_it(self):
        lines = [_OSLO + line for line in _PLAIN.splitlines(True)]
        self.assertEqual({'ValueError: 3 is too few': 1},
                         tracebacks.find(lines))

    def test_the_same_again_is_counted(self):
        self.assertEqual({'ValueError: 3 is too few': 2},
                         tracebacks.find(_PLAIN.splitlines() * 2))

    def test_behind_a_message(self):
        found = tracebacks.find([
            'Exception in thread 1: Traceback (most recent call last)\n',
            '  File "a.py", line 1\n', 'KeyError: 1\n'])
        self.assertEqual({'KeyError: 1': 1}, found)

    def test_the_log_ends_in_the_middle(self):
        found = tracebacks.find(_PLAIN.splitlines()[:3])
        self.assertEqual({'a traceback without an end': 1}, found)


class TestExcused(testtools.TestCase):

    def test_only_an_outage_excuses_what_nova_says_of_it(self):
        what = ('nova.exception.ConsumerAllocationRetrievalFailed: Failed: '
                'check that Cassandra is there and that the node is up')
        self.assertTrue(tracebacks.excused(what, outage=True))
        self.assertFalse(tracebacks.excused(what, outage=False))

    def test_what_quotes_nothing_while_the_only_one_was_away(self):
        what = ('nova.exception.ResourceProviderRetrievalFailed: Failed to '
                'get resource provider with UUID 1')
        self.assertTrue(tracebacks.excused(what, outage=True))
        self.assertFalse(tracebacks.excused(what, outage=False))

    def test_nothing_excuses_ours(self):
        for outage in (True, False):
            self.assertFalse(
                tracebacks.excused('ValueError: 3', outage=outage))

    def test_what_nova_says_as_it_stops(self):
        what = ('RuntimeError: A dynamic interval looping call should supply '
                'either an interval or periodic_interval_max')
        self.assertTrue(tracebacks.excused(what, outage=False))
