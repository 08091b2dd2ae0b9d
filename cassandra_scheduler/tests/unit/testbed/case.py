# SPDX-License-Identifier: Apache-2.0
"""A test case whose caches and clusters are in a folder of its own."""

import os
import pathlib
import stat

import fixtures
import testtools


class TestbedTestCase(testtools.TestCase):
    """Keeps the person's own clusters, jars and Java out of the test."""

    def setUp(self):
        super().setUp()
        self.home = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.setenv('XDG_STATE_HOME', self.home / 'state')
        self.setenv('XDG_CACHE_HOME', self.home / 'cache')
        self.setenv('CASSANDRA_HOME', None)

    def setenv(self, name, value):
        self.useFixture(fixtures.EnvironmentVariable(
            name, None if value is None else str(value)))

    def program(self, name, text):
        """Put a shell script on the PATH, before all other programs."""
        path = self.home / 'bin' / name
        path.parent.mkdir(exist_ok=True)
        path.write_text('#!/bin/sh\n' + text)
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        if str(path.parent) not in os.environ['PATH'].split(':'):
            self.setenv('PATH', '%s:%s' % (path.parent, os.environ['PATH']))
        return path

    def unpacked(self, *jars):
        """Make a folder that looks like an unpacked Cassandra."""
        folder = self.home / 'unpacked' / 'lib'
        folder.mkdir(parents=True)
        for jar in jars:
            (folder / jar).touch()
        self.setenv('CASSANDRA_HOME', folder.parent)
        return folder.parent

    def assertOneLine(self, error, *parts):
        """Check that an error is one line that names what it must."""
        self.assertNotIn('\n', str(error))
        for part in parts:
            self.assertIn(str(part), str(error))
