# SPDX-License-Identifier: Apache-2.0
"""One at a time: a lock between processes that leaves no file behind."""

from collections.abc import Iterator
import contextlib
import fcntl
import os
import pathlib


@contextlib.contextmanager
def alone(path: pathlib.Path) -> Iterator[None]:
    """Hold the lock of this path; wait for whoever holds it.

    Drawn over time, three who want it, the first removes the file:

        A  |--holds, unlinks--|
        B    |--waits---------|--holds a file that has no name: tries again
        C                      |--makes the file anew, holds it
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        with path.open('w') as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if _is_still_there(file, path):
                try:
                    yield
                finally:
                    path.unlink(missing_ok=True)
                return


def _is_still_there(file, path):
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False
