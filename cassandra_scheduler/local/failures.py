# SPDX-License-Identifier: Apache-2.0
"""The one failure of this room."""

from cassandra_scheduler.model import errors


class LocalClusterError(errors.SchedulerError):
    """Tells in one line what hinders a local cluster, and the way out."""
