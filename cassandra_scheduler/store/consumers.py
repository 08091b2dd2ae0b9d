# SPDX-License-Identifier: Apache-2.0
"""Finds consumers, gives them a home, and closes a home to late writers.

A consumer is what its home tree says; the lookup row only says where to look.
A move writes the trees first, then the lookup row. A reader may come between:

    mover                       lookup row    old home    new home     reader
    transaction commits             |  old      | forwards  | row        |
                                    |<----------------------------- where?
                                    |           |<------------------ old: it
                                    |           |           |<------ forwards
    moves the lookup row ---------->|  new      |           |
    deletes the forwarding row ---->|---------->|  -        |

If the mover died after its commit, the first reader that follows the
forwarding row moves the lookup row. If there is no row at all, the reader
reads the lookup row once more, because the forwarding row may just have gone.
If it still says the same, it is dangling: there is no such consumer.

To take over a dangling lookup row, a claim tombstone closes the old home
first. It stops the writer that claimed the lookup row and is late:

    late creator, claim 1     lookup row       old home         taker
    claims --------------------->| old, 1        |               |
                                 |               |<-- tombstone for claim 1
    row IF NOT EXISTS -----------|-------------->| rejected      |
                                 | new, 2 <------------ moves it from 1
"""

import dataclasses

from cassandra_scheduler.model import change as change_model
from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.model import write as write_model
from cassandra_scheduler.store import full_scan as store_full_scan
from cassandra_scheduler.store import lookups
from cassandra_scheduler.store import outcome
from cassandra_scheduler.store import session as store_session
from cassandra_scheduler.store import tree_writer
from cassandra_scheduler.store import trees as store_trees


@dataclasses.dataclass(frozen=True, slots=True)
class FoundConsumer:
    """A consumer and where it was found.

    ``state`` is the TreeState of the home tree with the consumer's row;
    ``lookup_row`` as it stands: a HomeMove needs its write id.
    """
    state: change_model.TreeState
    consumer: consumer_model.Consumer
    lookup_row: lookups.LookupRow


class Consumers:
    """The consumers of one cloud."""

    def __init__(self, trees: store_trees.Trees,
                 consumer_homes: lookups.LookupTable,
                 writer: tree_writer.TreeWriter) -> None:
        self._trees = trees
        self._homes = consumer_homes
        self._writer = writer

    def find(self, uuid: str, *, level: str = store_session.READ
             ) -> FoundConsumer | None:
        """Return the FoundConsumer, or None if there is no such consumer.

        A dangling lookup row and a claim tombstone are "no such consumer".
        Two partitions, more for a consumer that is moving right now.
        """
        lookup_row = self._homes.find(uuid, level=level)
        while lookup_row is not None:
            state = self._trees.find_state(lookup_row.value, [uuid],
                                           level=level)
            row = state.consumers.get(uuid)
            if row is not None and not row.is_tombstone:
                if row.home_seen_from(lookup_row.value) == lookup_row.value:
                    return FoundConsumer(state, row, lookup_row)
                lookup_row = self._follow(lookup_row, row)
            else:
                seen = lookup_row
                lookup_row = self._homes.find(uuid, level=level)
                if lookup_row == seen:
                    return None
        return None

    def parts(self, found: FoundConsumer) -> dict[str, change_model.TreeState]:
        """Return {tree id: TreeState} of all trees where it holds something.

        The home tree is among them. One partition each.
        """
        uuid = found.consumer.uuid
        parts = {found.lookup_row.value: found.state}
        for tree_id in sorted(found.consumer.also_in):
            parts[tree_id] = self._trees.find_state(tree_id, [uuid])
        return parts

    def amounts(self, found: FoundConsumer) -> dict[tuple[str, str], int]:
        """Return all it holds: (provider uuid, resource class) -> units."""
        amounts: dict[tuple[str, str], int] = {}
        for state in self.parts(found).values():
            row = state.consumers.get(found.consumer.uuid)
            if row is not None:
                amounts.update(row.amounts)
        return amounts

    def claim_home(
            self, uuid: str, tree_id: str, write_id: str
            ) -> outcome.Outcome[lookups.LookupRow, FoundConsumer | None]:
        """Claim the lookup row of a consumer that does not exist yet.

        Takes over a dangling one. Applied with the LookupRow; Rejected with
        the FoundConsumer if it does exist, or with None while it is being
        changed; Unknown. See ``lookups`` and the picture above.
        """
        return self.start_claim_home(uuid, tree_id, write_id).wait()

    def start_claim_home(self, uuid: str, tree_id: str, write_id: str
                         ) -> lookups.LookupClaim[FoundConsumer]:
        """Send the claim of a lookup row; return what waits for it."""
        return self._homes.start_claim(
            uuid, tree_id, write_id,
            prove_dangling=lambda row: self._close(uuid, row))

    def write_claim_tombstone(self, tree_id: str, uuid: str, claim_id: str
                              ) -> outcome.TreeOutcome:
        """Stop the late writer of a claim from creating a consumer here.

        It is a write of the tree like any other. So a writer that has read
        the tree before is rejected, also one that saw an older tombstone and
        may replace it:

            late creator, claim 2      tree          taker
            reads version 7, and the
            tombstone for claim 1 ------>|
                                         |<--------- version 8, tombstone for
                                         |           claims 1 and 2
            row IF version = 7 --------->| rejected: the version is 8; its
                                         |           claim is in the tombstone

        Applied when the tombstone stands; Rejected with the TreeState where
        the consumer holds something or has moved from; Unknown.
        """
        def compose(state: change_model.TreeState
                    ) -> change_model.TreeChange | None:
            row = state.consumers.get(uuid)
            if state.tree is None or row is not None and (
                    not row.is_tombstone or row.blocks(claim_id)):
                return None
            return change_model.TreeChange(
                state.tree, state.tree, write_id=write_model.new_write_id(),
                put=(_tombstone(state, tree_id, uuid, claim_id),),
                create=frozenset(() if row else (uuid,)))

        written = self._writer.write_tree(tree_id, compose, consumers=(uuid,))
        if not isinstance(written, outcome.Rejected):
            return written
        state = written.winner
        row = state.consumers.get(uuid)
        if row is not None and row.blocks(claim_id):
            return outcome.Applied(state.tree)
        if state.tree is None and (row is None or row.is_tombstone):
            return self._trees.write_tombstone_without_tree(
                tree_id, _tombstone(state, tree_id, uuid, claim_id),
                create=row is None)
        return written

    def delete_orphan(
            self, uuid: str,
            lookup_row: lookups.LookupRow | store_full_scan.SeenLookupRow
            ) -> outcome.Outcome[None, FoundConsumer | None]:
        """Delete a lookup row that leads to no consumer.

        ``lookup_row``: a LookupRow as it was read. A creator that is late is
        rejected, as one whose lookup row was taken over:

            late creator, claim 1    lookup row      home        deleter
            claims -------------------->| 1            |
                                        |<---------------------- reads 1
                                        |              |<------- no row there
                                        |              |<------- tombstone
                                        |              |         for claim 1
            row IF NOT EXISTS ------------------------>| rejected
                                        | - <------------------- deletes it,
                                                                 if still 1

        Applied when it is gone; Rejected with the FoundConsumer if there is
        such a consumer, or with None if the lookup row has changed; Unknown.
        """
        now = self._homes.find(uuid, level=store_session.SERIAL)
        if now is None or now.write_id != lookup_row.write_id:
            return outcome.Rejected(self.find(uuid))
        closed = self._close(uuid, lookup_row)
        if not isinstance(closed, outcome.Applied):
            return closed
        released = self._homes.release(uuid, lookup_row.write_id)
        if isinstance(released, outcome.Rejected):
            return outcome.Rejected(self.find(uuid))
        return released

    def _close(self, uuid: str,
               lookup_row: lookups.LookupRow | store_full_scan.SeenLookupRow
               ) -> outcome.Outcome[object, FoundConsumer | None]:
        """Prove that a lookup row is dangling, and keep it so.

        Applied when a claim tombstone closes the home that it names;
        Rejected with the FoundConsumer, or with None while it is changing;
        Unknown.
        """
        found = self.find(uuid)
        if found is not None:
            return outcome.Rejected(found)
        closed = self.write_claim_tombstone(lookup_row.value, uuid,
                                            lookup_row.write_id)
        if isinstance(closed, outcome.Rejected):
            return outcome.Rejected(self.find(uuid))
        return closed

    def _follow(self, lookup_row: lookups.LookupRow,
                row: consumer_model.Consumer) -> lookups.LookupRow:
        """Return the LookupRow that a row names, moving it there.

        The row itself says where the home is. So the reader goes on there
        even where the lookup row could not be moved.
        """
        home = row.home_seen_from(lookup_row.value)
        write_id = ((row.claim_id if row.is_forwarding else None) or
                    write_model.new_write_id())
        match self._homes.move(row.uuid, home, write_id=write_id,
                               from_write_id=lookup_row.write_id):
            case outcome.Applied(state=moved):
                if row.is_forwarding:
                    self._trees.delete_forwarding_row(lookup_row.value,
                                                      row.uuid, home)
                return moved
            case outcome.Rejected(winner=moved) if moved is not None:
                return moved
            case outcome.Unknown():
                return lookups.LookupRow(home, lookup_row.write_id)
        return lookups.LookupRow(home, write_id)


def _tombstone(state: change_model.TreeState, tree_id: str, uuid: str,
               claim_id: str) -> consumer_model.Consumer:
    """Return the row that stops this claim and those stopped before."""
    row = state.consumers.get(uuid)
    return consumer_model.Consumer(
        uuid, home=tree_id,
        blocked_claims=(*(row.blocked_claims if row else ()), claim_id))
