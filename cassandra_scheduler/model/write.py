# SPDX-License-Identifier: Apache-2.0
"""Who writes and when: the one place that makes ids and asks for the time.

Every write to Cassandra carries an id that no other write has. A writer whose
answer was lost looks for its own id.
"""

import dataclasses
import uuid

from oslo_utils import timeutils


def new_write_id() -> str:
    """Return an id for one write; no other write has it."""
    return uuid.uuid4().hex


def now_ms() -> int:
    """Return the present in milliseconds since the epoch.

    It is the clock of oslo.utils, so a test that sets Nova's time sets ours.
    """
    return int(timeutils.utcnow_ts(microsecond=True) * 1000)


@dataclasses.dataclass(frozen=True, slots=True)
class Write:
    """One write: its id, and its time in milliseconds since the epoch."""
    id: str
    at_ms: int


def new() -> Write:
    """Return a Write of this moment."""
    return Write(new_write_id(), now_ms())
