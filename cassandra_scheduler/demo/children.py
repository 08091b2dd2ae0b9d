# SPDX-License-Identifier: Apache-2.0
"""The parent's side of ``telling``: starts children and ends them."""

import json
import os
import subprocess
import sys

from cassandra_scheduler.model import errors

#: Seconds that a child may take to end after it was asked to.
_PATIENCE_S = 10


class Children:
    """The child processes of one demo, ended together.

    A child sees the end of its input when this process is gone, whatever
    the reason, and ends too.
    """

    def __init__(self, folder):
        self._folder = folder
        self._running = []

    def start(self, module, *arguments, tell):
        """Start ``python -m module``; return what it says once it is ready.

        Raises SchedulerError with the child's own line when it fails.
        """
        name = module.rpartition('.')[2]
        with (self._folder / f'{name}.out').open('w') as log:
            child = subprocess.Popen(
                [sys.executable, '-m', module, str(self._folder),
                 *map(str, arguments)], stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=log, text=True,
                env={**os.environ,
                     'OS_NOVA_DISABLE_EVENTLET_PATCHING': 'true'},
                # Ctrl-C is for us; we tell them.
                start_new_session=True)
        self._running.append(child)
        for line in child.stdout:
            message = json.loads(line)
            if 'ready' in message:
                return message['ready']
            if 'failed' in message:
                raise errors.SchedulerError(
                    f'{name} did not start: {message["failed"]}')
            tell(message['step'], message['done'], message['of'])
        raise errors.SchedulerError(
            f'{name} ended with status {child.wait()}.')

    def stop(self):
        """End all children."""
        for child in self._running:
            child.stdin.close()
        for child in self._running:
            try:
                child.wait(_PATIENCE_S)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
            child.stdout.close()
        self._running.clear()

    def check(self):
        """Raise SchedulerError if one of them has ended by itself."""
        for child in self._running:
            if child.poll() is not None:
                raise errors.SchedulerError(
                    f'{child.args[2]} ended with status {child.returncode}.')
