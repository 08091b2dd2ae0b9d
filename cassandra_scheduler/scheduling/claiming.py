# SPDX-License-Identifier: Apache-2.0
"""Claims a place, and gives it back. The only room that retries a claim.

    scheduler A              tree of the host            scheduler B
    candidate, seq 7 ------------+------------ candidate, seq 7
    locator: home is this tree   |             locator (of another consumer)
    (while it is under way the   |
    batch below is prepared)     |
    IF seq = 7: used, pending -->| seq 8
                                 |<----------- IF seq = 7: refused, and the
                                 |             answer is the row of seq 8
                                 |             still fits: IF seq = 8
                                 |             no longer: the next host

An answer that was lost is looked up before anything else is done.
"""

import contextlib
import functools
import time
import uuid

from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.model import errors
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.scheduling import locating
from cassandra_scheduler.scheduling import placement_request as words
from cassandra_scheduler.scheduling import room
from cassandra_scheduler.scheduling import together
from cassandra_scheduler.store import outcome
from cassandra_scheduler.store import retrying
from cassandra_scheduler.store import trees as store_trees


class _HasHome(Exception):
    """The claimant holds something already."""


class Claims:
    """The claims of one request: at most one of each claimant at any time.

    ``accepts(candidate, allocation)`` is asked again when somebody else has
    changed the tree in between; ``deadline`` is in seconds from now, for all
    of them. ``guard`` is the grouping.Guard where the claimants are of a
    group that needs one.
    """

    def __init__(self, store, *, notes, deadline, accepts=lambda *_: True,
                 guard=None):
        self._store = store
        self._notes = notes
        self._accepts = accepts
        self._guard = guard
        self._until = time.monotonic() + deadline
        self._located = {}               # consumer uuid -> Located
        # consumer uuid -> what frees it, and returns whether it is free
        self._undo = {}
        self._newest = {}                # tree id -> Tree that won

    def __enter__(self):
        return self

    def __exit__(self, kind, exc, trace):
        if kind is None:
            return
        with contextlib.suppress(errors.SchedulerError):
            # What cannot be given back now is freed after claim_timeout.
            self.release()

    @property
    def late(self):
        """Whether the deadline has passed."""
        return time.monotonic() >= self._until

    def fit(self, candidate, allocation):
        """Return whether it is worth a claim: as far as is known, it fits.

        Nothing fits once the time is over.
        """
        tree = self._newest.get(candidate.tree.id, candidate.tree)
        return not self.late and room.fits(
            tree, room.own(tree, allocation.amounts))

    def claim(self, consumer_spec, candidate, allocation, *, usage):
        """Return the candidate as claimed, or None when it has no room now.

        ``usage(candidate)`` returns what model.tree.Pending keeps. Writes
        the locator first, then the tree with the consumer's row. Raises
        OutcomeUnknown when an answer was lost and nobody could be asked in
        time.
        """
        while True:
            tree = self._claim(words.Claim(
                str(uuid.uuid4()), consumer_spec, candidate, allocation, usage,
                self._accepts))
            if tree is not None:
                return candidate.replace(tree=tree)
            if self._guard is None or not self._guard.overtaken():
                return None

    def _claim(self, claim):
        """Return the Tree with the claim in it, or None."""
        locate = self._start_locating(claim)
        alone = all(provider in claim.candidate.tree.providers
                    for provider, _class in claim.allocation.amounts)
        try:
            if not self._may_enter(claim, locate):
                return None
            tree = self._alone(claim, locate) if alone else None
            if locate().found is not None or not alone:
                tree = self._together(claim)
            return tree
        except errors.OutcomeUnknown:
            # The claim may be there, so its locator must stay.
            self._located.pop(claim.consumer_spec.uuid, None)
            raise
        except Exception:
            # The locator may just be written; release() has to know.
            with contextlib.suppress(errors.SchedulerError):
                locate()
            raise

    def release(self):
        """Give back everything that was claimed, and the locators.

        The locator stays of whom something is, or may be, still there.
        """
        while self._undo:
            consumer_uuid, undo = self._undo.popitem()
            if not undo():
                del self._located[consumer_uuid]
        gone = set(self._located)
        self.let_go()
        if self._guard is not None:
            self._guard.leave(gone)

    def let_go(self):
        """Release the locators of claimants that hold nothing."""
        for consumer_uuid in list(self._located):
            if consumer_uuid in self._undo:
                continue
            located = self._located.pop(consumer_uuid)
            if located.found is None:
                self._notes.conditional_write()
                self._store.consumer_homes.release(consumer_uuid,
                                                   located.write_id)

    def _may_enter(self, claim, locate):
        """Return whether the claim may be made as far as its group goes."""
        return self._guard is None or self._guard.enter(
            claim, created=locate().found is None)

    def _start_locating(self, claim):
        """Return what waits for the Located of a claimant; see locating."""
        consumer_uuid = claim.consumer_spec.uuid
        wanted = {'op': claim.id, 'notes': self._notes}
        located = self._located.get(consumer_uuid)
        if located is None:
            wait = locating.start(self._store, consumer_uuid,
                                  claim.candidate.tree.id, **wanted)
        elif located.found is None:
            wait = functools.partial(
                locating.move, self._store, consumer_uuid, located,
                claim.candidate.tree.id, **wanted)
        else:
            return lambda: located

        @functools.cache
        def locate():
            self._located[consumer_uuid] = found = wait()
            return found

        return locate

    def _alone(self, claim, locate):
        """Return the Tree with the claim, in one conditional batch.

        Nothing is written for a claimant who holds something already.
        """
        def first():
            if locate().found is not None:
                raise _HasHome

        def advance(state):
            change = self._change(claim, state)
            if change is not None:
                self._notes.conditional_write()
            return change

        tree = claim.candidate.tree
        try:
            written = retrying.step(
                self._store.trees.behind(first), tree.id, advance,
                start=store_trees.TreeState(self._newest.get(tree.id, tree)),
                deadline_s=self._left())
        except _HasHome:
            return None
        match written:
            case outcome.Rejected(winner=state) if state.tree is not None:
                self._newest[tree.id] = state.tree
            case outcome.Applied(state=tree):
                self._undo[claim.consumer_spec.uuid] = functools.partial(
                    release, self._store, claim.consumer_spec.uuid, tree.id,
                    claim_id=claim.id, notes=self._notes)
                return tree
            case outcome.Unknown(cause=cause):
                raise errors.OutcomeUnknown(
                    f'Whether {claim.consumer_spec.uuid} was claimed is '
                    f'unknown and Cassandra does not say ({cause}): the '
                    'claim is freed after [cassandra_scheduler] '
                    'claim_timeout if it was.')
        return None

    def _together(self, claim):
        """Return the host's Tree with the claim, in a transaction."""
        consumer_uuid = claim.consumer_spec.uuid
        found = self._located[consumer_uuid].found
        home = found.location.value if found else claim.candidate.tree.id
        try:
            shares = together.shares(self._store, claim)
        except errors.NotFound:
            # The provider that was to share has gone since it was read.
            return None
        tree = together.take(self._store, claim, shares, home=home,
                             deadline=self._left(), notes=self._notes)
        if tree is not None:
            self._undo[consumer_uuid] = functools.partial(
                together.release, self._store, claim, shares, home=home,
                existed=found is not None, notes=self._notes)
        return tree

    def _left(self):
        """Return the seconds left, but time for one try at least."""
        return max(self._until - time.monotonic(), 0.1)

    def _change(self, claim, state):
        """Return the step that claims in ``state``, or None without room."""
        tree, candidate = state.tree, claim.candidate
        if not room.fits(tree, claim.allocation.amounts):
            return None
        if tree.version != candidate.tree.version:
            candidate = candidate.replace(tree=tree)
            if not claim.accepts(candidate, claim.allocation):
                return None
        row = state.consumers.get(claim.consumer_spec.uuid)
        if row is not None and (row.stands or row.blocks(claim.id)):
            return None
        return consumer_model.TreeChange(tree,
                                         claimed(tree, claim,
                                                 claim.usage(candidate)),
                                         write_id=claim.id,
                                         put=(consumer_row(claim), ),
                                         create=frozenset() if row else
                                         frozenset({claim.consumer_spec.uuid}))


def claimed(tree, claim, usage):
    """Return ``tree`` with the claim in it; generations as Placement's."""
    amounts = claim.allocation.amounts
    providers = {provider for provider, _class in amounts}
    return tree.with_amounts(amounts).bumped(*providers).with_pending(
        claim.consumer_spec.uuid,
        tree_model.Pending(claim.id, int(time.time() * 1000), usage))


def consumer_row(claim):
    """Return the home row of a consumer that is being created."""
    now_ms = int(time.time() * 1000)
    consumer_spec = claim.consumer_spec
    return consumer_model.Consumer(consumer_spec.uuid,
                                   home=claim.candidate.tree.id,
                                   amounts=dict(claim.allocation.amounts),
                                   claim_id=claim.id,
                                   generation=1,
                                   project_id=consumer_spec.project_id,
                                   user_id=consumer_spec.user_id,
                                   consumer_type=consumer_spec.consumer_type,
                                   created_ms=now_ms,
                                   updated_ms=now_ms)


def release(store, consumer_uuid, tree_id, *, claim_id, notes):
    """Give a claim back, if the consumer's row still is that claim's.

    Returns whether it is known to be given back.
    """
    write_id = str(uuid.uuid4())

    def advance(state):
        row = state.consumers.get(consumer_uuid)
        if state.tree is None or row is None or row.claim_id != claim_id:
            return None
        notes.conditional_write()
        after = state.tree.with_amounts(row.amounts, sign=-1)
        return consumer_model.TreeChange(state.tree,
                                         after.with_pending(
                                             consumer_uuid, None),
                                         write_id=write_id,
                                         delete=(consumer_uuid, ))

    return isinstance(retrying.step(
        store.trees, tree_id, advance, consumers=(consumer_uuid,)),
        outcome.Applied)
