# SPDX-License-Identifier: Apache-2.0
"""A test is left out only with a reason, and never by accident."""

import pathlib

import fixtures
import testtools

from cassandra_scheduler.tests.upstream import exclusions
from cassandra_scheduler.tests.upstream import runner


class TestParse(testtools.TestCase):

    def test_expression_and_reason(self):
        [found] = exclusions.parse([r'test_a\.B\.test_c$   # reads SQL # 2'])
        self.assertEqual((r'test_a\.B\.test_c$', 'reads SQL # 2'),
                         (found.expression.pattern, found.reason))

    def test_empty_lines_and_remarks_say_nothing(self):
        self.assertEqual((), exclusions.parse(['', '  ', '# a remark']))

    def test_a_line_without_a_reason_is_refused(self):
        for line in ('test_a', 'test_a #', 'test_a #   ', 'test_a reason',
                     'test_a# reason', 'test_a test_b # reason'):
            error = self.assertRaises(
                exclusions.BadLine, exclusions.parse, ['# first', line])
            self.assertIn('excluded.txt, line 2', str(error))
            self.assertIn(line.strip(), str(error))

    def test_a_broken_expression_is_refused(self):
        error = self.assertRaises(
            exclusions.BadLine, exclusions.parse, ['test_(a  # reason'])
        self.assertIn('line 1: test_(a is no regular expression', str(error))

    def test_reading_names_the_file(self):
        folder = self.useFixture(fixtures.TempDir()).path
        path = pathlib.Path(folder, 'left_out.txt')
        path.write_text('test_a\n')
        error = self.assertRaises(
            exclusions.BadLine, exclusions.read, path)
        self.assertIn('left_out.txt, line 1', str(error))

    def test_the_shipped_file_can_be_read(self):
        for exclusion in exclusions.read(runner.EXCLUDED):
            self.assertNotEqual('', exclusion.reason)


class TestSplit(testtools.TestCase):

    def test_split(self):
        rules = exclusions.parse(['B  # first', r'test_2$  # second'])
        kept, left_out = exclusions.split(
            ['A.test_1', 'B.test_1', 'A.test_2', 'B.test_2', 'A.test_21'],
            rules)
        self.assertEqual(['A.test_1', 'A.test_21'], kept)
        self.assertEqual([('B.test_1', 'first'), ('A.test_2', 'second'),
                          ('B.test_2', 'first')], left_out)

    def test_without_exclusions_everything_is_kept(self):
        self.assertEqual((['A.test_1'], []),
                         exclusions.split(['A.test_1'], ()))


class TestMatching(testtools.TestCase):

    def test_any_expression_is_enough(self):
        ids = ['x.A.test_1', 'x.B.test_1', 'x.C.test_1']
        self.assertEqual(['x.A.test_1', 'x.C.test_1'],
                         runner.matching(ids, [r'x\.A\.', 'C']))

    def test_a_full_name_means_only_that_class(self):
        ids = ['nova.x.Test.test_a', 'nova.x.TestMore.test_a']
        self.assertEqual(ids[:1], runner.matching(ids, ['nova.x.Test']))
        self.assertEqual(ids, runner.matching(ids, ['x.Test']))

    def test_without_expressions_everything_matches(self):
        self.assertEqual(['a', 'b'], runner.matching(['a', 'b'], []))

    def test_nothing_may_match(self):
        self.assertEqual([], runner.matching(['a'], ['b']))
