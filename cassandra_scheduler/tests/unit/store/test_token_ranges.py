# SPDX-License-Identifier: Apache-2.0

import random

import testtools

from cassandra_scheduler.store import token_ranges


class TestTokenRanges(testtools.TestCase):

    def assert_once(self, ranges):
        """Check that the ranges hold every token exactly once."""
        ordered = sorted(ranges)
        self.assertEqual(token_ranges.MIN_TOKEN, ordered[0].after)
        self.assertEqual(token_ranges.MAX_TOKEN, ordered[-1].up_to)
        for one, following in zip(ordered, ordered[1:]):
            self.assertEqual(one.up_to, following.after)
            self.assertLess(following.after, following.up_to)

    def test_parts(self):
        parts = token_ranges.parts()
        self.assertEqual(token_ranges.PARTS, len(parts))
        self.assert_once(parts)

    def test_one_round(self):
        draw = random.Random(1)
        for start in (-7, 0, token_ranges.random_start(draw)):
            ranges = token_ranges.one_round(start)
            self.assertEqual(start, ranges[0].after)
            self.assertEqual(2, len(ranges))
            self.assert_once(ranges)

    def test_one_round_from_the_lowest_token_is_one_range(self):
        self.assertEqual([token_ranges.WHOLE],
                         token_ranges.one_round(token_ranges.MIN_TOKEN))
