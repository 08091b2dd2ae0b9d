# SPDX-License-Identifier: Apache-2.0
"""Deletes orphans: lookup rows of consumers that lead to no consumer.

A claim writes the lookup row and then the tree; giving it back empties the
tree and then deletes the lookup row. A service that dies between the two
leaves an orphan. A later claim for the same consumer takes it over. If none
comes, this sweep deletes it.

    lookup rows of a token range --> older than older_than_s
        --> first look: no row of the consumer at the home, read side by side
        --> second look: Consumers.delete_orphan, one after another
"""

from collections.abc import Iterator

from cassandra_scheduler.model import write as write_model
from cassandra_scheduler.store import consumers as store_consumers
from cassandra_scheduler.store import full_scan as store_full_scan
from cassandra_scheduler.store import opening
from cassandra_scheduler.store import outcome
from cassandra_scheduler.store import token_ranges


def sweep(store: opening.Store, part: token_ranges.TokenRange, *,
          older_than_s: float
          ) -> Iterator[tuple[str, store_full_scan.SeenLookupRow]]:
    """Yield (uuid, SeenLookupRow) of each orphan that was deleted.

    ``part``: a token range, see ``token_ranges.parts``. ``older_than_s``: a
    younger lookup row may belong to a claim that is under way. Raises
    StoreUnavailable and the other errors of the store.
    """
    written_by_ms = write_model.now_ms() - older_than_s * 1000
    old = {uuid: row
           for uuid, row in store.full_scan.consumer_homes(part).items()
           if row.written_ms <= written_by_ms}
    for uuid in store.full_scan.without_consumer(old):
        if _delete(store.consumers, uuid, old[uuid]):
            yield uuid, old[uuid]


def _delete(consumers: store_consumers.Consumers, uuid: str,
            lookup_row: store_full_scan.SeenLookupRow) -> bool:
    try:
        deleted = consumers.delete_orphan(uuid, lookup_row)
    except (LookupError, TypeError, ValueError):
        # The tree cannot be read; an audit says so.
        return False
    return isinstance(deleted, outcome.Applied)
