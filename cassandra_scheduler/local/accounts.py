# SPDX-License-Identifier: Apache-2.0
"""Whom to be for a server that refuses to run as root."""

import contextlib
import os
import pwd

from cassandra_scheduler.local import failures


def other_than_root(server, names):
    """Return the first passwd entry of ``names``; None unless we are root.

    Raises LocalClusterError where there is none.
    """
    if os.geteuid() != 0:
        return None
    for name in names:
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise failures.LocalClusterError(
        f'{server} does not run as root and there is no user '
        f'{" or ".join(names)}: become another user.')
