# SPDX-License-Identifier: Apache-2.0

import random

from hypothesis import given
from hypothesis import strategies as st
import testtools

from cassandra_scheduler.scheduling import ranking

WEIGHTS = st.lists(st.integers(-3, 3), max_size=12)


def order(weights, *, seed=1, tolerance=0.0, subset=1):
    """Return the weights in the order in which their hosts are claimed."""
    weighted = sorted(((float(weight), number)
                       for number, weight in enumerate(weights)),
                      key=lambda pair: -pair[0])
    found = ranking.order(weighted, tolerance=tolerance, subset=subset,
                          random=random.Random(seed))
    return found, [weights[number] for number in found]


class TestOrder(testtools.TestCase):

    @given(WEIGHTS)
    def test_the_best_come_first(self, weights):
        found, ordered = order(weights)
        self.assertEqual(sorted(weights, reverse=True), ordered)
        self.assertEqual(set(range(len(weights))), set(found))

    def test_equals_are_shuffled_by_the_seed(self):
        firsts = [order([5, 5, 5, 5, 1], seed=seed)[0][0]
                  for seed in range(40)]
        self.assertEqual({0, 1, 2, 3}, set(firsts))
        self.assertEqual(firsts, [order([5, 5, 5, 5, 1], seed=seed)[0][0]
                                  for seed in range(40)])

    @given(WEIGHTS, st.integers(0, 6))
    def test_near_equals(self, weights, tolerance):
        _found, ordered = order(weights, tolerance=float(tolerance))
        near = [weight for weight in weights
                if weight >= max(weights) - tolerance]
        self.assertEqual(sorted(near), sorted(ordered[:len(near)]))
        self.assertEqual(sorted(ordered[len(near):], reverse=True),
                         ordered[len(near):])

    def test_the_first_is_drawn_from_the_best_few(self):
        firsts = set()
        for seed in range(40):
            found, ordered = order([9, 8, 7, 6], seed=seed, subset=3)
            firsts.add(ordered[0])
            self.assertEqual(sorted(ordered[1:], reverse=True), ordered[1:])
            self.assertEqual({0, 1, 2, 3}, set(found))
        self.assertEqual({9, 8, 7}, firsts)

    def test_a_subset_larger_than_all(self):
        self.assertEqual({0, 1}, set(order([2, 1], subset=9)[0]))
        self.assertEqual([], order([], subset=9)[0])
