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

from cassandra_scheduler.scheduling import candidates
from cassandra_scheduler.scheduling import claiming
from cassandra_scheduler.scheduling import explaining
from cassandra_scheduler.scheduling import grouping
from cassandra_scheduler.scheduling import ranking
from cassandra_scheduler.scheduling import transcript
from cassandra_scheduler.scheduling import wanted as words

TOO_LATE = ('others claimed the same hosts until [cassandra_scheduler] '
            'claim_deadline had passed')


def place(wanted, *, world, judge):
    """Return Placed: a place for every claimant, or none and why.

    ``wanted``: a Wanted; ``world``: what to work with; ``judge``: a Judge.
    Stands for what Nova's scheduler does with Placement's candidates. Raises
    what the store or the judge raises; nothing stays claimed then.
    """
    run = _Run(wanted, world, judge)
    places = []
    with run.claims:
        for index, claimant in enumerate(wanted.claimants):
            run.begin(claimant)
            found = None
            for hopeful, number in run.rounds(index):       # 1 read, 2 search
                passed = run.filter(hopeful, number)        # 3 filter
                ranked = run.rank(passed)                   # 4 rank
                found = run.claim(claimant, ranked)         # 5 claim
                if found:
                    break
            if found is None:
                break
            places.append(found)
    if len(places) < len(wanted.claimants):
        run.claims.release()
        why = (TOO_LATE if run.claims.late else
               explaining.explain(wanted, world=world, notes=run.notes))
        return words.Placed((), run.notes.transcript, why)
    run.claims.let_go()
    return words.Placed(run.with_alternates(places), run.notes.transcript)


class _Run:
    """What the steps of one request share: its pool, claims and notes.

    The pool holds the candidates that passed for the claimant before, in
    order; they are the first to be looked at for the next one.
    """

    def __init__(self, wanted, world, judge):
        self.notes = transcript.Notes(wanted.request_id)
        # A request without an id must not draw what others like it draw.
        self._random = random.Random(wanted.request_id or None)
        self._wanted = wanted
        self._judge = judge
        self._world = world
        self._manners = world.manners
        self._ring = world.ring
        self._pool = ()
        self._ours = set()               # ids of trees with claims of ours
        self._other_way = False
        self._guard = self._new_guard() if wanted.group else None
        self.claims = claiming.Claims(
            world.store, notes=self.notes,
            deadline=world.manners.claim_deadline, accepts=self._accepts,
            guard=self._guard)

    def _new_guard(self):
        return grouping.Guard(
            self._world.store, self._wanted.group, notes=self.notes,
            until=time.monotonic() + self._manners.claim_deadline,
            tell=self._tell)

    def _tell(self, members):
        """Let the judge know who has been placed in the group."""
        self._wanted = dataclasses.replace(
            self._wanted, beside=tuple(sorted({
                *self._wanted.beside, *self._judge.members(members)})))

    def begin(self, claimant):
        """Turn to the next claimant."""
        self._judge.begin(claimant)
        if self._guard is not None:
            with self.notes.step('group'):
                self._guard.begin()

    @functools.cached_property
    def _unseen(self):
        return iter(candidates.Rounds(
            self._wanted, world=self._world, notes=self.notes,
            random=self._random))

    def rounds(self, index):
        """Yield (candidates, index to judge them with) until all were seen.

        Candidates that nobody has looked at yet are judged as the first
        claimant's: filters that run once must not be left out for them.
        """
        if self._pool:
            yield self._pool, index
        for hopeful in self._unseen:
            yield hopeful, 0

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

    def filter(self, hopeful, index):
        """Return the candidates that the judge accepts."""
        with self.notes.step('filter', len(hopeful)) as out:
            passed, refusals = self._judge.passes(hopeful, index=index)
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

    def claim(self, claimant, ranked):
        """Return the Place of the first candidate with room, or None."""
        with self.notes.step('claim', len(ranked)) as out:
            for position, candidate in enumerate(ranked):
                found = self._claim_one(claimant, candidate)
                if found:
                    ranked[position] = found.candidate
                    out(1)
                    return found
        return None

    def _claim_one(self, claimant, candidate):
        if not self._judge.ready(candidate):
            return None
        if not self._wanted.claims:
            self._judge.took(candidate, None)
            return words.Place(claimant, candidate)
        for allocation in candidate.allocations:
            if not self.claims.fit(candidate, allocation):
                if candidate.tree.id in self._ours:
                    # Nova tries the first way only (its bug 1874664), so
                    # neither do we for those placed here together.
                    break
                continue
            self._other_way = False
            claimed = self.claims.claim(
                claimant, candidate, allocation, usage=functools.partial(
                    self._judge.usage, allocation=allocation))
            if claimed:
                self._ours.add(candidate.tree.id)
                self._judge.took(claimed, allocation)
                return words.Place(claimant, claimed, allocation)
            if self.claims.fit(candidate, allocation) and (
                    not self._other_way):
                # It was not for want of room.
                break
        return None

    def with_alternates(self, places):
        """Return the places, each with candidates that could replace it."""
        if not self._wanted.alternates:
            return tuple(places)
        if len(places) > 1:
            # What was placed counts now.
            self.rank(self.filter(self._pool, len(places) - 1))
        taken = {place.candidate.tree.id for place in places}
        found = [self._spares(place, taken) for place in places]
        if self._ring.large and any(
                len(spares) < self._wanted.alternates and
                self._other_cells(place) for place, spares
                in zip(places, found)):
            # The sample was spread over cells: one more look.
            self.rank([*self._pool, *self.filter(next(self._unseen, ()), 0)])
            found = [self._spares(place, taken) for place in places]
        return tuple(words.Place(place.claimant, place.candidate,
                                 place.allocation, tuple(spares))
                     for place, spares in zip(places, found))

    def _other_cells(self, place):
        """Return whether the pool has candidates that cannot replace it."""
        return any(not self._judge.replaceable(place.candidate, candidate)
                   for candidate in self._pool)

    def _spares(self, place, taken):
        """Return candidates for one place, as many as are wanted at most."""
        return list(itertools.islice((
            candidate for candidate in self._pool
            if candidate.tree.id not in taken and
            (candidate.allocations or not place.allocation) and
            self._judge.replaceable(place.candidate, candidate) and
            self._judge.ready(candidate)), self._wanted.alternates))
