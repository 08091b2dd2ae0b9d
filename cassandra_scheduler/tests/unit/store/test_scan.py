# SPDX-License-Identifier: Apache-2.0

import random

import testtools

from cassandra_scheduler.model import restriction
from cassandra_scheduler.store import query
from cassandra_scheduler.store import scan
from cassandra_scheduler.store import token_ranges


class NumberedRows:
    """Answers queries with numbers, which are their own tokens."""

    def __init__(self, *tokens, empty=()):
        self.tokens = sorted(tokens)
        self.empty = empty               # rows that hold no tree
        self.reads = []

    def read(self, _restrictions, *, within, limit, level):
        self.reads.append((*within, limit))
        found = [token for token in self.tokens
                 if within.after < token <= within.up_to][:limit]
        return query.Page(
            trees=tuple(each for each in found if each not in self.empty),
            rows_read=len(found), last_token=found[-1] if found else None,
            ended=len(found) < limit)

    def read_hosts(self, _restrictions, hosts, *, level):
        self.reads.append(tuple(hosts))
        return query.Page(trees=tuple(hosts), rows_read=len(hosts),
                          last_token=None, ended=True)


class FromTwenty(random.Random):
    """Starts a scan in the middle."""

    def randrange(self, *_bounds):
        return 20


def large(rows):
    """Return a Scan that has learnt that it does not fit into a page."""
    found = scan.Scan(rows)
    found._size.learn(one_page=False)
    return found


def trees(pages):
    return [page.trees for page in pages if page.trees]


class TestPages(testtools.TestCase):

    def scan(self, rows, **fields):
        return trees(scan.Scan(rows).pages(limit=3, **fields))

    def test_all_in_one_page(self):
        rows = NumberedRows(10, 20)
        self.assertEqual([(10, 20)], self.scan(rows))
        self.assertEqual(1, len(rows.reads))

    def test_nothing(self):
        self.assertEqual([], self.scan(NumberedRows()))

    def test_a_full_page_may_be_the_last(self):
        self.assertEqual([(10, 20, 30)], self.scan(NumberedRows(10, 20, 30)))

    def test_once_round(self):
        rows = NumberedRows(10, 20, 30, 40, 50, 60, 70)
        self.assertEqual([(30, 40, 50), (60, 70), (10, 20)],
                         trees(large(rows).pages(limit=3,
                                                 random=FromTwenty())))

    def test_a_short_end_is_a_page_and_the_beginning_another(self):
        rows = NumberedRows(10, 20, 30)
        pages = large(rows).pages(limit=3, random=FromTwenty())
        self.assertEqual((30,), next(pages).trees)
        self.assertEqual(1, len(rows.reads))
        self.assertEqual([(10, 20)], trees(pages))

    def test_a_large_cloud_is_sampled_and_then_read_in_growing_pages(self):
        rows = NumberedRows(*range(1, 20))
        trees(large(rows).pages(limit=5, sample=2, random=random.Random(1)))
        sizes = [limit for _after, _up_to, limit in rows.reads]
        self.assertEqual([2, 4, 5], sorted(set(sizes)))

    def test_a_small_cloud_is_not_sampled(self):
        self.assertEqual([(1, 2, 3)], trees(
            scan.Scan(NumberedRows(1, 2, 3)).pages(
                limit=5, sample=2, random=random.Random(1))))

    def test_nothing_is_read_before_it_is_asked_for(self):
        rows = NumberedRows(*range(100))
        pages = scan.Scan(rows).pages(limit=3)
        self.assertEqual([], rows.reads)
        next(pages)
        self.assertEqual(1, len(rows.reads))

    def test_rows_without_a_tree_count(self):
        rows = NumberedRows(10, 20, 30, 40, empty=(10, 40))
        self.assertEqual([(20, 30)], self.scan(rows))

    def test_without_random_it_starts_at_the_lowest_and_learns_nothing(self):
        rows = NumberedRows(*range(9))
        found = scan.Scan(rows)
        trees(found.pages(limit=3))
        self.assertFalse(found.is_large())
        found = large(rows)
        rows.reads = []
        next(found.pages(limit=3, sample=2))
        self.assertEqual([(*token_ranges.WHOLE, 3)], rows.reads)


class TestPagesOfHosts(testtools.TestCase):

    def scan(self, *hosts):
        rows = NumberedRows()
        found = trees(scan.Scan(rows).pages_of_hosts(
            (), hosts, limit=5, sample=2, random=random.Random(1)))
        self.assertEqual(found, rows.reads)
        return found

    def test_those_of_one_page_are_read_at_once(self):
        self.assertEqual([('a', 'b', 'c')], self.scan('a', 'b', 'c'))

    def test_of_more_hosts_a_sample_comes_first(self):
        hosts = [str(number) for number in range(13)]
        found = self.scan(*hosts)
        self.assertEqual([2, 4, 5, 2], [len(page) for page in found])
        self.assertNotEqual(tuple(hosts[:2]), found[0])
        self.assertEqual(sorted(hosts), sorted(sum(found, ())))

    def test_no_hosts(self):
        self.assertEqual([], self.scan())


class TestSize(testtools.TestCase):

    def scan(self, found, count):
        found._query = NumberedRows(*range(count))
        trees(found.pages(limit=3, random=random.Random(1)))

    def test_small_until_a_page_is_full(self):
        found = scan.Scan(None)
        self.scan(found, 2)
        self.assertFalse(found.is_large())
        self.assertEqual([(*token_ranges.WHOLE, 3)], found._query.reads)
        self.scan(found, 4)
        self.assertTrue(found.is_large())

    def test_large_until_many_scans_were_short(self):
        found = scan.Scan(None)
        self.scan(found, 4)
        for _time in range(scan.SHORT_SCANS - 1):
            self.scan(found, 2)
        self.assertTrue(found.is_large())
        self.scan(found, 2)
        self.assertFalse(found.is_large())

    def test_a_scan_that_was_left_after_its_first_page_has_been_learnt(self):
        found = scan.Scan(NumberedRows(*range(9)))
        next(found.pages(limit=3, random=random.Random(1)))
        self.assertTrue(found.is_large())

    def test_a_large_cloud_is_entered_anywhere(self):
        rows = NumberedRows(1, 2, 3)
        found, draw = large(rows), random.Random(1)
        for _time in range(20):
            next(found.pages(limit=3, random=draw))
        starts = {after for after, _up_to, _limit in rows.reads}
        self.assertEqual(20, len(starts))
        self.assertTrue(all(
            token_ranges.MIN_TOKEN <= start < token_ranges.MAX_TOKEN
            for start in starts))

    def test_scans_that_name_something_learn_by_themselves(self):
        def named(trait):
            return (restriction.Restriction('tree_traits', 'CONTAINS', trait),
                    restriction.Restriction('free_vcpu', '>=', 1))

        size = scan.CloudSize()
        self.assertIs(size, size.of(named('A')[1:]))
        rare = size.of(named('RARE'))
        self.assertIs(rare, size.of(named('RARE')))
        size.learn(one_page=False)
        self.assertFalse(rare.large)

    def test_if_a_part_is_large_so_is_the_whole(self):
        size = scan.CloudSize()
        part = size.of((restriction.Restriction(
            'tree_traits', 'CONTAINS', 'COMMON'),))
        part.learn(one_page=False)
        self.assertTrue(part.large)
        self.assertTrue(size.large)

    def test_a_bounded_number_of_parts_is_remembered(self):
        size = scan.CloudSize()
        for number in range(scan.MOST_KINDS + 1):
            size.of((restriction.Restriction(
                'tree_traits', 'CONTAINS', str(number)),))
        self.assertLessEqual(len(size._parts), scan.MOST_KINDS)
