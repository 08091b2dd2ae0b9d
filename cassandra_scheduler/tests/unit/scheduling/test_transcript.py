# SPDX-License-Identifier: Apache-2.0

import itertools

import testtools

from cassandra_scheduler.scheduling import transcript
from cassandra_scheduler.store import query


class TestNotes(testtools.TestCase):

    def setUp(self):
        super().setUp()
        ticks = itertools.count()
        self.notes = transcript.Notes('req-1', clock=lambda: next(ticks))

    def test_a_step(self):
        with self.notes.step('filter', 7) as out:
            out(3)
        self.assertEqual((transcript.Step('filter', 7, 3, 1),),
                         self.notes.transcript.steps)

    def test_a_step_that_fails_is_noted(self):
        def fail():
            with self.notes.step('filter', 7):
                raise KeyError('x')

        self.assertRaises(KeyError, fail)
        self.assertEqual((transcript.Step('filter', 7, 0, 1),),
                         self.notes.transcript.steps)

    def test_refusals_add_up(self):
        self.notes.refused({'A': 2, 'B': 1})
        self.notes.refused({'A': 3})
        self.assertEqual((('A', 5), ('B', 1)),
                         self.notes.transcript.refusals)

    def test_what_was_noted_before_stays_as_it_was(self):
        before = self.notes.transcript
        self.notes.query(('r',), 5, lead='host')
        self.notes.conditional_write(2)
        self.assertEqual((0, 0), (before.queries, before.rows_read))
        after = self.notes.transcript
        self.assertEqual((1, 5, 2, ('r',), (('host', 5),)), (
            after.queries, after.rows_read, after.conditional_writes,
            after.restrictions, after.leads))

    def test_each_page_of_a_scan_is_a_query_and_a_step(self):
        pages = [query.Page((), rows, None, True) for rows in (3, 4)]
        self.assertEqual(pages, list(self.notes.queries(
            iter(pages), (), lead='amounts')))
        found = self.notes.transcript
        self.assertEqual((2, 7, (('amounts', 7),)),
                         (found.queries, found.rows_read, found.leads))
        self.assertEqual((transcript.Step('read', 0, 3, 1),
                          transcript.Step('read', 0, 4, 1)), found.steps)

    def test_one_line(self):
        self.notes.query((), 50, lead='amounts')
        self.notes.conditional_write(2)
        self.notes.refused({'A': 2})
        with self.notes.step('read') as out:
            out(50)
        self.assertEqual(
            '1 queries, 50 rows (50 by amounts), 2 conditional writes; '
            'refused: A 2; read 0->50 1000.0 ms', str(self.notes.transcript))
