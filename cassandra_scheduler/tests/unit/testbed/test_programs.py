# SPDX-License-Identifier: Apache-2.0

import fixtures
import testtools

from cassandra_scheduler.model import errors
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
