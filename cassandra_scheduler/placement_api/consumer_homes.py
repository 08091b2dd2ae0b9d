# SPDX-License-Identifier: Apache-2.0
"""Claims the locators of consumers.

A locator is claimed before the consumer's row is written and released after
it is gone, so at worst it leads nowhere; ``store.consumers`` takes over such
a one.
"""

from placement import exception

from cassandra_scheduler.model import errors
from cassandra_scheduler.store import outcome


def claim(store, consumer_uuid, tree_id, write_id):
    """Make ``tree_id`` the home of a consumer that does not exist yet.

    Doing so again with the same ``write_id`` changes nothing. Raises
    ConcurrentUpdateDetected when somebody else has made the consumer, or
    when others kept changing its locator.
    """
    match store.consumers.claim_home(consumer_uuid, tree_id, write_id):
        case outcome.Applied():
            return
        case outcome.Unknown(cause=cause):
            raise errors.OutcomeUnknown(
                f'Whether consumer {consumer_uuid} was created is not '
                f'known: {cause}; try again.')
        case outcome.Rejected():
            raise exception.ConcurrentUpdateDetected()
