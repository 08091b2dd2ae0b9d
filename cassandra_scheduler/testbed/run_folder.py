# SPDX-License-Identifier: Apache-2.0
"""One folder for each run: configuration, databases and logs of its cloud.

The folder of the last run stays, so that a person can look at it. The next
run removes the folders that no process uses, and the Cassandra of a run that
was killed.
"""

import contextlib
import fcntl
import pathlib
import shutil
import tempfile

from cassandra_scheduler.testbed import cluster as local_cluster

_LOCK = 'in-use'


@contextlib.contextmanager
def fresh(parent, *, prefix):
    """Yield a new folder in ``parent``; no other run removes it meanwhile.

    A local cluster of the run gets the name of the folder.
    """
    parent.mkdir(parents=True, exist_ok=True)
    for old in parent.iterdir():
        _remove_unused(old)
    folder = pathlib.Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    with (folder / _LOCK).open('w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def _remove_unused(folder):
    # OSError: there is no lock file, because another run is just making or
    # removing this folder, or another run holds the lock.
    with contextlib.suppress(OSError), (folder / _LOCK).open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for cluster in local_cluster.existing():
            if cluster.name == folder.name:
                cluster.wipe()
        shutil.rmtree(folder)
