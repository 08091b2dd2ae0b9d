# SPDX-License-Identifier: Apache-2.0
"""The claims of one request: taken one by one, kept or given back together.

The table in the package's docstring says what each write leaves over.
"""

from collections.abc import Mapping, Sequence
import contextlib
import dataclasses
import time
import types

from cassandra_scheduler.model import capacity
from cassandra_scheduler.model import change as change_model
from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.model import errors
from cassandra_scheduler.model import holdings
from cassandra_scheduler.model import resource_request as request_model
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.model import write as write_model
from cassandra_scheduler.scheduling.claims import group_guard
from cassandra_scheduler.scheduling.claims import lookup_rows
from cassandra_scheduler.scheduling.claims import several
from cassandra_scheduler.scheduling.claims import single
from cassandra_scheduler.scheduling import placement_request
from cassandra_scheduler.scheduling import transcript
from cassandra_scheduler.store import opening
from cassandra_scheduler.store import outcome
from cassandra_scheduler.store import retrying
from cassandra_scheduler.store import session as store_session


@dataclasses.dataclass(frozen=True, slots=True)
class MadeClaim:
    """A claim that was written, and what is needed to give it back."""
    id: str
    amounts: holdings.Amounts
    tree_ids: tuple[str, ...]
    lookup: lookup_rows.ConsumerLookup


class Claims:
    """The claims of one request: at most one of each consumer at any time.

    ``deadline_s`` is in seconds from now, for all of them. ``guard`` is the
    GroupGuard where the consumers are of a group that needs one.
    """

    def __init__(self, store: opening.Store, *, notes: transcript.Notes,
                 deadline_s: float,
                 guard: group_guard.GroupGuard | None = None) -> None:
        self._store = store
        self._notes = notes
        self._guard = guard
        self._until = time.monotonic() + deadline_s
        self._lookups = lookup_rows.ClaimLookups(store, notes=notes)
        # By the uuid of the consumer.
        self._made: dict[str, MadeClaim] = {}
        # By the id of the tree.
        self._newest: dict[str, change_model.TreeState] = {}
        self._attempts: dict[str, retrying.Attempts] = {}

    def __enter__(self) -> 'Claims':
        return self

    def __exit__(self, kind: type[BaseException] | None,
                 exc: BaseException | None, trace: types.TracebackType | None
                 ) -> None:
        if kind is None:
            return
        with contextlib.suppress(errors.SchedulerError):
            # What cannot be given back now is freed after claim_timeout.
            self.release()

    @property
    def late(self) -> bool:
        """Whether the deadline has passed."""
        return time.monotonic() >= self._until

    def may_fit(self, candidate: placement_request.Candidate,
                allocation: request_model.AllocationRequest) -> bool:
        """Return whether a claim is worth a try: as far as is known, it fits.

        Nothing fits once the time is up.
        """
        tree = self._state_of(candidate.tree).tree
        return not self.late and tree is not None and capacity.has_room(
            tree, {key: units for key, units in allocation.amounts.items()
                   if key[0] in tree.providers})

    def claim(self, spec: consumer_model.ConsumerSpec,
              candidate: placement_request.Candidate,
              allocation: request_model.AllocationRequest, *,
              usage: Mapping[str, object]) -> several.ClaimOutcome:
        """Claim an allocation of a candidate for a consumer.

        ``usage``: see model.holdings.take. Writes the lookup row first, then
        the tree with the consumer's row. Returns

        * Applied with the Tree;
        * Rejected with a Tree: another writer won, ask the filters again;
        * Rejected with None: give up this candidate;
        * Unknown: the answer was lost, and Cassandra does not say in time.

        Raises OutcomeUnknown when another writer changes the consumer at
        this moment.
        """
        state = self._state_of(candidate.tree)
        if state.tree is None or (
                state.tree.version != candidate.tree.version):
            # The filters have not seen this version of the tree.
            return outcome.Rejected(state.tree)
        self._pause(candidate.tree.id)
        started = self._lookups.start(spec.uuid, candidate.tree.id)
        write = write_model.Write(started.write_id, write_model.now_ms())
        change = batch = None
        try:
            if all(provider in state.tree.providers
                   for provider, _class in allocation.amounts):
                change = single.compose(state, spec, allocation.amounts,
                                        usage=usage, write=write)
            if change is not None:
                batch = self._store.trees.prepare(change)
        finally:
            lookup = self._lookups.finish(started)
        if self._guard is not None and not self._guard.enter(
                spec.uuid, candidate.tree.id, write.id,
                created=lookup.found is None):
            return outcome.Rejected(candidate.tree)
        tree_ids: tuple[str, ...] | None = (candidate.tree.id,)
        if change is not None and batch and lookup.found is None:
            written = self._send(change, batch)
        else:
            tree_ids = several.trees_of(self._store, state.tree,
                                        allocation.amounts, lookup=lookup)
            written = self._send_to_several(
                spec, state.tree, allocation.amounts, tree_ids, lookup=lookup,
                usage=usage, write=write)
        match written:
            case outcome.Applied(state=tree):
                assert tree_ids is not None
                self._made[spec.uuid] = MadeClaim(
                    write.id, dict(allocation.amounts), tree_ids, lookup)
                self._newest[tree.id] = change_model.TreeState(tree)
            case outcome.Rejected():
                self._attempts.setdefault(
                    candidate.tree.id, retrying.Attempts(self._left()))
            case outcome.Unknown():
                self._lookups.keep(spec.uuid)
        return written

    def release(self) -> None:
        """Give back all claims, and the lookup rows.

        Keep the lookup row if the consumer may still hold a claim.
        """
        while self._made:
            uuid, claim = self._made.popitem()
            if not several.release(
                    self._store, uuid, claim.amounts, claim.tree_ids,
                    claim_id=claim.id, lookup=claim.lookup, notes=self._notes):
                self._lookups.keep(uuid)
        gone = self._lookups.release(keep=())
        if self._guard is not None:
            self._guard.leave(gone)

    def release_unused(self) -> None:
        """Delete the lookup rows of consumers that hold nothing."""
        self._lookups.release(keep=self._made)

    def _send(self, change: change_model.TreeChange,
              batch: store_session.Batch) -> several.ClaimOutcome:
        """Send a prepared claim; return its Outcome, settled in time."""
        self._notes.conditional_write()
        written = self._store.writer.settle(
            change, self._store.trees.send(change, batch),
            deadline_s=self._left())
        match written:
            case outcome.Applied(state=tree):
                assert tree is not None
                return outcome.Applied(tree)
            case outcome.Rejected(winner=state):
                self._newest[change.after.id] = state
                [uuid] = change.consumers
                row = state.consumers.get(uuid)
                if row is not None and row.is_live:
                    raise lookup_rows.changed_by_another(uuid)
                self._look_for_tombstone({change.after.id: state}, uuid,
                                         change.write_id)
                return outcome.Rejected(state.tree)
            case outcome.Unknown() as unknown:
                return unknown

    def _send_to_several(self, spec: consumer_model.ConsumerSpec,
                         tree: tree_model.Tree, amounts: holdings.Amounts,
                         tree_ids: Sequence[str] | None, *,
                         lookup: lookup_rows.ConsumerLookup,
                         usage: Mapping[str, object],
                         write: write_model.Write) -> several.ClaimOutcome:
        """Read the trees that take part, and claim in all of them."""
        if tree_ids is None:
            return outcome.Rejected(None)
        states = several.read(self._store, spec.uuid, tree_ids)
        self._look_for_tombstone(states, spec.uuid, write.id)
        written = several.claim(self._store,
                                states,
                                spec,
                                tree,
                                amounts,
                                lookup=lookup,
                                usage=usage,
                                write=write,
                                notes=self._notes,
                                deadline_s=self._left())
        match written:
            case outcome.Rejected(winner=newest) if newest is not None:
                self._newest[tree.id] = change_model.TreeState(newest)
        return written

    def _look_for_tombstone(self, states: holdings.States, uuid: str,
                            claim_id: str) -> None:
        """Use another id from now on where a tombstone stops this one."""
        if several.is_blocked(states, uuid, claim_id):
            self._lookups.use_another_id(uuid)

    def _state_of(self, tree: tree_model.Tree) -> change_model.TreeState:
        """Return the newest known TreeState of a tree."""
        newest = self._newest.get(tree.id)
        if newest is None or (newest.tree is not None and
                              newest.tree.version < tree.version):
            return change_model.TreeState(tree)
        return newest

    def _pause(self, tree_id: str) -> None:
        """Wait a moment before a claim in a tree where one was rejected."""
        if tree_id in self._attempts:
            self._attempts[tree_id].wait()

    def _left(self) -> float:
        """Return the seconds left, never less than 0.1: enough for one try."""
        return max(self._until - time.monotonic(), 0.1)
