# SPDX-License-Identifier: Apache-2.0
"""Ranges of tokens: Cassandra's own order of all partitions of a table.

The token of a partition is a hash of its key, so the order has nothing to do
with what the partition holds. One full round is one ring:

    MIN_TOKEN                 start                    MAX_TOKEN
        |-----------------------|--------------------------|
                                |--- first range --------->|
        |--- second range ----->|
"""

import random as random_module
import typing

MIN_TOKEN, MAX_TOKEN = -2 ** 63, 2 ** 63 - 1
#: The parts of a full scan. One part is one query, and Cassandra refuses a
#: query that meets 100,000 deletions between two pages.
PARTS = 16


class TokenRange(typing.NamedTuple):
    """The partitions whose token is above ``after`` and at most ``up_to``."""
    after: int
    up_to: int


WHOLE = TokenRange(MIN_TOKEN, MAX_TOKEN)
#: A range that holds next to nothing, to try a query.
SMALLEST = TokenRange(MIN_TOKEN, MIN_TOKEN + 1)


def parts() -> list[TokenRange]:
    """Return the whole ring, split into PARTS ranges of equal width."""
    width = (MAX_TOKEN - MIN_TOKEN) // PARTS
    ends = [MIN_TOKEN + width * number for number in range(PARTS)]
    return [TokenRange(*ends_of_part)
            for ends_of_part in zip(ends, [*ends[1:], MAX_TOKEN])]


def random_start(random: random_module.Random) -> int:
    """Return a token to start a round after."""
    return random.randrange(MIN_TOKEN, MAX_TOKEN)


def one_round(start: int) -> list[TokenRange]:
    """Return the ranges of one round that starts after a token."""
    if start == MIN_TOKEN:
        return [WHOLE]
    return [TokenRange(start, MAX_TOKEN), TokenRange(MIN_TOKEN, start)]
