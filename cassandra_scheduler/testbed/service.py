# SPDX-License-Identifier: Apache-2.0
"""A service: one process, or one with its workers, started and ended here."""

import contextlib
import os
import signal
import subprocess

import psutil

from cassandra_scheduler.model import errors
from cassandra_scheduler.testbed import programs

#: Seconds that a service has to finish its work.
PATIENCE_S = 90
#: How much of its log is shown when a service has ended by itself.
_LAST_WORDS = 300


class Service:
    """A command that runs until it is told to end; its log is one file.

    It runs in the folder of its log. ``environment``: added to ours.
    ``account``: the passwd entry of another user to run as. ``stop_signal``
    asks it to end; the kernel sends the same when this process dies.
    """

    def __init__(self, name, command, *, log, environment=None, account=None,
                 stop_signal=signal.SIGTERM):
        self.name, self.log = name, log
        self._command = [
            str(programs.of_system('setpriv')), '--pdeathsig',
            stop_signal.name.removeprefix('SIG'), *map(str, command)]
        self._environment = {**os.environ, **(environment or {})}
        self._account, self._stop_signal = account, stop_signal
        self._child = None
        # The process that was told to end, while others call check().
        self._ending = None

    def start(self):
        """Start it; what it prints is appended to its log.

        Call this in the main thread: the kernel ends the service when the
        thread that started it ends.
        """
        with self.log.open('a') as log:
            self._child = subprocess.Popen(
                self._command, env=self._environment,
                stdin=subprocess.DEVNULL, stdout=log,
                stderr=subprocess.STDOUT, cwd=self.log.parent,
                start_new_session=True, **programs.run_as(self._account))

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
        """Send its stop signal, and do not wait."""
        if self.runs:
            self._ending = self._child
            self._child.send_signal(self._stop_signal)

    def stop(self):
        """Make it finish and end; raise SchedulerError if it does not."""
        self.ask_to_stop()
        try:
            if self.runs:
                self._child.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            raise errors.SchedulerError(
                f'{self.name} does not end within {PATIENCE_S} s of '
                f'{self._stop_signal.name}.') from None
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
