# SPDX-License-Identifier: Apache-2.0
"""Places the members of a group one after another, in all schedulers.

Two members that must share a host, or must not, may be placed at the same
moment on two hosts. Then no tree shows one member to the other. So the group
has a row, and a member's claim goes through it:

    scheduler A        row of the group        trees        scheduler B
    reads: nobody ------------+---------------------------- reads: nobody
    claiming A: host 1 ------>|
                              |<----------------------- claiming B: host 2
                              |   refused, with the row: A is at host 1
    the claim of A --------------------------> host 1
                              |                host 1 <--- waits, sees A
                              |                  B is judged again, with A
                              |<----------------------- claiming B: host 1
                              |                host 1 <--- the claim of B

Nobody writes into the row while the claim in it may still be written. It is
over when the tree has the consumer. It is over, too, when it can never be
written: its lookup row is gone or is another's, or a member that waited too
long has put a claim tombstone into the tree. So a scheduler that dies holds
up a group for ``PATIENCE_S``, and no clocks are compared.

The row does not say where members are: the trees are asked each time. A
member that is gone, or a claim that failed, binds nobody.
"""

from collections.abc import Collection
import time

from cassandra_scheduler.model import errors
from cassandra_scheduler.model import write as write_model
from cassandra_scheduler.scheduling import transcript
from cassandra_scheduler.store import opening
from cassandra_scheduler.store import outcome
from cassandra_scheduler.store import retrying
from cassandra_scheduler.store import server_groups

#: Seconds for which a claim under way is waited for before it is stopped.
PATIENCE_S = 3.0


class GroupGuard:
    """The group of one request's consumers.

    ``until``: the time (monotonic) after which nothing is waited for. Read
    ``members`` before the first ``enter``.
    """

    def __init__(self, store: opening.Store, group_id: str, *,
                 notes: transcript.Notes, until: float) -> None:
        self._store = store
        self._id = group_id
        self._notes = notes
        self._until = until
        # As last read or written.
        self._group: server_groups.ServerGroup | None = None
        self._members: frozenset[str] = frozenset()
        self._entered: set[str] = set()  # ids of our own claims

    @property
    def members(self) -> frozenset[str]:
        """The uuids of consumers that others have placed, as last read."""
        if self._group is None:
            self._read_group(self._store.server_groups.find(self._id))
        return self._members

    def enter(self, uuid: str, tree_id: str, claim_id: str, *, created: bool
              ) -> bool:
        """Announce a claim; return whether it may be made now.

        ``created``: whether the consumer's lookup row was written for it.
        False when another member was placed meanwhile: then ``members`` are
        new, and the candidate has to be judged again. Raises OutcomeUnknown
        when the answer was lost.
        """
        if self._late:
            return False
        assert self._group is not None
        claim = server_groups.MemberClaim(uuid, tree_id, claim_id, created)
        if self._group.claiming == claim:
            return True
        match self._write(server_groups.ServerGroup(
                self._group.members | {uuid}, claim,
                write_id=write_model.new_write_id())):
            case outcome.Applied():
                self._entered.add(claim_id)
                return True
            case outcome.Rejected(winner=winner):
                self._read_group(winner)
                return False
            case outcome.Unknown(cause=cause):
                raise errors.OutcomeUnknown(
                    f'Whether {uuid} may be placed with its group {self._id} '
                    f'is unknown: {cause}.')

    def leave(self, gone: Collection[str]) -> None:
        """Say that nothing more will come of our claims.

        ``gone``: uuids of consumers that certainly hold nothing. The next
        member finds out what cannot be said here.
        """
        if self._group is None:
            return
        claiming = self._group.claiming
        if (claiming is not None and claiming.claim_id in self._entered and
                claiming.consumer in gone):
            self._write(server_groups.ServerGroup(
                self._group.members - set(gone),
                write_id=write_model.new_write_id()))

    @property
    def _late(self) -> bool:
        return time.monotonic() >= self._until

    def _write(self, after: server_groups.ServerGroup
               ) -> server_groups.GroupOutcome:
        assert self._group is not None
        self._notes.conditional_write()
        written = self._store.server_groups.write(self._id, self._group,
                                                  after)
        if isinstance(written, outcome.Applied):
            self._group = after
        return written

    def _read_group(self, group: server_groups.ServerGroup) -> None:
        """Wait until no claim of another is under way; keep the group.

        Once it is too late for the request, nothing is waited for.
        """
        while not self._late and not self._is_over(group.claiming):
            claim = group.claiming
            assert claim is not None
            group = retrying.Attempts(PATIENCE_S).repeat(
                lambda: self._store.server_groups.find(self._id),
                until=lambda read: (
                    self._late or read.claiming != claim or
                    self._is_over(claim)))
            if group.claiming == claim and not self._late:
                self._stop(claim)
                break
        # A consumer that holds nothing any more binds nobody.
        there = self._store.consumer_homes.find_many(group.members)
        self._members = frozenset(there)
        self._group = server_groups.ServerGroup(
            self._members, group.claiming, group.write_id)

    def _is_over(self, claim: server_groups.MemberClaim | None) -> bool:
        """Return whether a claim was written, or never will be."""
        if claim is None or claim.claim_id in self._entered:
            return True
        row = self._store.trees.find_consumer(claim.tree, claim.consumer)
        if row is not None and (row.is_live or row.blocks(claim.claim_id)):
            return True
        if not claim.created:
            return False
        lookup_row = self._store.consumer_homes.find(claim.consumer)
        return lookup_row is None or lookup_row.write_id != claim.claim_id

    def _stop(self, claim: server_groups.MemberClaim) -> None:
        """Keep a claim from being written, unless it just was."""
        self._notes.conditional_write()
        written = self._store.consumers.write_claim_tombstone(
            claim.tree, claim.consumer, claim.claim_id)
        if isinstance(written, outcome.Unknown):
            raise errors.OutcomeUnknown(
                f'Whether {claim.consumer} is being placed with its group '
                f'{self._id} is unknown: {written.cause}.')
