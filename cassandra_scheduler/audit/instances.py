# SPDX-License-Identifier: Apache-2.0
"""Checks for claims of instances that do not exist.

Only Nova knows that. ``gone(uuids)`` asks Nova; it returns the uuids that are
certainly of no instance. What is not certain is not a finding.
"""

from cassandra_scheduler.audit import finding
from cassandra_scheduler.audit import reading as audit_reading
from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.model import holdings
from cassandra_scheduler.model import write as write_model
from cassandra_scheduler.store import session as store_session

INSTANCE = 'instance'
CLAIM = 'claim without instance'
#: How many uuids are asked for at once.
PAGE = 500


class InstanceCheck:
    """Compares consumers with the instances that Nova has."""

    def __init__(self, reading, gone):
        self._reading, self._gone = reading, gone

    @property
    def not_checked(self):
        """Return what is not checked and why, as lines."""
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
        """Return the Findings on a consumer, after asking Nova again."""
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
        there, store = self._find(uuid), self._reading.store
        if there is None:
            return False

        def compose(states):
            home = holdings.home_of(holdings.rows_of(states, uuid))
            if home is None or found.evidence != (home.claim_id,
                                                  home.generation):
                return None
            write = write_model.new()
            after = holdings.give_back(states, uuid, write=write)
            return holdings.changes(states, after, write=write), ()

        trees = {there.lookup_row.value, *there.consumer.also_in}
        written = audit_reading.applied(store.write_trees(
            {tree_id: (uuid,) for tree_id in sorted(trees)}, compose))
        if written:
            store.consumer_homes.release(uuid, there.lookup_row.write_id)
        return written

    def _find(self, uuid):
        try:
            return self._reading.store.consumers.find(
                uuid, level=store_session.SERIAL)
        except (LookupError, TypeError, ValueError):
            # Its tree cannot be read. That is another finding.
            return None
