# SPDX-License-Identifier: Apache-2.0
"""How the runner of all suites counts: it must never call a failure fine."""

import io
import sys

import fixtures
import testtools

from cassandra_scheduler.tests import all as all_suites
from cassandra_scheduler.tests import durations

STESTR = [
    '======', 'Totals', '======', 'Ran: 12 tests in 0.0086 sec.',
    ' - Passed: 7', ' - Skipped: 1', ' - Expected Fail: 1',
    ' - Unexpected Success: 1', ' - Failed: 2',
    'Sum of execute time for each test: 0.0075 sec.']
FAILED = [
    '{1} a.test_one [0.5s] ... FAILED', '',
    'Captured traceback:', '~~~~~~~~~~~~~~~~~~~',
    '    Traceback (most recent call last):', '', '    ValueError: 3', '',
    'Captured pythonlogging:', '~~~', '    2026 INFO nothing of interest',
    '{0} setUpClass (a.B) ... FAILED', 'Captured traceback:',
    '    OSError: no disk', '{0} a.test_two [0.1s] ... ok',
    '======', 'Totals', '======', ' - Passed: 0', ' - Failed: 2']
FINE = ['Totals', ' - Passed: 3', ' - Failed: 0']


def suite(*code, **kinds):
    return all_suites.Suite('some', (sys.executable, '-c', *code), **kinds)


class TestCount(testtools.TestCase):

    def count(self, lines, exit_status, **kinds):
        result = all_suites.count(suite(**kinds), lines,
                                  exit_status=exit_status)
        return result.passed, result.failed, result.skipped

    def test_stestr(self):
        self.assertEqual((8, 3, 1), self.count(STESTR, 1))

    def test_only_the_closing_counts_matter(self):
        printed = [' - Passed: 70', ' - Failed: 20', 'Passed: 3']
        self.assertEqual((8, 3, 1), self.count(printed + STESTR, 1))

    def test_breaking_early_is_a_failure(self):
        self.assertEqual((0, 1, 0), self.count(['Traceback'], 1))
        self.assertEqual((3, 1, 0), self.count(FINE, -9))

    def test_running_nothing_is_a_failure(self):
        self.assertEqual((0, 1, 0), self.count([], 0))
        self.assertEqual(
            (0, 1, 0), self.count(['Totals', ' - Passed: 0'], 0))

    def test_a_narrowed_suite_may_run_nothing_but_not_break(self):
        narrowed = suite().narrowed(['some_test'])
        self.assertEqual('some_test', narrowed.command[-1])
        for lines, failed in ((["The specified regex doesn't match with"], 0),
                              (['Traceback'], 1)):
            result = all_suites.count(narrowed, lines, exit_status=1)
            self.assertEqual((0, failed), (result.passed, result.failed))

    def test_a_check_is_one_test(self):
        self.assertEqual((1, 0, 0), self.count([], 0, counts=False))
        self.assertEqual((0, 1, 0), self.count([], 1, counts=False))


class TestRun(testtools.TestCase):

    def setUp(self):
        super().setUp()
        for stream in ('sys.stdout', 'sys.stderr'):
            self.useFixture(fixtures.MonkeyPatch(stream, io.StringIO()))

    def test_a_real_process(self):
        good = suite('print("Totals")\nprint(" - Passed: 2")')
        result = all_suites.run(good, environment={})
        self.assertEqual(('some', 2, 0),
                         (result.name, result.passed, result.failed))

    def test_what_failed_is_said_again_at_the_end(self):
        bad = suite(f'print({chr(10).join(FAILED)!r})\nraise SystemExit(1)')
        said = '\n'.join(all_suites.closing(
            [all_suites.run(bad, environment={})]))
        self.assertEqual([
            '--- some: a.test_one',
            '    Traceback (most recent call last):',
            '    ValueError: 3',
            '--- some: setUpClass (a.B)',
            '    OSError: no disk'], said.splitlines()[3:8])
        self.assertEqual('0 passed, 2 failed', said.splitlines()[-1])

    def test_the_slowest_tests_come_first(self):
        lines = [f'{{0}} a.test_{number} [{number}.5s] ... ok'
                 for number in range(40)]
        printed = suite(f'print({chr(10).join([*lines, *FINE])!r})')
        said = all_suites.closing([all_suites.run(printed, environment={})])
        self.assertEqual('the 30 slowest of 40 tests:', said[0])
        self.assertEqual('39.5 s  some: a.test_39', said[1].strip())
        self.assertEqual('10.5 s  some: a.test_10', said[30].strip())
        self.assertEqual('suite', said[31].split()[0])

    def test_a_time_is_that_of_a_test(self):
        found = durations.found([
            *FAILED, '[12.5s] ... ok', 'Ran: 12 tests in 0.0086 sec.',
            'files/a name with blanks [0.25s] ... SKIPPED: none'])
        self.assertEqual(
            ((0.5, 'a.test_one'), (0.1, 'a.test_two'),
             (0.25, 'files/a name with blanks')), found)

    def test_the_environment_may_name_a_cassandra(self):
        look = suite('import os, sys\n'
                     f'sys.exit(os.environ[{all_suites.CONTACT_POINTS!r}]'
                     ' != "192.0.2.1")', counts=False, needs_cassandra=True)
        [result] = all_suites.run_all(
            [look], {all_suites.CONTACT_POINTS: '192.0.2.1'})
        self.assertEqual((1, 0), (result.passed, result.failed))

    def test_shell_scripts_are_found_by_their_first_line(self):
        [bashate] = (each for each in all_suites.suites()
                     if each.name == 'bashate')
        for name in ('devstack/plugin.sh', 'devstack/settings', '.ci/run'):
            self.assertIn(str(all_suites.PACKAGE.parent / name),
                          bashate.command)

    def test_an_unknown_suite_is_refused(self):
        error = self.assertRaises(SystemExit, all_suites.main,
                                  ['--suite', 'unti'])
        self.assertEqual(2, error.code)
