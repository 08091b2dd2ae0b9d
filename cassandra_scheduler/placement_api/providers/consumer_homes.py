# SPDX-License-Identifier: Apache-2.0
"""Claims the locators of consumers.

A locator is claimed before the consumer's row is written and released after
it is gone, so at worst it leads nowhere; ``store.consumers`` takes over such
a one.
"""

from placement import exception

from cassandra_scheduler.model import errors
from cassandra_scheduler.placement_api.providers import writing
from cassandra_scheduler.store import outcome
from cassandra_scheduler.store import retrying


def claim(store, consumer_uuid, tree_id, write_id):
    """Make ``tree_id`` the home of a consumer that does not exist yet.

    Doing so again with the same ``write_id`` changes nothing. Raises
    ConcurrentUpdateDetected when somebody else has made the consumer, or
    when others kept changing its locator.
    """
    attempts = retrying.Attempts(writing.DEADLINE_S)
    while True:
        claimed = store.consumer_homes.claim(consumer_uuid, tree_id, write_id)
        if isinstance(claimed, outcome.Rejected) and claimed.winner:
            claimed = _take_over(store, consumer_uuid, claimed.winner,
                                 (tree_id, write_id))
        match claimed:
            case outcome.Applied():
                return
            case outcome.Unknown(cause=cause):
                raise errors.OutcomeUnknown(
                    f'Whether consumer {consumer_uuid} was created is not '
                    f'known: {cause}; try again.')
            case outcome.Rejected(winner=found) if found is not None:
                raise exception.ConcurrentUpdateDetected()
        if not attempts.wait():
            raise exception.ConcurrentUpdateDetected()


def _take_over(store, consumer_uuid, location, wanted):
    tree_id, write_id = wanted
    if location.write_id == write_id:
        # Our own claim, for a home that was given up since.
        return store.consumer_homes.move(consumer_uuid,
                                         tree_id,
                                         write_id=write_id,
                                         from_write_id=write_id)
    return store.consumers.take_over(consumer_uuid,
                                     location,
                                     tree_id,
                                     write_id=write_id)
