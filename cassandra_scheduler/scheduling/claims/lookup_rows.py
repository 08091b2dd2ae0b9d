# SPDX-License-Identifier: Apache-2.0
"""The lookup rows of one request's consumers.

The lookup row says in which tree the consumer's home will be. It is ours
before the claim is written, so nobody else can create the same consumer
elsewhere. The table in the package's docstring says what is left if this
scheduler dies.
"""

import dataclasses

from cassandra_scheduler.model import errors
from cassandra_scheduler.model import write as write_model
from cassandra_scheduler.store import consumers
from cassandra_scheduler.store import lookups
from cassandra_scheduler.store import outcome


@dataclasses.dataclass(frozen=True, slots=True)
class ConsumerLookup:
    """A consumer's lookup row: ours, or that of a consumer that exists.

    ``found`` is the consumer that exists; None where the row is ours.
    """
    lookup_row: lookups.LookupRow
    found: consumers.FoundConsumer | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class StartedLookup:
    """A lookup row under way. ``write_id`` is the id of the claim, too.

    ``home`` is known where nothing had to be written; ``sent`` is the claim
    of a new row; otherwise the row is moved from ``from_write_id``.
    """
    uuid: str
    tree_id: str
    write_id: str
    home: ConsumerLookup | None = None
    sent: lookups.LookupClaim | None = None
    from_write_id: str = ''


class ClaimLookups:
    """Knows and writes the lookup rows of the consumers of one request."""

    def __init__(self, store, *, notes):
        self._store = store
        self._notes = notes
        self._known = {}                 # consumer uuid -> ConsumerLookup
        self._claim_ids = {}             # (consumer uuid, tree id) -> id

    def start(self, uuid, tree_id):
        """Make ``tree_id`` the home of a consumer; return a StartedLookup.

        Nothing is written if the row already names this tree, or if the
        consumer exists. The claim keeps its id while it is tried in one tree.
        """
        home = self._known.get(uuid)
        claim_id = self._claim_ids.setdefault((uuid, tree_id),
                                              write_model.new_write_id())
        if home is not None and (
                home.found is not None or
                home.lookup_row == lookups.LookupRow(tree_id, claim_id)):
            return StartedLookup(uuid, tree_id, claim_id, home=home)
        self._notes.conditional_write()
        if home is not None:
            return StartedLookup(uuid,
                                 tree_id,
                                 claim_id,
                                 from_write_id=home.lookup_row.write_id)
        return StartedLookup(
            uuid, tree_id, claim_id,
            sent=self._store.consumers.start_claim_home(uuid, tree_id,
                                                        claim_id))

    def finish(self, started):
        """Wait for a lookup row and return the ConsumerLookup.

        Raises OutcomeUnknown when the answer was lost, or when another
        creates the same consumer at this moment.
        """
        if started.home is not None:
            return started.home
        if started.sent is not None:
            written = started.sent.wait()
        else:
            written = self._store.consumer_homes.move(
                started.uuid, started.tree_id, write_id=started.write_id,
                from_write_id=started.from_write_id)
        match written:
            case outcome.Applied(state=row):
                home = ConsumerLookup(row)
            case outcome.Rejected(winner=consumers.FoundConsumer() as found):
                home = ConsumerLookup(found.lookup_row, found)
            case _:
                raise changed_by_another(started.uuid)
        self._known[started.uuid] = home
        return home

    def use_another_id(self, uuid):
        """Give the next claim of a consumer another id.

        A claim tombstone stops the claims that have the old one.
        """
        self._claim_ids = {key: claim_id for key, claim_id in
                           self._claim_ids.items() if key[0] != uuid}

    def keep(self, uuid):
        """Leave the lookup row: the consumer may hold something."""
        self._known.pop(uuid, None)

    def release(self, keep):
        """Delete our lookup rows, except of consumers in ``keep``.

        Returns the uuids of all that were known and not kept.
        """
        gone = set(self._known) - set(keep)
        for uuid in gone:
            home = self._known.pop(uuid)
            if home.found is None:
                self._notes.conditional_write()
                self._store.consumer_homes.release(uuid,
                                                   home.lookup_row.write_id)
        return gone


def changed_by_another(uuid):
    """Return the error for a consumer that another writer changes now."""
    return errors.OutcomeUnknown(
        f'Consumer {uuid} is being changed by another service at this '
        'moment: look at what became of it and try again.')
