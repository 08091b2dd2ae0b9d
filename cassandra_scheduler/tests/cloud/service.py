# SPDX-License-Identifier: Apache-2.0
"""One process of the cloud, or one with its workers: started and ended."""

import contextlib
import os
import signal
import subprocess

import psutil

from cassandra_scheduler.model import errors
from cassandra_scheduler.tests.cloud import programs

#: Seconds that a service has to finish what it is doing.
PATIENCE_S = 90
#: How much of a log is told when a service has ended by itself.
_LAST_WORDS = 300


class Service:
    """A command that runs until it is told to end; its log is one file.

    ``environment``: what is added to ours. ``account``: the passwd entry of
    another user to run as. ``stop_signal`` asks it to end.
    """

    def __init__(self, name, command, *, log, environment=None, account=None):
        self.name, self.log = name, log
        self._command = [str(word) for word in command]
        self._environment = {**os.environ, **(environment or {})}
        self._account = account
        self._child = None
        # The one that was told to end, while others look whether it runs.
        self._ending = None

    def start(self):
        """Start it; what it prints is added to its log.

        From the main thread only: the kernel ends it with the thread that
        has started it.
        """
        other = {} if self._account is None else {
            'user': self._account.pw_uid, 'group': self._account.pw_gid,
            'extra_groups': ()}
        with self.log.open('a') as log:
            self._child = subprocess.Popen(
                [programs.of_system('setpriv'), '--pdeathsig', 'TERM',
                 *self._command], env=self._environment,
                stdin=subprocess.DEVNULL, stdout=log,
                stderr=subprocess.STDOUT, cwd=self.log.parent,
                start_new_session=True, **other)

    @property
    def runs(self):
        """Whether it was started and not ended since."""
        return self._child is not None

    @property
    def workers(self):
        """The ids of its child processes."""
        return {child.pid for child in
                psutil.Process(self._child.pid).children()}

    def check(self):
        """Raise SchedulerError if it has ended by itself."""
        child = self._child
        if child is None or child.poll() is None:
            return
        if child is not self._ending:
            last = self.log.read_text(errors='replace').split('\n')
            words = ' '.join(line for line in last[-4:] if line)
            raise errors.SchedulerError(
                f'{self.name} has ended with status '
                f'{child.returncode}: {words[-_LAST_WORDS:]}')

    def ask_to_stop(self):
        """Send SIGTERM, and do not wait."""
        if self.runs:
            self._ending = self._child
            self._child.terminate()

    def stop(self):
        """Let it finish and end; raise SchedulerError if it does not."""
        self.ask_to_stop()
        try:
            if self.runs:
                self._child.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            raise errors.SchedulerError(
                f'{self.name} does not end within {PATIENCE_S} s of SIGTERM.'
            ) from None
        finally:
            self.kill()

    def kill(self):
        """End it and all its workers at once, as a fault would."""
        if self.runs:
            self._ending = self._child
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._child.pid, signal.SIGKILL)
            self._child.wait()
            self._child = None
