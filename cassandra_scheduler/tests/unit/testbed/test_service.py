# SPDX-License-Identifier: Apache-2.0
"""A service that ends by itself is told from one that is asked to."""

import pathlib

import fixtures
import testtools

from cassandra_scheduler.model import errors
from cassandra_scheduler.testbed import service
from cassandra_scheduler.testbed import waiting

PATIENCE_S = 30


class TestService(testtools.TestCase):

    def started(self, script):
        folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        made = service.Service('it', ['sh', '-c', script],
                               log=folder / 'it.log')
        self.addCleanup(made.kill)
        made.start()
        return made

    def refusal(self, made):
        """Return what check() says, or None as long as it says nothing."""
        try:
            made.check()
        except errors.SchedulerError as exc:
            return str(exc)
        return None

    def test_one_that_runs(self):
        made = self.started('echo here; exec sleep 60')
        self.assertTrue(waiting.poll(
            lambda: 'here' in made.log.read_text(), seconds=PATIENCE_S))
        self.assertIsNone(self.refusal(made))
        self.assertTrue(made.runs)

    def test_one_that_ends_by_itself(self):
        made = self.started('echo its last words; exit 3')
        self.assertTrue(waiting.poll(
            lambda: self.refusal(made), seconds=PATIENCE_S))
        self.assertEqual('it has ended with status 3: its last words',
                         self.refusal(made))

    def test_one_that_was_asked_to_stop(self):
        made = self.started('exec sleep 60')
        made.ask_to_stop()
        # The process is gone, and the thread that stops it may not know yet.
        self.assertTrue(waiting.poll(
            lambda: made._child.poll() is not None, seconds=PATIENCE_S))
        self.assertIsNone(self.refusal(made))
        made.stop()
        self.assertFalse(made.runs)

    def test_one_that_comes_back(self):
        made = self.started('exec sleep 60')
        made.stop()
        made.start()
        self.assertIsNone(self.refusal(made))
        made._child.kill()
        self.assertTrue(waiting.poll(
            lambda: self.refusal(made), seconds=PATIENCE_S))
