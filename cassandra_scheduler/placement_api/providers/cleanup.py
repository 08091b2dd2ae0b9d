# SPDX-License-Identifier: Apache-2.0
"""Removes lookup rows after the outcome of a write is known.

A lookup row that stays behind leads nowhere, and the next writer that finds
it takes it over. So an error here is logged and changes no answer.
"""

import contextlib

from oslo_log import log as logging

from cassandra_scheduler.model import errors

LOG = logging.getLogger(__name__)


@contextlib.contextmanager
def best_effort():
    """Log and ignore StoreUnavailable."""
    try:
        yield
    except errors.StoreUnavailable as exc:
        LOG.warning('Lookup rows may be left behind: %s', exc)


def release(rows):
    """Release lookup rows: (LookupTable, key, write id) each."""
    for table, key, write_id in rows:
        with best_effort():
            table.release(key, write_id)
