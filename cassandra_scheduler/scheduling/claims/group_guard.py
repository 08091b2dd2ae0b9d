# SPDX-License-Identifier: Apache-2.0
"""Places the members of a group one after another, whoever places them.

Two members that must share a host, or must not, may be placed at the same
moment on two hosts; no tree then shows the one to the other. So the group has
a row, and a member's claim goes through it:

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

Nobody writes into the row while the claim in it may still come to be. It
came: the tree has the consumer. It never will: its locator is another's or
gone, or whoever waits has lost patience and has put a fence into the tree,
which refuses the claim if it is only late. So a scheduler that dies holds a
group up for as long as ``PATIENCE``, and no clocks are compared.

What the row says is not where members are: the trees are asked, each time. A
member that is gone, or a claim that failed, binds nobody.
"""

import time
import uuid

from cassandra_scheduler.model import errors
from cassandra_scheduler.store import outcome
from cassandra_scheduler.store import retrying
from cassandra_scheduler.store import server_groups

#: Seconds for which a claim under way is waited for before it is fenced off.
PATIENCE = 3.0


class Guard:
    """The group of one request's claimants.

    ``until``: the time (monotonic) after which nothing is waited for;
    ``tell(members)`` is called with the uuids of all consumers that have
    been placed as members, whenever there may be others than before.
    """

    def __init__(self, store, group_id, *, notes, until, tell):
        self._store = store
        self._id = group_id
        self._notes = notes
        self._until = until
        self._tell = tell
        self._group = None               # as last read or written
        self._entered = set()            # ids of our own claims
        self._inside = False
        self._news = False

    def begin(self):
        """Turn to the next claimant: what is judged now is up to date."""
        if self._group is None:
            self._learn(self._store.server_groups.find(self._id))
        self._news = False

    def enter(self, claim, *, created):
        """Announce a claim; return whether it may be made now.

        ``created``: whether the consumer's locator was written for it. The
        judge is asked again if another member has been placed meanwhile.
        Raises OutcomeUnknown when the answer was lost.
        """
        attempts = retrying.Attempts(self._until - time.monotonic())
        self._inside = False
        while not self._late and (not self._news or claim.accepts(
                claim.candidate, claim.allocation)):
            after = server_groups.ServerGroup(
                self._group.members | {claim.consumer_spec.uuid},
                server_groups.MemberClaim(claim.consumer_spec.uuid,
                                          claim.candidate.tree.id, claim.id,
                                          created),
                write_id=str(uuid.uuid4()))
            match self._write(after):
                case outcome.Applied():
                    self._entered.add(claim.id)
                    self._inside = True
                    return True
                case outcome.Unknown(cause=cause):
                    raise errors.OutcomeUnknown(
                        f'Whether {claim.consumer_spec.uuid} may be placed '
                        f'with its group {self._id} is unknown: {cause}.')
                case outcome.Rejected(winner=winner):
                    self._learn(winner)
                    self._news = True
            if not attempts.wait():
                return False
        return False

    def overtaken(self):
        """Return whether somebody has lost patience with our last claim."""
        return self._inside and not self._late and (
            self._store.server_groups.find(
                self._id).write_id != self._group.write_id)

    def leave(self, gone):
        """Say that nothing more will come of our claims.

        ``gone``: uuids of claimants who certainly hold nothing. What cannot
        be said is found out by the next member.
        """
        claiming = self._group.claiming if self._group else None
        if (claiming is not None and claiming.claim_id in self._entered and
                claiming.consumer in gone):
            self._write(server_groups.ServerGroup(
                self._group.members - set(gone), write_id=str(uuid.uuid4())))

    @property
    def _late(self):
        return time.monotonic() >= self._until

    def _write(self, after):
        self._notes.conditional_write()
        written = self._store.server_groups.write(self._id, self._group,
                                                  after)
        if isinstance(written, outcome.Applied):
            self._group = after
        return written

    def _learn(self, group):
        """Wait until no claim of others is under way, and tell who is there.

        Once it is too late for the request, nothing is waited for.
        """
        attempts, waited_for = None, None
        while not self._late and not self._over(group.claiming):
            if group.claiming != waited_for:
                waited_for = group.claiming
                attempts = retrying.Attempts(PATIENCE)
            if not attempts.wait():
                self._fence(group.claiming)
                break
            group = self._store.server_groups.find(self._id)
        # Whoever holds nothing any more need not be looked for again.
        there = self._store.consumer_homes.find_many(group.members)
        self._group = server_groups.ServerGroup(
            frozenset(there), group.claiming, group.write_id)
        self._tell(self._group.members)

    def _over(self, claim):
        """Return whether a claim has come to be, or never will."""
        if claim is None or claim.claim_id in self._entered:
            return True
        row = self._store.trees.find_consumer(claim.tree, claim.consumer)
        if row is not None and (row.stands or row.blocks(claim.claim_id)):
            return True
        if not claim.created:
            return False
        location = self._store.consumer_homes.find(claim.consumer)
        return location is None or location.write_id != claim.claim_id

    def _fence(self, claim):
        """Keep a claim from coming to be, unless it just has."""
        self._notes.conditional_write()
        written = self._store.trees.fence(claim.tree, claim.consumer,
                                          claim.claim_id)
        if isinstance(written, outcome.Unknown):
            raise errors.OutcomeUnknown(
                f'Whether {claim.consumer} is being placed with its group '
                f'{self._id} is unknown: {written.cause}.')
