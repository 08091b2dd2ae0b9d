# SPDX-License-Identifier: Apache-2.0
"""Settles a conditional write of one small row: finds out its outcome.

For rows with the id of the write that made them. The same write may then be
sent twice:

    writer                row                     coordinator
    write IF ... ------------------------------------> queued
    gives up waiting       |
    SERIAL read: not there |
    the same write ------->| applied
                           |<----- the late write: refused, by itself

Writes of trees are settled by their version: see ``tree_rows``.
"""

from collections.abc import Callable
from typing import TypeVar

from cassandra_scheduler.model import errors
from cassandra_scheduler.store import outcome
from cassandra_scheduler.store import session as store_session

#: What stands in the row.
F = TypeVar('F')


def write_if(session: store_session.Session, writes: store_session.Batch,
             look: Callable[[], F], is_ours: Callable[[F], bool]
             ) -> outcome.Outcome[F | None, F]:
    """Send a conditional batch and return its settled outcome.

    ``look()`` reads at SERIAL what stands there; ``is_ours(found)`` returns
    whether this write made it. Rejected carries what was found. Applied
    carries None if it was applied at once, otherwise what was found. Raises
    StoreUnavailable when nothing was sent.
    """
    return start_if(session, writes, look, is_ours)()


def start_if(session: store_session.Session, writes: store_session.Batch,
             look: Callable[[], F], is_ours: Callable[[F], bool]
             ) -> Callable[[], outcome.Outcome[F | None, F]]:
    """Asynchronous variant of ``write_if``.

    Returns a function that waits for the outcome and returns it.
    """
    first = session.start_if(writes)

    def wait() -> outcome.Outcome[F | None, F]:
        written = _settled(first(), look, is_ours)
        if isinstance(written, outcome.Unknown):
            try:
                return _settled(session.write_if(writes), look, is_ours)
            except errors.StoreUnavailable:
                pass
        return written

    return wait


def _settled(written: store_session.SentOutcome, look: Callable[[], F],
             is_ours: Callable[[F], bool]) -> outcome.Outcome[F | None, F]:
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
