# SPDX-License-Identifier: Apache-2.0
"""One folder for each run: configuration, databases and logs of its cloud.

The folder of the last run stays to be looked at. The next run removes those
that nobody uses any more, and the Cassandra of a run that was killed.
"""

import contextlib
import fcntl
import pathlib
import shutil
import tempfile

import platformdirs

from cassandra_scheduler.local import cluster as local_cluster

_LOCK = 'in-use'


@contextlib.contextmanager
def fresh(parent=None, *, prefix='demo-'):
    """Give a new folder, and keep it from being removed in this block.

    ``parent``: the folder of such folders, if not the demo's. The name is
    also that of the local cluster, if the run needs one.
    """
    parent = parent or (
        platformdirs.user_state_path('cassandra-scheduler') / 'demo')
    parent.mkdir(parents=True, exist_ok=True)
    for old in parent.iterdir():
        _remove_unused(old)
    folder = pathlib.Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    with (folder / _LOCK).open('w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def _remove_unused(folder):
    # No lock to open: somebody is just making this folder, or removing it.
    # Cannot be locked: somebody uses it.
    with contextlib.suppress(OSError), (folder / _LOCK).open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for cluster in local_cluster.existing():
            if cluster.name == folder.name:
                cluster.wipe()
        shutil.rmtree(folder)
