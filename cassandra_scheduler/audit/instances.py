# SPDX-License-Identifier: Apache-2.0
"""Claims of instances that do not exist.

Nova knows which do. It is asked through a function ``gone(uuids)``, which
returns those of which it is sure that there is no such instance; what nobody
is sure of is no finding.
"""

import uuid as uuids

from cassandra_scheduler.audit import finding
from cassandra_scheduler.audit import reading as audit_reading
from cassandra_scheduler.model import change as change_model
from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.store import session as store_session

INSTANCE = 'instance'
CLAIM = 'claim without instance'
#: How many uuids are asked for at once.
PAGE = 500


class Instances:
    """Compares consumers with the instances that Nova has."""

    def __init__(self, reading, gone):
        self._reading, self._gone = reading, gone

    @property
    def not_checked(self):
        """Return what is not checked, and why."""
        if self._gone is None:
            return ('claims without an instance, because Nova was not asked; '
                    'the nova.conf of a scheduler has an [api_database]',)
        return ()

    def suspects(self, homes):
        """Return the keys of consumers whose instance does not exist.

        ``homes``: uuid -> Consumer, the home rows of the cloud.
        """
        if self._gone is None:
            return []
        old = [uuid for uuid, row in homes.items()
               if row.consumer_type == consumer_model.INSTANCE and
               self._reading.aged(row.updated_ms or row.created_ms)]
        return [(INSTANCE, uuid) for start in range(0, len(old), PAGE)
                for uuid in sorted(self._gone(old[start:start + PAGE]))]

    def look(self, _reading, looked_at):
        """Return the Finding on a consumer, if Nova says so once more."""
        uuid = looked_at[1]
        found = self._find(uuid)
        if found is None or not self._gone([uuid]):
            return []
        row = found.consumer
        if row.consumer_type != consumer_model.INSTANCE or (
                not self._reading.aged(row.updated_ms or row.created_ms)):
            return []
        where = found.state.tree.root.name if found.state.tree else ''
        return [finding.Finding(
            CLAIM, f'{uuid} holds something on {where}, but there is no '
            'such instance', looked_at, remedy='give it back',
            tree=found.lookup_row.value, consumer=uuid,
            evidence=(row.claim_id, row.generation))]

    def heal(self, _reading, found):
        """Give back all that the instance holds, in one write or none.

        Returns whether it was written.
        """
        uuid = found.consumer
        if found not in self.look(None, found.key):
            return False
        there = self._find(uuid)
        if there is None or found.evidence != (
                there.consumer.claim_id, there.consumer.generation):
            return False
        store = self._reading.store
        changes = [_without(state, uuid)
                   for state in store.consumers.parts(there).values()
                   if state.tree is not None and uuid in state.consumers]
        written = audit_reading.applied(store.transactions.commit(changes))
        if written:
            store.consumer_homes.release(uuid, there.lookup_row.write_id)
        return written

    def _find(self, uuid):
        try:
            return self._reading.store.consumers.find(
                uuid, level=store_session.SERIAL)
        except (LookupError, TypeError, ValueError):
            # Its tree cannot be read, which is another finding.
            return None


def _without(state, uuid):
    row = state.consumers[uuid]
    after = state.tree.with_amounts(row.amounts, sign=-1)
    return change_model.TreeChange(
        before=state.tree, after=after.with_pending(uuid, None),
        write_id=uuids.uuid4().hex, delete=(uuid,))
