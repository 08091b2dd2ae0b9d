# SPDX-License-Identifier: Apache-2.0
"""From a request to places: the five steps of a decision.

    1 read      rows that satisfy the restrictions, a page at a time
    2 search    what could be allocated in them, as Placement would
    3 filter    the judge's filters decide
    4 rank      the judge's weighers order what is left
    5 claim     the first that still has room, by a conditional write

Reading may be stale and is free to be wrong; the claim may not.
"""

import dataclasses
import functools
import itertools
import random
import time

from cassandra_scheduler.scheduling import candidate_source
from cassandra_scheduler.scheduling import claiming
from cassandra_scheduler.scheduling.claims import group_guard
from cassandra_scheduler.scheduling import explain
from cassandra_scheduler.scheduling import placement_request as words
from cassandra_scheduler.scheduling import ranking
from cassandra_scheduler.scheduling import transcript

TOO_LATE = ('others claimed the same hosts until [cassandra_scheduler] '
            'claim_deadline had passed')


def place(wanted, *, context, evaluator):
    """Return Placed: a place for every claimant, or none and why.

    ``wanted``: a PlacementRequest; ``context``: what to work with;
    ``evaluator``: a HostEvaluator.
    Stands for what Nova's scheduler does with Placement's candidates. Raises
    what the store or the judge raises; nothing stays claimed then.
    """
    run = _Run(wanted, context, evaluator)
    placements = []
    with run.claims:
        for index, consumer_spec in enumerate(wanted.consumers):
            run.begin(consumer_spec)
            found = None
            for candidates, number in run.rounds(index):  # 1 read, 2 search
                passed = run.filter(candidates, number)        # 3 filter
                ranked = run.rank(passed)                   # 4 rank
                found = run.claim(consumer_spec, ranked)         # 5 claim
                if found:
                    break
            if found is None:
                break
            placements.append(found)
    if len(placements) < len(wanted.consumers):
        run.claims.release()
        reason = (TOO_LATE if run.claims.late else explain.explain(
            wanted, context=context, notes=run.notes))
        return words.Result((), run.notes.transcript, reason)
    run.claims.let_go()
    return words.Result(run.with_alternates(placements), run.notes.transcript)


class _Run:
    """What the steps of one request share: its pool, claims and notes.

    The pool holds the candidates that passed for the claimant before, in
    order; they are the first to be looked at for the next one.
    """

    def __init__(self, wanted, context, evaluator):
        self.notes = transcript.Notes(wanted.request_id)
        # A request without an id must not draw what others like it draw.
        self._random = random.Random(wanted.request_id or None)
        self._wanted = wanted
        self._judge = evaluator
        self._world = context
        self._manners = context.options
        self._ring = context.ring
        self._pool = ()
        self._ours = set()               # ids of trees with claims of ours
        self._other_way = False
        self._guard = self._new_guard() if wanted.group else None
        self.claims = claiming.Claims(
            context.store, notes=self.notes,
            deadline=context.options.claim_deadline, accepts=self._accepts,
            guard=self._guard)

    def _new_guard(self):
        return group_guard.Guard(
            self._world.store, self._wanted.group, notes=self.notes,
            until=time.monotonic() + self._manners.claim_deadline,
            tell=self._tell)

    def _tell(self, members):
        """Let the judge know who has been placed in the group."""
        self._wanted = dataclasses.replace(
            self._wanted,
            preferred_hosts=tuple(
                sorted({
                    *self._wanted.preferred_hosts,
                    *self._judge.members(members)
                })))

    def begin(self, consumer_spec):
        """Turn to the next claimant."""
        self._judge.begin(consumer_spec)
        if self._guard is not None:
            with self.notes.step('group'):
                self._guard.begin()

    @functools.cached_property
    def _unseen(self):
        return iter(candidate_source.CandidateSource(
            self._wanted, context=self._world, notes=self.notes,
            random=self._random))

    def rounds(self, index):
        """Yield (candidates, index to judge them with) until all were seen.

        Candidates that nobody has looked at yet are judged as the first
        claimant's: filters that run once must not be left out for them.
        """
        if self._pool:
            yield self._pool, index
        for candidates in self._unseen:
            yield candidates, 0

    def _accepts(self, candidate, allocation):
        """Return whether a host passes that others have changed meanwhile.

        It may pass with other allocations only: then they are tried next.
        """
        with self.notes.step('judge again', 1) as out:
            passed, refusals = self._judge.passes((candidate,), index=0)
            out(len(passed))
        self.notes.refused(refusals)
        accepted = any(allocation in one.allocations for one in passed)
        self._other_way = bool(passed) and not accepted
        return accepted

    def filter(self, candidates, index):
        """Return the candidates that the judge accepts."""
        with self.notes.step('filter', len(candidates)) as out:
            passed, refusals = self._judge.passes(candidates, index=index)
            out(len(passed))
        self.notes.refused(refusals)
        return passed

    def rank(self, passed):
        """Return the candidates in the order in which to claim."""
        with self.notes.step('rank', len(passed)) as out:
            self._pool = ranking.order(
                self._judge.rank(passed), random=self._random,
                tolerance=self._manners.tolerance,
                subset=self._manners.subset)
            out(len(self._pool))
        return self._pool

    def claim(self, consumer_spec, ranked):
        """Return the Place of the first candidate with room, or None."""
        with self.notes.step('claim', len(ranked)) as out:
            for position, candidate in enumerate(ranked):
                found = self._claim_one(consumer_spec, candidate)
                if found:
                    ranked[position] = found.candidate
                    out(1)
                    return found
        return None

    def _claim_one(self, consumer_spec, candidate):
        if not self._judge.is_mapped(candidate):
            return None
        if not self._wanted.claims:
            self._judge.reserve(candidate, None)
            return words.Placement(consumer_spec, candidate)
        for allocation in candidate.allocations:
            if not self.claims.fit(candidate, allocation):
                if candidate.tree.id in self._ours:
                    # Nova tries the first way only (its bug 1874664), so
                    # neither do we for those placed here together.
                    break
                continue
            self._other_way = False
            claimed = self.claims.claim(
                consumer_spec, candidate, allocation, usage=functools.partial(
                    self._judge.usage, allocation=allocation))
            if claimed:
                self._ours.add(candidate.tree.id)
                self._judge.reserve(claimed, allocation)
                return words.Placement(consumer_spec, claimed, allocation)
            if self.claims.fit(candidate, allocation) and (
                    not self._other_way):
                # It was not for want of room.
                break
        return None

    def with_alternates(self, placements):
        """Return the places, each with candidates that could replace it."""
        if not self._wanted.alternates:
            return tuple(placements)
        if len(placements) > 1:
            # What was placed counts now.
            self.rank(self.filter(self._pool, len(placements) - 1))
        taken = {place.candidate.tree.id for place in placements}
        found = [self._spares(place, taken) for place in placements]
        if self._ring.large and any(
                len(spares) < self._wanted.alternates and
                self._other_cells(place) for place, spares
                in zip(placements, found)):
            # The sample was spread over cells: one more look.
            self.rank([*self._pool, *self.filter(next(self._unseen, ()), 0)])
            found = [self._spares(place, taken) for place in placements]
        return tuple(
            words.Placement(place.consumer_spec, place.candidate,
                            place.allocation, tuple(spares))
            for place, spares in zip(placements, found))

    def _other_cells(self, place):
        """Return whether the pool has candidates that cannot replace it."""
        return any(not self._judge.same_cell(place.candidate, candidate)
                   for candidate in self._pool)

    def _spares(self, place, taken):
        """Return candidates for one place, as many as are wanted at most."""
        return list(itertools.islice((
            candidate for candidate in self._pool
            if candidate.tree.id not in taken and
            (candidate.allocations or not place.allocation) and
            self._judge.same_cell(place.candidate, candidate) and
            self._judge.is_mapped(candidate)), self._wanted.alternates))
