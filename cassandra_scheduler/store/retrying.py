# SPDX-License-Identifier: Apache-2.0
"""Tries again: the one place that counts attempts and waits between them.

``tree_writer`` writes trees by it. Others wait by it for a transaction, for a
lookup row, or for another member of a server group.
"""

from collections.abc import Callable
import random
import time
from typing import TypeVar

from cassandra_scheduler.store import outcome

T = TypeVar('T')
#: The longest first wait after a rejection, in seconds; it grows by itself.
BACK_OFF_S = 0.02
#: Seconds that one call may spend on writing against others.
DEADLINE_S = 20.0


class Attempts:
    """Counts tries against a deadline and waits between them."""

    def __init__(self, deadline_s: float, *,
                 clock: Callable[[], float] = time.monotonic,
                 sleep: Callable[[float], None] = time.sleep) -> None:
        self.count = 0
        self._until = clock() + deadline_s
        self._clock = clock
        self._sleep = sleep

    def wait(self) -> bool:
        """Wait a little longer each time; False once the time is up."""
        self.count += 1
        pause = random.uniform(0, BACK_OFF_S * min(self.count, 25))
        if self._clock() + pause >= self._until:
            return False
        self._sleep(pause)
        return True

    def follow(self, state: T, step: Callable[[T], T], *,
               until: Callable[[T], bool]) -> T:
        """Call ``step`` on the newest state again, until ``until`` accepts it.

        Returns the last state. ``until`` does not accept it when the time was
        up.
        """
        while not until(state):
            state = step(state)
            if not until(state) and not self.wait():
                break
        return state

    def repeat(self, call: Callable[[], T], *, until: Callable[[T], bool]
               ) -> T:
        """Call once, and again until ``until(result)`` is true.

        Returns the last result; ``until`` is not true of it when the time
        was up.
        """
        return self.follow(call(), lambda _last: call(), until=until)

    def repeat_unknown(self, write: Callable[[], T]) -> T:
        """Call a write that may be sent again until its Outcome is known."""
        return self.repeat(write, until=lambda written: not isinstance(
            written, outcome.Unknown))
