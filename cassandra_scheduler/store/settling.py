# SPDX-License-Identifier: Apache-2.0
"""Finds out what came of a conditional write of one small row.

For rows that name who wrote them, so that the same write may be sent twice:

    writer                row                     coordinator
    write IF ... ------------------------------------> queued
    gives up waiting       |
    SERIAL read: not there |
    the same write ------->| applied
                           |<----- the late write: refused, by itself

Trees are settled differently, by their seq: see ``tree_rows``.
"""

from cassandra_scheduler.model import errors
from cassandra_scheduler.store import outcome


def write_if(session, writes, look, is_ours):
    """Send a conditional batch and return its outcome, settled.

    ``look()`` reads serially what stands there; ``is_ours(found)`` says
    whether that is what was to be written. Rejected carries what was found,
    Applied too unless the write was applied at once. Raises StoreUnavailable
    when nothing was sent.
    """
    return start_if(session, writes, look, is_ours)()


def start_if(session, writes, look, is_ours):
    """Send it, and return what waits for its outcome; see ``write_if``."""
    first = session.start_if(writes)

    def wait():
        written = _settled(first(), look, is_ours)
        if isinstance(written, outcome.Unknown):
            try:
                return _settled(session.write_if(writes), look, is_ours)
            except errors.StoreUnavailable:
                pass
        return written

    return wait


def _settled(written, look, is_ours):
    if isinstance(written, outcome.Applied):
        return written
    try:
        found = look()
    except errors.StoreUnavailable as exc:
        return outcome.Unknown(str(exc))
    if is_ours(found):
        return outcome.Applied(found)
    if isinstance(written, outcome.Rejected):
        return outcome.Rejected(found)
    return written
