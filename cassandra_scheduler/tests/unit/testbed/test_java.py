# SPDX-License-Identifier: Apache-2.0
"""Which Java is taken, and what is said when none fits."""

from cassandra_scheduler import testbed
from cassandra_scheduler.testbed import java
from cassandra_scheduler.tests.unit.testbed import case


class TestJava(case.TestbedTestCase):

    def setUp(self):
        super().setUp()
        self.setenv('JAVA_HOME', None)
        self.nowhere = str(self.home / 'jvm' / '*' / 'bin' / 'java')

    def java(self, version):
        return str(self.program(
            'java', 'echo \'openjdk version "%s"\' >&2\n' % version))

    def test_fitting(self):
        for version in ('17.0.15', '17', '11.0.2'):
            path = self.java(version)
            self.assertEqual(path, java.find(installed=self.nowhere))

    def test_wrong_version(self):
        for version, major in (('21.0.1', 21), ('1.8.0_402', 8)):
            path = self.java(version)
            error = self.assertRaises(testbed.TestbedError, java.find,
                                      installed=self.nowhere)
            self.assertOneLine(error, path, 'Java %d' % major,
                               'openjdk-17-jre-headless')

    def test_none(self):
        self.setenv('PATH', self.home)
        error = self.assertRaises(testbed.TestbedError, java.find,
                                  installed=self.nowhere)
        self.assertOneLine(error, 'no java was found',
                           'openjdk-17-jre-headless')

    def test_broken(self):
        self.program('java', 'exit 1\n')
        error = self.assertRaises(testbed.TestbedError, java.find,
                                  installed=self.nowhere)
        self.assertOneLine(error, 'not a working Java')

    def test_an_installed_one_is_better_than_a_wrong_one(self):
        self.java('21.0.1')
        fitting = self.program('seventeen', 'echo version \\"17.0.1\\"\n')
        found = java.find(installed=str(fitting.with_name('sevent*')))
        self.assertEqual(str(fitting), found)

    def test_java_home_comes_first(self):
        self.java('17.0.1')
        home = self.home / 'own'
        (home / 'bin').mkdir(parents=True)
        self.program('java17', 'echo version \\"17.0.2\\"\n').rename(
            home / 'bin' / 'java')
        self.setenv('JAVA_HOME', home)
        self.assertEqual(str(home / 'bin' / 'java'),
                         java.find(installed=self.nowhere))
