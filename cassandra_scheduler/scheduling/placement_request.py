# SPDX-License-Identifier: Apache-2.0
"""The values of a decision: the request, the candidates, the result.

The caller makes a request out of what it was asked; every step of
``pipeline`` reads it. Frozen, and without a word of Nova.
"""

import dataclasses
from typing import Any

from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.model import resource_request as request_model
from cassandra_scheduler.model import restriction as restriction_model
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.scheduling import transcript as scheduling_transcript


@dataclasses.dataclass(frozen=True, slots=True)
class PlacementRequest:
    """A request for placements, one for each of ``consumers``.

    ``variants`` are ResourceRequests in order of preference; a tree that can
    serve several of them offers the ways of the first one first. None at all
    means that nothing is to be allocated: the trees alone are looked at.
    ``host`` and ``node`` pin the request to exact names; ``restrictions`` are
    what the evaluator's own rules ask of a row. The trees of
    ``preferred_hosts`` are looked at in any case, though not they alone.
    ``claims`` is False where somebody else holds the resources. ``group`` is
    the id of the group whose members the consumers are, if they must be
    placed one by one.
    """
    request_id: str
    consumers: tuple[consumer_model.ConsumerSpec, ...]
    variants: tuple[request_model.ResourceRequest, ...] = ()
    host: str | None = None
    node: str | None = None
    restrictions: tuple[restriction_model.Restriction, ...] = ()
    preferred_hosts: tuple[str, ...] = ()
    claims: bool = True
    alternates: int = 0
    group: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class SchedulerOptions:
    """How an operator wants the search to be made; times in seconds.

    ``page`` trees are looked at together, of a cloud that has more of them
    at first ``sample``.
    """
    page: int = 50
    sample: int = 10
    max_sample: int = 200
    claim_deadline: float = 30.0
    tolerance: float = 0.0
    subset: int = 1


@dataclasses.dataclass(frozen=True, slots=True)
class Candidate:
    """A tree that may serve the request, and the ways in which it would.

    ``tree`` is its newest known state, ``allocations`` are
    AllocationRequests, the best first.
    """
    tree: tree_model.Tree
    allocations: tuple[request_model.AllocationRequest, ...] = ()

    def replace(self, **changes: Any) -> 'Candidate':
        """Return this candidate with some fields changed."""
        return dataclasses.replace(self, **changes)


@dataclasses.dataclass(frozen=True, slots=True)
class Placement:
    """Where one consumer goes; ``allocation`` is what it holds there.

    ``alternates`` are Candidates that nobody has claimed, the best first.
    """
    consumer: consumer_model.ConsumerSpec
    candidate: Candidate
    allocation: request_model.AllocationRequest | None = None
    alternates: tuple[Candidate, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Result:
    """The answer: a Placement for every consumer, or none and ``reason``.

    ``reason`` says in one line what stood in the way.
    """
    placements: tuple[Placement, ...]
    transcript: scheduling_transcript.Transcript
    reason: str | None = None
