# SPDX-License-Identifier: Apache-2.0
"""Processes are started, found and ended; strangers are left alone."""

import os
import signal
import subprocess
import time

from cassandra_scheduler.testbed import cluster
from cassandra_scheduler.testbed import cluster_plan
from cassandra_scheduler.testbed import processes
from cassandra_scheduler.testbed import waiting
from cassandra_scheduler.tests.unit.testbed import case

_MARK = '-Dmark=ours'


class TestProcess(case.TestbedTestCase):

    def setUp(self):
        super().setUp()
        self.log = self.home / 'logs' / 'output.log'
        self.pid_file = self.home / 'ours.pid'

    def launch(self, script):
        pid = processes.launch(
            ['/bin/sh', '-c', script + '\nwhile :; do sleep 0.1; done',
             'sh', _MARK], log=self.log, pid_file=self.pid_file)
        self.addCleanup(self.end)
        return pid

    def end(self):
        found = self.find()
        if found:
            processes.kill(found)

    def find(self):
        return processes.find(self.pid_file, _MARK)

    def stranger(self):
        """Start a process that is not ours, and name it in our pid file."""
        other = subprocess.Popen(['sleep', '60'])
        self.addCleanup(other.wait)
        self.addCleanup(other.kill)
        return other

    def test_found_until_it_ends(self):
        pid = self.launch('')
        self.assertEqual(pid, self.find().pid)
        processes.end(self.find(), seconds=20)
        self.assertIsNone(self.find())
        self.assertRaises(ProcessLookupError, os.kill, pid, 0)

    def test_output_is_kept(self):
        self.launch('echo said; echo complained >&2')
        self.assertTrue(waiting.poll(
            lambda: len(self.log.read_text().splitlines()) == 2, seconds=20))
        self.assertEqual('said\ncomplained\n', self.log.read_text())

    def test_it_has_a_session_of_its_own(self):
        pid = self.launch('')
        self.assertEqual(pid, os.getsid(pid))

    def test_a_deaf_process_is_killed(self):
        self.launch('trap "" TERM; echo ready')
        self.assertTrue(waiting.poll(
            lambda: self.log.read_text() == 'ready\n', seconds=20))
        began = time.monotonic()
        processes.end(self.find(), seconds=0.5)
        self.assertIsNone(self.find())
        self.assertGreaterEqual(time.monotonic() - began, 0.5)

    def test_ended_by_itself(self):
        self.launch('exit')
        self.assertTrue(waiting.poll(lambda: self.find() is None,
                                     seconds=20))

    def test_no_pid_file(self):
        self.assertIsNone(self.find())
        self.pid_file.write_text('nonsense')
        self.assertIsNone(self.find())

    def test_a_stranger_is_not_found(self):
        self.pid_file.write_text('%d\n' % self.stranger().pid)
        self.assertIsNone(self.find())

    def test_stop_and_kill_leave_a_stranger_alone(self):
        other = self.stranger()
        cluster_plan.ClusterPlan('mine').write()
        mine = cluster.LocalCluster('mine')
        for ending in (mine.stop, lambda: mine.kill(1)):
            mine.nodes[0].folder.mkdir(exist_ok=True)
            (mine.nodes[0].folder / 'cassandra.pid').write_text(
                '%d\n' % other.pid)
            self.assertEqual('stopped', mine.status()[0].state)
            self.assertFalse(ending())
            self.assertIsNone(other.poll())
        other.send_signal(signal.SIGTERM)
        self.assertEqual(-signal.SIGTERM, other.wait(20))
