# SPDX-License-Identifier: Apache-2.0
"""Whose tests an expression of the command line means."""

import testtools

from cassandra_scheduler.tests.upstream import runner


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
