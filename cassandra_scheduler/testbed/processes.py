# SPDX-License-Identifier: Apache-2.0
"""Starts, finds and ends a process by its pid file.

A process id alone proves nothing, because the machine gives it to another
process later: the process must have an argument that marks it as ours.
"""

import contextlib
import os
import pathlib

import psutil

from cassandra_scheduler import testbed
from cassandra_scheduler.testbed import waiting

_KERNEL_SECONDS = 30


def launch(command: list[str], *, log: pathlib.Path,
           pid_file: pathlib.Path) -> int:
    """Start a process that outlives this one; return its process id.

    ``log`` takes what it prints, ``pid_file`` its process id.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    # Not subprocess.Popen, which wants its object kept until the child ends.
    pid = os.posix_spawn(
        command[0], command, os.environ, setsid=True, file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(log), flags, 0o640),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ])
    _write_pid(pid, pid_file)
    # This process may continue before the kernel shows the new command line,
    # and find() needs it.
    waiting.poll(lambda: _has_command_line(pid), seconds=_KERNEL_SECONDS)
    return pid


def become(command: list[str], *, pid_file: pathlib.Path) -> None:
    """Replace this process by ``command``; write its pid file before."""
    _write_pid(os.getpid(), pid_file)
    os.execv(command[0], command)


def _write_pid(pid, pid_file):
    draft = pid_file.with_suffix('.part')
    draft.write_text(f'{pid}\n')
    draft.replace(pid_file)


def _has_command_line(pid):
    try:
        return bool(psutil.Process(pid).cmdline())
    except psutil.Error:
        return True  # It has already ended; find() will say so.


def find(pid_file: pathlib.Path, mark: str) -> psutil.Process | None:
    """Return the process of a pid file if it runs and has this argument."""
    try:
        process = psutil.Process(int(pid_file.read_text()))
        return process if mark in process.cmdline() else None
    except (FileNotFoundError, NotADirectoryError, ValueError,
            psutil.Error):
        return None


def end(process: psutil.Process, *, seconds: float) -> None:
    """Ask the process to end, and kill it when the time is over.

    psutil compares when the process was created before it sends a signal, so
    no later process with the same number gets it.
    """
    with contextlib.suppress(psutil.NoSuchProcess):
        process.terminate()
        if not waiting.poll(lambda: _is_gone(process), seconds=seconds):
            kill(process)


def kill(process: psutil.Process) -> None:
    """End the process at once and wait until it is gone."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process.kill()
        if not waiting.poll(lambda: _is_gone(process),
                            seconds=_KERNEL_SECONDS):
            raise testbed.TestbedError(
                f'process {process.pid} does not end even when killed: look '
                'for a hanging disk')


def _is_gone(process):
    try:
        if process.status() != psutil.STATUS_ZOMBIE:
            return False
        # Only the parent can remove it; for others it is already gone.
        process.wait(0)
    except psutil.Error:
        pass
    return True
