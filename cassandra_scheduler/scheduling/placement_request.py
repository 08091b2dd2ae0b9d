# SPDX-License-Identifier: Apache-2.0
"""The words of a decision: who is placed, where he might go, where he went.

Made by a door out of what it was asked, and read by every step of
``placing``. Frozen, and without a word of Nova.
"""

import dataclasses

from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.model import tree as tree_model


@dataclasses.dataclass(frozen=True, slots=True)
class ConsumerSpec:
    """Somebody to be placed, in Placement's words a consumer."""
    uuid: str
    project_id: str | None = None
    user_id: str | None = None
    consumer_type: str = consumer_model.INSTANCE


@dataclasses.dataclass(frozen=True, slots=True)
class PlacementRequest:
    """A request for places, one for each of ``consumers``.

    ``variants`` are ResourceRequests in order of preference; a tree that can
    serve several of them offers the ways of the first one first. None at all
    means that nothing is to be allocated: the trees alone are looked at.
    ``host`` and ``node`` pin the request to exact names; ``restrictions`` are
    what the judge's own rules ask of a row. The trees of
    ``preferred_hosts`` are looked at in any case, though not they alone.
    ``claims`` is False where somebody else holds the resources. ``group`` is
    the id of the group whose members the consumers are, if they must be
    placed one by one.
    """
    request_id: str
    consumers: tuple
    variants: tuple = ()
    host: str | None = None
    node: str | None = None
    restrictions: tuple = ()             # of Restrictions
    preferred_hosts: tuple = ()
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
    allocations: tuple = ()

    def replace(self, **changes):
        """Return this candidate with some fields changed."""
        return dataclasses.replace(self, **changes)


@dataclasses.dataclass(frozen=True, slots=True)
class Claim:
    """One attempt to put a claimant into one candidate.

    ``id`` is new for every attempt, so that each is recognised wherever it
    is met. ``usage(candidate)`` returns what model.tree.Pending keeps;
    ``accepts(candidate, allocation)`` is asked where the tree is not what it
    was.
    """
    id: str
    consumer_spec: ConsumerSpec
    candidate: Candidate
    allocation: object
    usage: object
    accepts: object


@dataclasses.dataclass(frozen=True, slots=True)
class Placement:
    """Where one claimant goes; ``allocation`` is what he holds there.

    ``alternates`` are Candidates nobody has claimed, the best first.
    """
    consumer_spec: ConsumerSpec
    candidate: Candidate
    allocation: object = None
    alternates: tuple = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Result:
    """The answer: a Place for every claimant, or none and ``reason``.

    ``reason`` says in one line what stood in the way.
    """
    placements: tuple
    transcript: object
    reason: str | None = None
