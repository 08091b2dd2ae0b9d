# SPDX-License-Identifier: Apache-2.0
"""The lookup rows of one request's consumers.

The lookup row says in which tree the consumer's home will be. It is ours
before the claim is written, so nobody else can create the same consumer
elsewhere. The table in the package's docstring says what is left if this
scheduler dies.
"""

from collections.abc import Collection
import dataclasses

from cassandra_scheduler.model import errors
from cassandra_scheduler.model import write as write_model
from cassandra_scheduler.scheduling import transcript
from cassandra_scheduler.store import consumers
from cassandra_scheduler.store import lookups
from cassandra_scheduler.store import opening
from cassandra_scheduler.store import outcome


@dataclasses.dataclass(frozen=True, slots=True)
class ConsumerLookup:
    """The lookup row of a consumer.

    ``found`` is None where we wrote the row. Otherwise the consumer existed
    before, and ``found`` says where.
    """
    lookup_row: lookups.LookupRow
    found: consumers.FoundConsumer | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class StartedLookup:
    """A lookup row under way. ``write_id`` is the id of the claim, too.

    ``known``: nothing had to be written. ``sent``: the claim of a new row is
    under way. Neither: our row is to be moved from ``from_write_id``.
    """
    uuid: str
    tree_id: str
    write_id: str
    known: ConsumerLookup | None = None
    sent: lookups.LookupClaim[consumers.FoundConsumer] | None = None
    from_write_id: str = ''


class ClaimLookups:
    """Knows and writes the lookup rows of the consumers of one request."""

    def __init__(self, store: opening.Store, *, notes: transcript.Notes
                 ) -> None:
        self._store = store
        self._notes = notes
        # By the uuid of the consumer.
        self._known: dict[str, ConsumerLookup] = {}
        self._newest: dict[str, lookups.LookupRow] = {}

    def start(self, uuid: str, tree_id: str) -> StartedLookup:
        """Make ``tree_id`` the home of a consumer; return a StartedLookup.

        Nothing is written if the row already names this tree, or if the
        consumer exists. The claim keeps its id while it is tried in one tree.
        An id that was given up never comes back: a late write may wait for
        it.
        """
        lookup, wanted = self._known.get(uuid), self._newest.get(uuid)
        if wanted is None or wanted.value != tree_id:
            wanted = lookups.LookupRow(tree_id, write_model.new_write_id())
            self._newest[uuid] = wanted
        claim_id = wanted.write_id
        if lookup is not None and (lookup.found is not None
                                   or lookup.lookup_row == wanted):
            return StartedLookup(uuid, tree_id, claim_id, known=lookup)
        self._notes.conditional_write()
        if lookup is not None:
            return StartedLookup(uuid, tree_id, claim_id,
                                 from_write_id=lookup.lookup_row.write_id)
        return StartedLookup(
            uuid, tree_id, claim_id,
            sent=self._store.consumers.start_claim_home(uuid, tree_id,
                                                        claim_id))

    def finish(self, started: StartedLookup) -> ConsumerLookup:
        """Wait for a lookup row and return the ConsumerLookup.

        Raises OutcomeUnknown when the answer was lost, or when another
        creates the same consumer at this moment.
        """
        if started.known is not None:
            return started.known
        written: outcome.Outcome[
            lookups.LookupRow,
            consumers.FoundConsumer | lookups.LookupRow | None]
        if started.sent is not None:
            written = started.sent.wait()
        else:
            written = self._store.consumer_homes.move(
                started.uuid, started.tree_id, write_id=started.write_id,
                from_write_id=started.from_write_id)
        match written:
            case outcome.Applied(state=row):
                lookup = ConsumerLookup(row)
            case outcome.Rejected(winner=consumers.FoundConsumer() as found):
                lookup = ConsumerLookup(found.lookup_row, found)
            case _:
                raise changed_by_another(started.uuid)
        self._known[started.uuid] = lookup
        return lookup

    def use_another_id(self, uuid: str) -> None:
        """Give the next claim of a consumer another id.

        A claim tombstone stops the claims that have the old one.
        """
        self._newest.pop(uuid, None)

    def keep(self, uuid: str) -> None:
        """Leave the lookup row: the consumer may hold something."""
        self._known.pop(uuid, None)

    def release(self, keep: Collection[str]) -> set[str]:
        """Delete our lookup rows, except of consumers in ``keep``.

        Returns the uuids of all that were known and not kept.
        """
        gone = set(self._known) - set(keep)
        for uuid in gone:
            lookup = self._known.pop(uuid)
            if lookup.found is None:
                self._notes.conditional_write()
                self._store.consumer_homes.release(uuid,
                                                   lookup.lookup_row.write_id)
        return gone


def changed_by_another(uuid: str) -> errors.OutcomeUnknown:
    """Return the error for a consumer that another writer changes now."""
    return errors.OutcomeUnknown(
        f'Consumer {uuid} is being changed by another service at this '
        'moment: look at what became of it and try again.')
