# SPDX-License-Identifier: Apache-2.0
"""Makes a consumer's locator ours before anything is claimed for him.

A locator without a consumer behind it is left over from a consumer that is
gone, or belongs to one that is being created right now; ``store.consumers``
tells them apart and takes the first over.
"""

import dataclasses

from cassandra_scheduler.model import errors
from cassandra_scheduler.store import outcome


@dataclasses.dataclass(frozen=True, slots=True)
class Located:
    """Whose the locator is: ours, written by ``write_id``, or a consumer's.

    ``found`` is the FoundConsumer when there is such a consumer already.
    """
    tree_id: str
    write_id: str
    found: object = None


def move(store, consumer_uuid, located, tree_id, *, write_id, notes):
    """Return Located: the locator that was ours points to ``tree_id`` now.

    ``located``: what it was. Raises OutcomeUnknown as ``start`` does.
    """
    notes.conditional_write()
    written = store.consumer_homes.move(consumer_uuid,
                                        tree_id,
                                        write_id=write_id,
                                        from_write_id=located.write_id)
    return _ours(consumer_uuid, Located(tree_id, write_id), written)


def start(store, consumer_uuid, tree_id, *, write_id, notes):
    """Send the locator of a claimant; return what waits for its Located.

    Then it points to ``tree_id`` and ``write_id`` wrote it. When the consumer
    exists the locator stays as it is. What is returned raises OutcomeUnknown
    when the answer was lost, or when somebody else creates the same consumer
    at this moment.
    """
    notes.conditional_write()
    wanted = Located(tree_id, write_id)
    sent = store.consumer_homes.start_claim(consumer_uuid, tree_id, write_id)

    def wait():
        written = sent()
        if isinstance(written, outcome.Rejected) and written.winner:
            written = _other(store, consumer_uuid, written.winner, wanted,
                             notes)
        return _ours(consumer_uuid, wanted, written)

    return wait


def _ours(consumer_uuid, wanted, written):
    match written:
        case Located():
            return written
        case outcome.Applied():
            return wanted
    raise errors.OutcomeUnknown(
        f'Consumer {consumer_uuid} is being changed by somebody else at this '
        'moment: look at what became of it and try again.')


def _other(store, consumer_uuid, location, wanted, notes):
    """Return Located, or an outcome, where the locator was not free."""
    found = store.consumers.find(consumer_uuid)
    if found is None:
        notes.conditional_write(2)
        taken = store.consumers.take_over(
            consumer_uuid, location, wanted.tree_id, write_id=wanted.write_id)
        if not isinstance(taken, outcome.Rejected) or taken.winner is None:
            return taken
        found = taken.winner
    return Located(found.location.value, found.location.write_id, found)
