# SPDX-License-Identifier: Apache-2.0
"""Finds consumers, wherever they live.

A consumer is what its home tree says; the locator only says where to look.
A move writes the trees first, then the locator, so a reader may come between:

    mover                        locator     old home    new home     reader
    transaction commits             |  old      | stub      | row        |
                                    |<----------------------------- where?
                                    |           |<------------------ old: a
                                    |           |           |<------ stub, so
    moves the locator ------------->|  new      |           |        go there
    removes the stub -------------->|---------->|  -        |

If the mover died after its commit, the first reader that follows the stub
moves the locator. No row at all: the locator is read once more, because the
stub may just have been removed; if it still says the same, it is dangling
and the consumer does not exist.
"""

import dataclasses
import uuid as uuids

from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.store import lookups
from cassandra_scheduler.store import outcome
from cassandra_scheduler.store import session as store_session
from cassandra_scheduler.store import tree_rows


@dataclasses.dataclass(frozen=True, slots=True)
class FoundConsumer:
    """A consumer and where it was found.

    ``state`` is the TreeState of the home tree with the consumer's row;
    ``location`` the locator as it stands, whose ``write_id`` a HomeMove needs.
    """
    state: tree_rows.TreeState
    consumer: consumer_model.Consumer
    location: lookups.LookupRow


class Consumers:
    """The consumers of one cloud."""

    def __init__(self, trees, consumer_homes):
        self._trees = trees
        self._homes = consumer_homes

    def find(self, uuid, *, level=store_session.READ):
        """Return the FoundConsumer, or None if there is no such consumer.

        A dangling locator and a fenced row are "no such consumer". Two
        partitions, more for a consumer that is moving right now.
        """
        location = self._homes.find(uuid, level=level)
        while location is not None:
            state = self._trees.find_state(location.value, [uuid],
                                           level=level)
            row = state.consumers.get(uuid)
            if row is not None and row.fenced is None:
                if row.home_seen_from(location.value) == location.value:
                    return FoundConsumer(state, row, location)
                location = self._follow(location, row)
            else:
                seen, location = location, self._homes.find(uuid,
                                                            level=level)
                if location == seen:
                    return None
        return None

    def parts(self, found):
        """Return {tree id: TreeState} of all trees where it holds something.

        The home tree is among them. One partition each.
        """
        uuid = found.consumer.uuid
        parts = {found.location.value: found.state}
        for tree_id in sorted(found.consumer.also_in):
            parts[tree_id] = self._trees.find_state(tree_id, [uuid])
        return parts

    def amounts(self, found):
        """Return all it holds: (provider uuid, resource class) -> units."""
        amounts = {}
        for state in self.parts(found).values():
            row = state.consumers.get(found.consumer.uuid)
            if row is not None:
                amounts.update(row.amounts)
        return amounts

    def take_over(self, uuid, location, home, *, write_id):
        """Point the dangling locator of a consumer to another home.

        The old home is fenced first, so that whoever wrote the locator and
        is late with the row is refused:

            late creator       locator        old home         taker
            claim op 1 ---------->| old, op 1     |              |
                                  |               |<-- fence op 1
            row IF NOT EXISTS ----|-------------->| refused      |
                                  | new, op 2 <-------- move from op 1

        Applied with the new Location; Rejected with the FoundConsumer when
        there is such a consumer after all, or with None when another was
        faster; Unknown.
        """
        match self._trees.fence(location.value, uuid, location.write_id):
            case outcome.Unknown() as unknown:
                return unknown
            case outcome.Rejected():
                return outcome.Rejected(self.find(uuid))
        moved = self._homes.move(uuid,
                                 home,
                                 write_id=write_id,
                                 from_write_id=location.write_id)
        if isinstance(moved, outcome.Rejected):
            return outcome.Rejected(self.find(uuid))
        return moved

    def _follow(self, location, row):
        """Return the Location that a row names, moving the locator there."""
        home = row.home_seen_from(location.value)
        write_id = (row.claim_id
                    if row.is_forwarding else None) or uuids.uuid4().hex
        match self._homes.move(row.uuid,
                               home,
                               write_id=write_id,
                               from_write_id=location.write_id):
            case outcome.Applied(state=moved):
                if row.is_forwarding:
                    self._trees.delete_forwarding_row(location.value, row.uuid,
                                                      home)
                return moved
            case outcome.Rejected(winner=moved):
                return moved
        return lookups.LookupRow(home, write_id)
