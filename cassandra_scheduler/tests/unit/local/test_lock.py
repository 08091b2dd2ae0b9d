# SPDX-License-Identifier: Apache-2.0
"""The lock: one at a time, and nothing left behind."""

import subprocess
import sys

from cassandra_scheduler.local import lock
from cassandra_scheduler.tests.unit.local import room

# Each reads a number, lets the others run, and writes the next one.
_COUNT = """
import pathlib, sys, time
from cassandra_scheduler.local import lock
counter = pathlib.Path(sys.argv[2])
for _ in range(20):
    with lock.alone(pathlib.Path(sys.argv[1])):
        number = int(counter.read_text())
        time.sleep(0)
        counter.write_text(str(number + 1))
"""


class TestLock(room.LocalTestCase):

    def setUp(self):
        super().setUp()
        self.path = self.home / 'folder' / '.lock'

    def test_nothing_is_left(self):
        with lock.alone(self.path):
            self.assertTrue(self.path.exists())
        self.assertFalse(self.path.exists())

    def test_nothing_is_left_after_an_error(self):
        def fail():
            with lock.alone(self.path):
                raise LookupError
        self.assertRaises(LookupError, fail)
        self.assertFalse(self.path.exists())

    def test_many_at_once(self):
        counter = self.home / 'counter'
        counter.write_text('0')
        counting = [subprocess.Popen([sys.executable, '-c', _COUNT,
                                      str(self.path), str(counter)])
                    for _ in range(4)]
        self.assertEqual([0] * 4, [each.wait(120) for each in counting])
        self.assertEqual('80', counter.read_text())
        self.assertFalse(self.path.exists())
