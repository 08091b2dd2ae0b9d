# SPDX-License-Identifier: Apache-2.0
"""What happens to a cluster happens in one process at a time."""

import subprocess
import sys

from cassandra_scheduler.testbed import cluster
from cassandra_scheduler.testbed import cluster_plan
from cassandra_scheduler.testbed import folders
from cassandra_scheduler.tests.unit.testbed import case

# Each reads a number, lets the others run, and writes the next one.
_COUNT = """
import pathlib, sys, time
from cassandra_scheduler.testbed import cluster
counter = pathlib.Path(sys.argv[1])
for _ in range(20):
    with cluster.LocalCluster('mine')._lock():
        number = int(counter.read_text())
        time.sleep(0)
        counter.write_text(str(number + 1))
"""


class TestLock(case.TestbedTestCase):

    def left(self):
        return list(folders.clusters().iterdir())

    def test_wipe_leaves_nothing(self):
        cluster_plan.ClusterPlan('mine').write()
        cluster.LocalCluster('mine').wipe()
        self.assertEqual([], self.left())

    def test_wipe_of_nothing_leaves_nothing(self):
        cluster.LocalCluster('mine').wipe()
        self.assertEqual([], self.left())

    def test_many_at_once(self):
        counter = self.home / 'counter'
        counter.write_text('0')
        counting = [subprocess.Popen([sys.executable, '-c', _COUNT,
                                      str(counter)]) for _ in range(4)]
        self.assertEqual([0] * 4, [each.wait(120) for each in counting])
        self.assertEqual('80', counter.read_text())
