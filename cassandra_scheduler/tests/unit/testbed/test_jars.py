# SPDX-License-Identifier: Apache-2.0
"""Where the jars come from, and what is said when they do not come."""

import hashlib
import xml.etree.ElementTree as etree

import fixtures

from cassandra_scheduler import testbed
from cassandra_scheduler.testbed import folders
from cassandra_scheduler.testbed import jars
from cassandra_scheduler.tests.unit.testbed import case

# Finds the folder Maven is told to fill.
_MAVEN = """
for argument; do
  case "$argument" in -DoutputDirectory=*) to="${argument#*=}";; esac
done
mkdir -p "$to"
touch "$to/jamm-0.4.0.jar"
"""


_EMPTY = hashlib.sha256(b'').hexdigest()
_SUMS = jars.SUMS


class TestUnpacked(case.TestbedTestCase):

    def find(self):
        return jars.find_or_download(self.fail)

    def test_unpacked(self):
        home = self.unpacked('jamm-0.4.0.jar', 'apache-cassandra-5.0.4.jar')
        found = self.find()
        self.assertEqual(str(home / 'lib' / 'jamm-0.4.0.jar'), found.agent)
        self.assertIn(str(home / 'lib' / '*'), found.class_path)

    def test_too_old(self):
        home = self.unpacked('jamm-0.4.0.jar', 'apache-cassandra-4.1.7.jar')
        error = self.assertRaises(testbed.TestbedError, self.find)
        self.assertOneLine(error, 'CASSANDRA_HOME=%s' % home, '4.1.7')

    def test_no_cassandra(self):
        home = self.unpacked('jamm-0.4.0.jar')
        error = self.assertRaises(testbed.TestbedError, self.find)
        self.assertOneLine(error, 'CASSANDRA_HOME=%s' % home)

    def test_half_a_cassandra(self):
        self.unpacked('apache-cassandra-5.0.4.jar')
        error = self.assertRaises(testbed.TestbedError, self.find)
        self.assertOneLine(error, 'jamm', 'CASSANDRA_HOME')


class TestDownload(case.TestbedTestCase):

    def setUp(self):
        super().setUp()
        self.told = []
        self.folder = folders.cache() / 'cassandra-5.0.9'
        self.pin('jamm-0.4.0.jar', 'cassandra-all-5.0.9.jar')

    def pin(self, *names, digest=_EMPTY):
        """Make these the expected jars."""
        sums = self.home / 'sums'
        sums.write_text(''.join(f'{digest}  {name}\n' for name in names))
        self.useFixture(fixtures.MonkeyPatch(
            'cassandra_scheduler.testbed.jars.SUMS', sums))

    def find(self):
        return jars.find_or_download(self.told.append)

    def assertNothingLeft(self):
        self.assertEqual([], list(folders.cache().glob('*')))

    def test_the_pom_names_this_version(self):
        space = '{http://maven.apache.org/POM/4.0.0}'
        pom = etree.parse(jars.POM)
        versions = [found.findtext(space + 'version')
                    for found in pom.iter(space + 'dependency')]
        self.assertEqual([jars.VERSION], versions)

    def test_no_maven(self):
        self.setenv('PATH', self.home)
        error = self.assertRaises(testbed.TestbedError, self.find)
        self.assertOneLine(error, 'mvn', 'apt install maven')

    def test_complete(self):
        self.program('mvn', _MAVEN + 'touch "$to/cassandra-all-5.0.9.jar"\n')
        found = self.find()
        self.assertEqual((str(self.folder / '*'),), found.class_path)
        self.assertEqual(1, len(self.told))
        self.program('mvn', 'exit 1\n')
        self.assertEqual(found, self.find())
        self.assertEqual(1, len(self.told))
        self.assertEqual([self.folder], list(folders.cache().glob('*')))

    def test_maven_fails_half_way(self):
        self.program('mvn', _MAVEN + 'touch "$to/cassandra-all-5.0.9.jar"\n'
                     'echo "[ERROR] no route to host"\nexit 1\n')
        error = self.assertRaises(testbed.TestbedError, self.find)
        self.assertOneLine(error, 'no route to host')
        self.assertNothingLeft()

    def test_maven_forgets_the_server(self):
        self.program('mvn', _MAVEN)
        self.assertRaises(testbed.TestbedError, self.find)
        self.assertNothingLeft()

    def test_every_jar_of_this_version_has_its_sum(self):
        names = [line.split()[1] for line in _SUMS.read_text().splitlines()]
        self.assertIn('cassandra-all-%s.jar' % jars.VERSION, names)
        self.assertEqual(sorted(set(names)), sorted(names))

    def test_another_jar_than_was_pinned(self):
        self.pin('jamm-0.4.0.jar', 'cassandra-all-5.0.9.jar', digest='0' * 64)
        self.program('mvn', _MAVEN + 'touch "$to/cassandra-all-5.0.9.jar"\n')
        error = self.assertRaises(testbed.TestbedError, self.find)
        self.assertOneLine(error, 'cassandra-all-5.0.9.jar', 'settings.xml')
        self.assertNothingLeft()

    def test_a_jar_that_nobody_asked_for(self):
        self.pin('cassandra-all-5.0.9.jar')
        self.program('mvn', _MAVEN + 'touch "$to/cassandra-all-5.0.9.jar"\n')
        error = self.assertRaises(testbed.TestbedError, self.find)
        self.assertOneLine(error, 'jamm-0.4.0.jar')

    def test_another_download_was_faster(self):
        self.program('mvn', _MAVEN + 'touch "$to/cassandra-all-5.0.9.jar"\n'
                     'cp -r "$to" %s\n' % self.folder)
        self.assertEqual(str(self.folder / 'jamm-0.4.0.jar'),
                         self.find().agent)
        self.assertEqual([self.folder], list(folders.cache().glob('*')))
