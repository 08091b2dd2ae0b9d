# SPDX-License-Identifier: Apache-2.0
"""What the pipeline asks of the one who knows the request's own rules.

CQL narrows, the evaluator decides, the claim guards. For Nova the evaluator
is made of Nova's filters and weighers; this room only knows these questions.
"""

from collections.abc import Collection, Mapping, Sequence
import typing

from cassandra_scheduler.model import consumer
from cassandra_scheduler.model import resource_request
from cassandra_scheduler.scheduling import placement_request

Candidate = placement_request.Candidate


class HostEvaluator(typing.Protocol):
    """Judges Candidates for the consumers of one request, one by one.

    An evaluator may keep what it works out about a tree by the tree's id and
    version, as long as the request lasts.
    """

    def start_consumer(self, spec: consumer.ConsumerSpec) -> None:
        """Turn to the next consumer."""

    def set_group_members(self, uuids: Collection[str]) -> Collection[str]:
        """Learn which consumers have been placed in the request's group.

        All later judgements heed them. Returns the names of hosts that must
        be among the candidates because of them.
        """
        ...

    def filter(self, candidates: Sequence[Candidate], *, index: int
               ) -> tuple[Sequence[Candidate], Mapping[str, int]]:
        """Return (those acceptable, filter -> how many it refused).

        ``index`` counts the consumers from 0. Acceptable candidates may come
        back with fewer allocations.
        """
        ...

    def weigh(self, candidates: Sequence[Candidate]
              ) -> Sequence[tuple[float, Candidate]]:
        """Return (weight, candidate) pairs, the best first."""
        ...

    def is_mapped(self, candidate: Candidate) -> bool:
        """Return whether the host can be used: a cell is known for it."""
        ...

    def same_cell(self, candidate: Candidate, other: Candidate) -> bool:
        """Return whether ``other`` may stand in for ``candidate`` later."""
        ...

    def pending_usage(
            self, candidate: Candidate,
            allocation: resource_request.AllocationRequest
    ) -> Mapping[str, object]:
        """Return what the claim counts as until the host reports it.

        See model.tree.Pending.usage.
        """
        ...

    def reserve(self, candidate: Candidate,
                allocation: resource_request.AllocationRequest | None
                ) -> None:
        """Count the present consumer on this candidate from now on."""
