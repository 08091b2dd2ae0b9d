# SPDX-License-Identifier: Apache-2.0

import subprocess
import sys

import testtools


class TestImports(testtools.TestCase):

    def test_nova_can_still_choose_its_threads(self):
        """The Cassandra driver imports eventlet; Nova then refuses threads."""
        for module in ('bench.__main__', 'cmd.nova_scheduler',
                       'cmd.nova_compute'):
            found = subprocess.run(
                [sys.executable, '-c',
                 f'import sys, cassandra_scheduler.{module}\n'
                 "print({'cassandra', 'eventlet'} & sys.modules.keys())"],
                capture_output=True, text=True, check=True)
            self.assertEqual('set()', found.stdout.strip(), module)
