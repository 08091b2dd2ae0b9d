# SPDX-License-Identifier: Apache-2.0

import itertools

from hypothesis import given
from hypothesis import strategies as st
import testtools

from cassandra_scheduler.resource_types import tokens

NAMES = ('x86_64', 'kvm', 'hvm', 'xen')


class TestAmounts(testtools.TestCase):

    @given(st.integers(0, 5000), st.integers(1, 5000))
    def test_who_has_enough_is_found(self, has, needs):
        words = tokens.reached('a', has)
        if has >= needs:
            self.assertIn(tokens.at_least('a', needs), words)
        if 2 * has < needs:
            self.assertNotIn(tokens.at_least('a', needs), words)

    @given(st.integers(1, 2 ** 40), st.integers(1, 2 ** 40))
    def test_pages(self, has, needs):
        if has >= needs:
            self.assertIn(tokens.pages_of(4, needs), tokens.pages(4, has))
        self.assertNotIn(tokens.pages_of(2048, needs), tokens.pages(4, has))


class TestHypervisors(testtools.TestCase):

    @given(st.lists(st.tuples(*[st.sampled_from((*NAMES, None))] * 3),
                    max_size=3), st.sets(st.sampled_from(NAMES), min_size=1,
                                         max_size=3))
    def test_one_combination_has_them_all(self, specs, names):
        self.assertEqual(
            any(names <= set(spec) for spec in specs),
            tokens.hypervisor(names) in tokens.hypervisors(specs))

    def test_parts_of_two_do_not_do(self):
        found = tokens.hypervisors([('x86_64', 'kvm', 'hvm'),
                                    ('aarch64', 'xen', 'hvm')])
        self.assertNotIn(tokens.hypervisor(['aarch64', 'kvm']), found)


class TestWords(testtools.TestCase):

    def test_long_ones_are_told_apart(self):
        words = {tokens.token('a', 'x' * 1000 + end) for end in 'abc'}
        self.assertEqual(3, len(words))
        self.assertTrue(all(len(word) < 200 for word in words))

    @given(st.integers(0, 2 ** 32 - 1), st.integers(0, 2 ** 32 - 1),
           st.integers(0, 32))
    def test_who_is_in_a_network_has_its_word(self, one, other, length):
        for number in (one, other):
            words = set(tokens.network_of(4, one, length))
            if number >> (32 - length) == one >> (32 - length):
                self.assertLessEqual(words, tokens.networks(4, number))

    def test_addresses_of_both_kinds_are_apart(self):
        fours = [tokens.address(4, n) for n in (0, 2 ** 32 - 1)]
        sixes = [tokens.address(6, n) for n in (0, 2 ** 128 - 1)]
        self.assertTrue(all(four < six for four, six in itertools.product(
            fours, sixes)))
