# SPDX-License-Identifier: Apache-2.0
"""Clean-up after a write that is decided already.

Whatever stays behind leads nowhere and is taken over by whoever meets it, so
failing here changes nothing of what the client is told.
"""

import contextlib

from oslo_log import log as logging

from cassandra_scheduler.model import errors

LOG = logging.getLogger(__name__)


@contextlib.contextmanager
def optional():
    """Let what is done inside fail for lack of Cassandra."""
    try:
        yield
    except errors.StoreUnavailable as exc:
        LOG.warning('Something is left to tidy up: %s', exc)


def release(marks):
    """Release locators: an iterable of (Locator, key, op)."""
    for locator, key, write_id in marks:
        with optional():
            locator.release(key, write_id)
