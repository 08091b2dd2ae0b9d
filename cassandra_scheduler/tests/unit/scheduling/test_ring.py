# SPDX-License-Identifier: Apache-2.0

import random

import testtools

from cassandra_scheduler.model import restriction
from cassandra_scheduler.scheduling import ring as rings
from cassandra_scheduler.store import query


class Pages:
    """Answers reads of numbered rows, whose tokens are their numbers."""

    def __init__(self, *tokens):
        self.tokens = sorted(tokens)
        self.reads = []

    def read(self, *, after, up_to, limit):
        self.reads.append((after, up_to, limit))
        found = [token for token in self.tokens
                 if after < token <= up_to][:limit]
        return query.Page(
            trees=tuple(found), rows_read=len(found),
            last_token=found[-1] if found else None,
            ended=len(found) < limit)


class FromTwenty(rings.Ring):
    """Begins in the middle."""

    def begin(self, random):
        return 20


class TestWalk(testtools.TestCase):

    def walk(self, pages, **fields):
        return list(rings.walk(pages.read, limit=3, **fields))

    def test_all_in_one_page(self):
        pages = Pages(10, 20)
        self.assertEqual([(10, 20)], self.walk(pages))
        self.assertEqual(1, len(pages.reads))

    def test_nothing(self):
        self.assertEqual([], self.walk(Pages()))

    def test_a_full_page_may_be_the_last(self):
        self.assertEqual([(10, 20, 30)], self.walk(Pages(10, 20, 30)))

    def test_round_the_ring(self):
        pages = Pages(10, 20, 30, 40, 50, 60, 70)
        self.assertEqual([(30, 40, 50), (60, 70), (10, 20)],
                         self.walk(pages, ring=FromTwenty()))

    def test_a_short_end_is_a_page_and_the_beginning_another(self):
        pages = Pages(10, 20, 30)
        walk = rings.walk(pages.read, limit=3, ring=FromTwenty())
        self.assertEqual((30,), next(walk))
        self.assertEqual(1, len(pages.reads))
        self.assertEqual([(10, 20)], list(walk))

    def test_a_large_cloud_is_sampled_and_then_read_in_growing_pages(self):
        ring = rings.Ring()
        ring.learn(one_page=False)
        pages = Pages(*range(1, 20))
        list(rings.walk(pages.read, limit=5, ring=ring, first=2,
                        random=random.Random(1)))
        sizes = [limit for _after, _up_to, limit in pages.reads]
        self.assertEqual([2, 4, 5], sorted(set(sizes)))

    def test_a_small_cloud_is_not_sampled(self):
        pages = Pages(1, 2, 3)
        self.assertEqual([(1, 2, 3)], list(rings.walk(
            pages.read, limit=5, ring=rings.Ring(), first=2)))

    def test_nothing_is_read_before_it_is_asked_for(self):
        pages = Pages(*range(100))
        walk = rings.walk(pages.read, limit=3)
        self.assertEqual([], pages.reads)
        next(walk)
        self.assertEqual(1, len(pages.reads))

    def test_rows_without_a_tree_count(self):
        pages = Pages(10, 20, 30, 40)
        whole = pages.read

        def read(**where):
            page = whole(**where)
            return query.Page(page.trees[1:], page.rows_read, page.last_token,
                              page.ended)

        self.assertEqual([(20, 30)], list(rings.walk(read, limit=3)))


class TestRing(testtools.TestCase):

    def walk(self, ring, rows):
        list(rings.walk(Pages(*range(rows)).read, limit=3, ring=ring,
                        random=random.Random(1)))

    def test_small_until_a_page_is_full(self):
        ring = rings.Ring()
        self.walk(ring, 2)
        self.assertFalse(ring.large)
        self.assertEqual(query.MIN_TOKEN, ring.begin(None))
        self.walk(ring, 4)
        self.assertTrue(ring.large)

    def test_large_until_many_walks_were_short(self):
        ring = rings.Ring()
        self.walk(ring, 4)
        for _time in range(rings.PATIENCE - 1):
            self.walk(ring, 2)
        self.assertTrue(ring.large)
        self.walk(ring, 2)
        self.assertFalse(ring.large)

    def test_a_walk_that_was_left_after_its_first_page_has_been_learnt(self):
        ring = rings.Ring()
        next(rings.walk(Pages(*range(9)).read, limit=3, ring=ring))
        self.assertTrue(ring.large)

    def test_a_large_cloud_is_entered_anywhere(self):
        ring = rings.Ring()
        ring.learn(one_page=False)
        draw = random.Random(1)
        begins = {ring.begin(draw) for _time in range(20)}
        self.assertEqual(20, len(begins))
        self.assertTrue(all(query.MIN_TOKEN <= begin <
                            query.MAX_TOKEN for begin in begins))

    def test_requests_that_name_something_learn_by_themselves(self):
        def named(trait):
            return (restriction.Restriction('tree_traits', 'CONTAINS', trait),
                    restriction.Restriction('free_vcpu', '>=', 1))

        ring = rings.Ring()
        self.assertIs(ring, ring.of(named('A')[1:]))
        rare = ring.of(named('RARE'))
        self.assertIs(rare, ring.of(named('RARE')))
        ring.learn(one_page=False)
        self.assertFalse(rare.large)

    def test_where_a_part_is_large_so_is_the_whole(self):
        ring = rings.Ring()
        part = ring.of((restriction.Restriction(
            'tree_traits', 'CONTAINS', 'COMMON'),))
        part.learn(one_page=False)
        self.assertTrue(part.large)
        self.assertTrue(ring.large)

    def test_a_bounded_number_of_parts_is_remembered(self):
        ring = rings.Ring()
        for number in range(rings.KINDS + 1):
            ring.of((restriction.Restriction(
                'tree_traits', 'CONTAINS', str(number)),))
        self.assertLessEqual(len(ring._parts), rings.KINDS)
