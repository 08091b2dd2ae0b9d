# SPDX-License-Identifier: Apache-2.0
"""Deletes lookup rows that a dead service has left over."""

from oslo_log import log as logging

from cassandra_scheduler.model import errors
from cassandra_scheduler.model import write as write_model
from cassandra_scheduler.store import orphans
from cassandra_scheduler.store import token_ranges

LOG = logging.getLogger(__name__)
#: Seconds between two sweeps of one scheduler. Each is of the next part, so
#: the whole table is swept once in 16 hours.
SPACING_S = 3600


def part_of_this_hour():
    """Return the part of the token range that is swept now."""
    parts = token_ranges.parts()
    return parts[write_model.now_ms() // 1000 // SPACING_S % len(parts)]


def sweep(store, part, *, older_than_s):
    """Delete the orphaned lookup rows in one part of the token range.

    ``part`` and ``older_than_s``: see ``store.orphans``. Never raises an
    error of the store, because it runs in the background.
    """
    try:
        for uuid, row in orphans.sweep(store, part,
                                       older_than_s=older_than_s):
            LOG.warning(
                'Deleted the lookup row of consumer %(uuid)s: it led to '
                'provider tree %(tree)s, which has no such consumer. A '
                'service probably died in the middle of a claim.',
                {'uuid': uuid, 'tree': row.value})
    except errors.SchedulerError as exc:
        LOG.warning('Could not look for orphaned lookup rows: %s', exc)
