# SPDX-License-Identifier: Apache-2.0
"""The result of one measurement."""

import dataclasses

#: The request that is none: the conditional batch alone.
FLOOR = 'bare LWT'


@dataclasses.dataclass(frozen=True, slots=True)
class Figure:
    """What one kind of request cost at one size of the fleet.

    ``rows``, ``queries`` and ``writes`` are means per request, as the
    transcripts count them; ``per_second`` only where many ran side by side.
    """
    hosts: int
    request: str
    runs: int
    p50_ms: float
    p99_ms: float
    rows: float = 0.0
    queries: float = 0.0
    writes: float = 0.0
    per_second: float = 0.0
