# SPDX-License-Identifier: Apache-2.0
"""Starts, finds and ends a node's process; never anybody else's."""

from collections.abc import Callable
import contextlib
import os
import pathlib
import time

import psutil

from cassandra_scheduler.local import failures

_POLL_SECONDS = 0.1
_KERNEL_SECONDS = 30


def launch(command: list[str], *, log: pathlib.Path,
           pid_file: pathlib.Path) -> int:
    """Start a process that outlives this one and its terminal.

    :param log: takes what the process prints
    :param pid_file: is given the process id, which is also returned
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    # posix_spawn rather than subprocess.Popen: nobody here keeps a handle
    # of the child, it is found again by its pid file.
    pid = os.posix_spawn(
        command[0], command, os.environ, setsid=True, file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(log), flags, 0o640),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ])
    _note(pid, pid_file)
    # The kernel lets us go on a moment before the new command line shows,
    # and find() would take the process for a stranger.
    poll(lambda: _has_command_line(pid), seconds=_KERNEL_SECONDS)
    return pid


def become(command: list[str], *, pid_file: pathlib.Path) -> None:
    """Go on as ``command`` under this process id, which is noted."""
    _note(os.getpid(), pid_file)
    os.execv(command[0], command)


def _note(pid, pid_file):
    draft = pid_file.with_suffix('.part')
    draft.write_text('%d\n' % pid)
    draft.replace(pid_file)


def _has_command_line(pid):
    try:
        return bool(psutil.Process(pid).cmdline())
    except psutil.Error:
        return True  # It has ended already, which find() will tell.


def find(pid_file: pathlib.Path, mark: str) -> psutil.Process | None:
    """Return the running process of a pid file if it is ours.

    A pid is used again after a restart of the machine, so the number alone
    proves nothing: the command line must contain ``mark`` as an argument.
    """
    try:
        process = psutil.Process(int(pid_file.read_text()))
        return process if mark in process.cmdline() else None
    except (FileNotFoundError, NotADirectoryError, ValueError,
            psutil.Error):
        return None


def end(process: psutil.Process, *, seconds: float) -> None:
    """Ask the process to end, and kill it when the time is over.

    psutil compares the time a process was created before each signal, so
    the signal does not reach a later process of the same number.
    """
    with contextlib.suppress(psutil.NoSuchProcess):
        process.terminate()
        if not poll(lambda: _gone(process), seconds=seconds):
            kill(process)


def kill(process: psutil.Process) -> None:
    """End the process at once and wait until it is gone."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process.kill()
        if not poll(lambda: _gone(process), seconds=_KERNEL_SECONDS):
            raise failures.LocalClusterError(
                'process %d does not end even when killed: look for a '
                'hanging disk' % process.pid)


def _gone(process):
    try:
        if process.status() != psutil.STATUS_ZOMBIE:
            return False
        # Only its parent can clear it away; for others it is gone already.
        process.wait(0)
    except psutil.Error:
        pass
    return True


def poll(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Ask again and again; return whether it came true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True
