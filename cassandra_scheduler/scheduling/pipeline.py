# SPDX-License-Identifier: Apache-2.0
"""From a request to placements: the five steps of a decision.

    1 read      rows that satisfy the restrictions, a page at a time
    2 search    what could be allocated in them, as Placement would
    3 filter    the evaluator's filters decide
    4 rank      the evaluator's weighers order what is left
    5 claim     the first that still has room, by a conditional write

Reading may be stale and is free to be wrong; the claim may not. A claim that
is rejected comes back with the row that won: the filters judge that row, and
the claim is tried again while it fits. The docstring of ``claims`` lists each
write, and who cleans up after a scheduler that died.
"""

from collections.abc import Collection, Iterator, Sequence
import dataclasses
import itertools
import random
import time

from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.model import errors
from cassandra_scheduler.model import resource_request as request_model
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.scheduling import candidate_source
from cassandra_scheduler.scheduling.claims import claiming
from cassandra_scheduler.scheduling.claims import group_guard
from cassandra_scheduler.scheduling import evaluator as scheduling_evaluator
from cassandra_scheduler.scheduling import explain
from cassandra_scheduler.scheduling import placement_request
from cassandra_scheduler.scheduling import ranking
from cassandra_scheduler.scheduling import transcript
from cassandra_scheduler.store import outcome

TOO_LATE = ('others claimed the same hosts until [cassandra_scheduler] '
            'claim_deadline had passed')


def place(request: placement_request.PlacementRequest, *,
          context: candidate_source.SchedulingContext,
          evaluator: scheduling_evaluator.HostEvaluator
          ) -> placement_request.Result:
    """Return a Result: a Placement for every consumer, or none and why.

    ``request``: a PlacementRequest; ``context``: a SchedulingContext;
    ``evaluator``: a HostEvaluator. Stands for what Nova's scheduler does with
    Placement's candidates. Raises what the store or the evaluator raises;
    nothing stays claimed then.
    """
    placing = _Placing(request, context, evaluator)
    placements = []
    with placing.claims:
        for index, spec in enumerate(request.consumers):
            placing.start_consumer(spec)
            placement = None
            for candidates, number in placing.pages(index):  # 1 read, 2 search
                passed = placing.filter(candidates, number)  # 3 filter
                ranked = placing.rank(passed)                # 4 rank
                placement = placing.claim(spec, ranked)      # 5 claim
                if placement:
                    break
            if placement is None:
                break
            placements.append(placement)
    if len(placements) < len(request.consumers):
        placing.claims.release()
        reason = (TOO_LATE if placing.claims.late else explain.explain(
            request, context=context, notes=placing.notes))
        return placement_request.Result((), placing.notes.transcript, reason)
    placing.claims.release_unused()
    return placement_request.Result(placing.with_alternates(placements),
                                    placing.notes.transcript)


class _Placing:
    """What the steps of one request share: its pool, claims and notes.

    The pool holds the candidates that passed for the consumer before, in
    order; they are the first to be looked at for the next one.
    """

    def __init__(self, request: placement_request.PlacementRequest,
                 context: candidate_source.SchedulingContext,
                 evaluator: scheduling_evaluator.HostEvaluator) -> None:
        self.notes = transcript.Notes(request.request_id)
        self._request = request
        self._context = context
        self._evaluator = evaluator
        # A request without an id needs random numbers of its own.
        self._random = random.Random(request.request_id or None)
        self._pool: list[placement_request.Candidate] = []
        self._placed_on: set[str] = set()  # ids of trees with claims of ours
        # The members that the evaluator knows, and those when it ranked.
        self._members: frozenset[str] = frozenset()
        self._ranked_with: frozenset[str] = frozenset()
        self._source: candidate_source.CandidateSource | None = None
        # Pages that nobody has looked at.
        self._unseen: Iterator[tuple[placement_request.Candidate, ...]] = (
            iter(()))
        deadline_s = context.options.claim_deadline
        self._guard = group_guard.GroupGuard(
            context.store, request.group, notes=self.notes,
            until=time.monotonic() + deadline_s) if request.group else None
        self.claims = claiming.Claims(
            context.store, notes=self.notes, deadline_s=deadline_s,
            guard=self._guard)

    def start_consumer(self, spec: consumer_model.ConsumerSpec) -> None:
        """Turn to the next consumer."""
        self._evaluator.start_consumer(spec)
        self._read_members()

    def pages(self, index: int
              ) -> Iterator[tuple[Sequence[placement_request.Candidate], int]]:
        """Yield (candidates, index to judge them with) until all were seen.

        New candidates are judged with index 0, as for the first consumer:
        some filters run only at index 0, and no candidate may skip them.
        """
        if self._pool:
            yield self._pool, index
        if self._source is None:
            self._source = candidate_source.CandidateSource(
                self._request, context=self._context, notes=self.notes,
                random=self._random)
            self._unseen = self._source.pages()
        for candidates in self._unseen:
            yield candidates, 0

    def filter(self, candidates: Sequence[placement_request.Candidate],
               index: int) -> Sequence[placement_request.Candidate]:
        """Return the candidates that the evaluator accepts."""
        with self.notes.step('filter', len(candidates)) as out:
            passed, refusals = self._evaluator.filter(candidates, index=index)
            out(len(passed))
        self.notes.refused(refusals)
        return passed

    def rank(self, passed: Sequence[placement_request.Candidate]
             ) -> list[placement_request.Candidate]:
        """Return the candidates in the order in which to claim."""
        options = self._context.options
        self._ranked_with = self._members
        with self.notes.step('rank', len(passed)) as out:
            self._pool = ranking.order(
                self._evaluator.weigh(passed), random=self._random,
                tolerance=options.tolerance, subset=options.subset)
            out(len(self._pool))
        return self._pool

    def claim(self, spec: consumer_model.ConsumerSpec,
              ranked: list[placement_request.Candidate]
              ) -> placement_request.Placement | None:
        """Return the Placement of the first candidate with room, or None."""
        with self.notes.step('claim', len(ranked)) as out:
            for position, candidate in enumerate(ranked):
                placement = self._claim_candidate(spec, candidate)
                if placement:
                    ranked[position] = placement.candidate
                    out(1)
                    return placement
        return None

    def _claim_candidate(self, spec: consumer_model.ConsumerSpec,
                         candidate: placement_request.Candidate
                         ) -> placement_request.Placement | None:
        """Return the Placement on one candidate, or None.

        After each rejection it tries again, while the filters accept the new
        tree and the request fits.
        """
        if not self._evaluator.is_mapped(candidate):
            return None
        if not self._request.claims:
            self._evaluator.reserve(candidate, None)
            return placement_request.Placement(spec, candidate)
        newest: placement_request.Candidate | None = candidate
        if self._members != self._ranked_with:
            # A member of the group was placed after this was ranked.
            newest = self._judge_again(candidate, candidate.tree)
        while newest is not None:
            candidate = newest
            allocation = self._first_that_fits(candidate)
            if allocation is None:
                return None
            written = self.claims.claim(
                spec, candidate, allocation,
                usage=self._evaluator.pending_usage(candidate, allocation))
            match written:
                case outcome.Applied(state=tree):
                    candidate = candidate.replace(tree=tree)
                    self._placed_on.add(tree.id)
                    self._evaluator.reserve(candidate, allocation)
                    return placement_request.Placement(spec, candidate,
                                                       allocation)
                case outcome.Rejected(winner=tree):
                    newest = self._judge_again(candidate, tree)
                case outcome.Unknown(cause=cause):
                    raise errors.OutcomeUnknown(
                        f'Whether {spec.uuid} was claimed is unknown and '
                        f'Cassandra does not say ({cause}): the claim is '
                        'freed after [cassandra_scheduler] claim_timeout if '
                        'it was.')
        return None

    def _first_that_fits(self, candidate: placement_request.Candidate
                         ) -> request_model.AllocationRequest | None:
        """Return the first allocation that fits, or None.

        Nova tries only the first one for servers placed together (its bug
        1874664), and so do we on a host that has one of them.
        """
        allocations = candidate.allocations
        if candidate.tree.id in self._placed_on:
            allocations = allocations[:1]
        for allocation in allocations:
            if self.claims.may_fit(candidate, allocation):
                return allocation
        return None

    def _judge_again(self, candidate: placement_request.Candidate,
                     tree: tree_model.Tree | None
                     ) -> placement_request.Candidate | None:
        """Return the candidate with the Tree that won, if it passes now.

        None when the tree has gone, or when the filters refuse it.
        """
        if tree is None:
            return None
        self._read_members()
        with self.notes.step('judge again', 1) as out:
            passed, refusals = self._evaluator.filter(
                (candidate.replace(tree=tree),), index=0)
            out(len(passed))
        self.notes.refused(refusals)
        return passed[0] if passed else None

    def _read_members(self) -> None:
        """Tell the evaluator which members of the group have been placed."""
        if self._guard is None:
            return
        with self.notes.step('group'):
            members = self._guard.members
        if members == self._members:
            return
        self._members = members
        hosts = self._evaluator.set_group_members(members)
        self._request = dataclasses.replace(
            self._request, preferred_hosts=tuple(sorted(
                {*self._request.preferred_hosts, *hosts})))

    def with_alternates(self,
                        placements: Sequence[placement_request.Placement]
                        ) -> tuple[placement_request.Placement, ...]:
        """Return the placements, each with candidates that could replace it.
        """
        if not self._request.alternates:
            return tuple(placements)
        if len(placements) > 1:
            # What was placed counts now.
            self.rank(self.filter(self._pool, len(placements) - 1))
        taken = {placement.candidate.tree.id for placement in placements}
        found = [self._spares(placement, taken) for placement in placements]
        if self._source and self._source.sampled and any(
                len(spares) < self._request.alternates and
                self._has_other_cells(placement)
                for placement, spares in zip(placements, found)):
            # The sample was spread over cells: one more look.
            self.rank([*self._pool, *self.filter(next(self._unseen, ()), 0)])
            found = [self._spares(placement, taken)
                     for placement in placements]
        return tuple(
            dataclasses.replace(placement, alternates=tuple(spares))
            for placement, spares in zip(placements, found))

    def _has_other_cells(self, placement: placement_request.Placement) -> bool:
        """Return whether the pool has candidates of other cells."""
        return any(not self._evaluator.same_cell(placement.candidate,
                                                 candidate)
                   for candidate in self._pool)

    def _spares(self, placement: placement_request.Placement,
                taken: Collection[str]) -> list[placement_request.Candidate]:
        """Return candidates for one placement, as many as are wanted."""
        return list(itertools.islice((
            candidate for candidate in self._pool
            if candidate.tree.id not in taken and
            (candidate.allocations or not placement.allocation) and
            self._evaluator.same_cell(placement.candidate, candidate) and
            self._evaluator.is_mapped(candidate)), self._request.alternates))
