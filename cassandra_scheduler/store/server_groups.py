# SPDX-License-Identifier: Apache-2.0
"""Which members of a server group are placed, and which claim is under way.

A row for each group, in a partition of its own. It never says where a member
is; the trees say that. It makes schedulers place the members of one group
one after another. A row expires a day after its last change.
"""

import dataclasses
import json

from cassandra_scheduler.store import outcome
from cassandra_scheduler.store import session as store_session
from cassandra_scheduler.store import small_rows
from cassandra_scheduler.store import statements

_CQL = statements.load('server_groups')


@dataclasses.dataclass(frozen=True, slots=True)
class MemberClaim:
    """A claim that may be written into a tree at any moment.

    ``created``: the claim creates the consumer, and ``claim_id`` wrote its
    lookup row. Otherwise the consumer holds something already.
    """
    consumer: str
    tree: str
    claim_id: str
    created: bool


@dataclasses.dataclass(frozen=True, slots=True)
class ServerGroup:
    """One state of a group's row; ``write_id`` is None without a row.

    ``members``: uuids of consumers that were placed, or are being placed, as
    members.
    """
    members: frozenset[str] = frozenset()
    claiming: MemberClaim | None = None
    write_id: str | None = None


GroupOutcome = outcome.Outcome[ServerGroup, ServerGroup]


class ServerGroups:
    """The rows of one cloud."""

    def __init__(self, session: store_session.Session, cloud: str) -> None:
        self._session = session
        self._cloud = cloud

    def find(self, group_id: str, *, level: str = store_session.READ
             ) -> ServerGroup:
        """Return the ServerGroup; an empty one if there is no row.

        One partition. READ unless ``level``.
        """
        row = self._session.row(_CQL['find'], (self._cloud, group_id),
                                level=level)
        if row is None or row['state'] is None:
            return ServerGroup()
        state = json.loads(row['state'])
        claiming = state['claiming']
        return ServerGroup(frozenset(state['members']),
                           MemberClaim(**claiming) if claiming else None,
                           row['op'])

    def write(self, group_id: str, before: ServerGroup, after: ServerGroup
              ) -> GroupOutcome:
        """Replace ``before``, as it was read, by ``after``.

        One partition, a conditional write, settled. Rejected carries the
        ServerGroup that won.
        """
        text = json.dumps({
            'members': sorted(after.members), 'claiming':
            dataclasses.asdict(after.claiming) if after.claiming else None})
        write: tuple[str, store_session.Params]
        if before.write_id is None:
            write = (_CQL['create_if_absent'],
                     (self._cloud, group_id, text, after.write_id))
        else:
            write = (_CQL['change_if_op'], (text, after.write_id, self._cloud,
                                            group_id, before.write_id))
        written = small_rows.write_if(
            self._session, [write],
            look=lambda: self.find(group_id, level=store_session.SERIAL),
            is_ours=lambda found: found.write_id == after.write_id)
        if isinstance(written, outcome.Applied):
            return outcome.Applied(after)
        return written
