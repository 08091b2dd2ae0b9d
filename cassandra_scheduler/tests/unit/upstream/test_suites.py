# SPDX-License-Identifier: Apache-2.0
"""What the workers of a suite are told."""

import os
import pathlib
import unittest

import fixtures
import testtools

from cassandra_scheduler.tests.gabbi import suite as gabbi_suite
from cassandra_scheduler.tests.scenarios import suite as scenario_suite
from cassandra_scheduler.tests.upstream import placement_suite
from cassandra_scheduler.tests.upstream import suite as nova_suite
from cassandra_scheduler.tests.upstream import suites


class TestEnvironment(testtools.TestCase):

    def environment(self, given):
        suite = suites.Suite('a.b', suites.OURS, path=(pathlib.Path('/one'),))
        return suite.environment(given, MORE='1')

    def test_path_and_mode(self):
        found = self.environment({'PYTHONPATH': '/two', 'KEPT': 'x'})
        self.assertEqual(
            ['/one', str(suites.TOP), '/two'],
            found['PYTHONPATH'].split(os.pathsep))
        self.assertEqual(('ours', 'x', '1'),
                         (found[suites.MODE], found['KEPT'], found['MORE']))

    def test_what_is_given_prevails(self):
        self.assertEqual(
            '7', self.environment({'OS_TEST_TIMEOUT': '7'})['OS_TEST_TIMEOUT'])

    def test_another_order_is_the_same_for_every_worker(self):
        suite = suites.Suite('a.b', suites.OURS, shuffle=7)
        found = suite.environment({})
        self.assertEqual(('7', '7'), (found[suites.SHUFFLE],
                                      found['PYTHONHASHSEED']))
        self.assertNotIn(suites.SHUFFLE, self.environment({}))

    def test_the_top_holds_the_package(self):
        self.assertTrue((suites.TOP / 'cassandra_scheduler').is_dir())


class TestOrder(testtools.TestCase):

    def in_order(self, seed):
        self.useFixture(fixtures.EnvironmentVariable(suites.SHUFFLE, seed))
        return list(gabbi_suite._in_order(unittest.TestSuite(
            unittest.TestSuite([unittest.FunctionTestCase(print)] * size)
            for size in range(9))))

    def test_files_change_places_and_stay_whole(self):
        usual, other = self.in_order(None), self.in_order('3')
        self.assertEqual(list(range(9)),
                         [file.countTestCases() for file in usual])
        self.assertNotEqual(usual, other)
        self.assertEqual(set(range(9)),
                         {file.countTestCases() for file in other})
        self.assertEqual(other, self.in_order('3'))


class TestWithoutTheRunner(testtools.TestCase):

    def test_nothing_is_loaded(self):
        # The workers of this suite have no mode in their environment.
        self.assertNotIn(suites.MODE, os.environ)
        for suite in (gabbi_suite, nova_suite, placement_suite,
                      scenario_suite):
            loaded = suite.load_tests(unittest.TestLoader(), None, None)
            self.assertEqual(0, loaded.countTestCases())
