# SPDX-License-Identifier: Apache-2.0
"""How far two clocks are apart, as far as it can be known.

A node's clock is read between two readings of our own. The difference is
known up to the time that the answer took. A slow answer makes it less
certain, never larger.

    ours    before ------------------ after
    theirs            reading
"""

import dataclasses

#: Cassandra gives the time in whole milliseconds, rounded down.
_ROUNDED_S = 0.001


@dataclasses.dataclass(frozen=True, slots=True)
class Ahead:
    """A clock is ahead of another by ``least`` to ``most`` seconds.

    If they are negative, it is behind.
    """
    least: float
    most: float

    @property
    def apart(self) -> float:
        """Return the seconds by which they differ for certain."""
        return max(self.least, -self.most, 0.0)

    def of(self, other: 'Ahead') -> 'Ahead':
        """Return how far this clock is ahead of another clock.

        Both were compared with the same third clock.
        """
        return Ahead(self.least - other.most, self.most - other.least)


def ahead(before_s: float, reading_ms: int, after_s: float) -> Ahead:
    """Return how far their clock is ahead of ours; see above."""
    reading_s = reading_ms / 1000
    return Ahead(reading_s - after_s, reading_s + _ROUNDED_S - before_s)
