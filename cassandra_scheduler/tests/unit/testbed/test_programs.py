# SPDX-License-Identifier: Apache-2.0

import fixtures
import testtools

from cassandra_scheduler.model import errors
from cassandra_scheduler import testbed
from cassandra_scheduler.testbed import programs


class TestPrograms(testtools.TestCase):

    def test_a_missing_program_of_the_system(self):
        self.useFixture(fixtures.MonkeyPatch('shutil.which',
                                             lambda name, path=None: None))
        error = self.assertRaises(errors.InvalidSettings, programs.check)
        self.assertIn('"apt-get install rabbitmq-server"', str(error))
        self.assertNotIn('\n', str(error))

    def test_a_missing_package_of_python(self):
        error = self.assertRaises(errors.InvalidSettings,
                                  programs.installed, 'no-such-program')
        self.assertIn('no-such-program', str(error))
        self.assertIn('"tox -e cloud"', str(error))

    def test_a_program_that_is_there(self):
        self.assertTrue(programs.installed('python').exists())

    def test_what_a_program_prints(self):
        self.assertEqual('said\ncomplained\n', programs.run(
            ['sh', '-c', 'echo said; echo complained >&2']))

    def test_a_program_that_fails_does_not_tell_the_secret(self):
        error = self.assertRaises(
            testbed.TestbedError, programs.run,
            ['/bin/sh', '-c', 'echo password is 4711; exit 3'], secret='4711')
        self.assertEqual('sh failed: password is ***', str(error))
