# SPDX-License-Identifier: Apache-2.0
"""Which of upstream's tests an expression of the command line means."""

import testtools

from cassandra_scheduler.tests.upstream import runner

IDS = ('nova.tests.functional.test_a.Server.test_one',
       'nova.tests.functional.test_a.ServerGroup.test_one',
       'nova.tests.functional.test_ab.Server.test_one')


class TestMatching(testtools.TestCase):

    def test_the_name_of_a_module_or_class_means_that_one(self):
        self.assertEqual(list(IDS[:2]), runner.matching(
            IDS, ['nova.tests.functional.test_a']))
        self.assertEqual([IDS[0]], runner.matching(
            IDS, ['nova.tests.functional.test_a.Server']))

    def test_anything_else_is_searched_for(self):
        self.assertEqual([IDS[0], IDS[2]], runner.matching(
            IDS, [r'Server\.']))
        self.assertEqual(list(IDS), runner.matching(IDS, []))
        self.assertEqual([], runner.matching(IDS, ['nobody']))


class TestPackages(testtools.TestCase):

    def packages(self, *expressions):
        return dict(runner._packages(list(expressions)))

    def test_each_project_has_workers_of_its_own(self):
        self.assertEqual(
            {runner.PLACEMENT: ['placement.tests'], runner.NOVA: ['a', 'b']},
            self.packages('a', 'placement.tests', 'b'))

    def test_one_that_is_not_asked_for_is_not_listed(self):
        self.assertEqual({runner.NOVA: ['a']}, self.packages('a'))
        self.assertEqual({runner.PLACEMENT: ['placement.x']},
                         self.packages('placement.x'))

    def test_without_any_expression_both_are(self):
        self.assertEqual({runner.PLACEMENT: [], runner.NOVA: []},
                         self.packages())
