# SPDX-License-Identifier: Apache-2.0
"""One audit of a cloud, from the first read to the report.

    scan         look         pause     look again      heal     look again
    suspects --> findings ------------> those still --> each --> healed, or
                                        the same                 left
"""

import dataclasses
import time

from cassandra_scheduler.audit import consumers
from cassandra_scheduler.audit import instances
from cassandra_scheduler.audit import intents
from cassandra_scheduler.audit import ledger as audit_ledger
from cassandra_scheduler.audit import providers
from cassandra_scheduler.audit import reading as audit_reading
from cassandra_scheduler.audit import sharing
from cassandra_scheduler.audit import trees

#: Seconds between the two looks. To delete a server or to rename a provider
#: takes two writes: its tree, and a moment later its lookup row.
PAUSE_S = 3.0
#: One thing mended may uncover another, so everything is read this often.
ROUNDS = 4
_ROOMS = {intents.INTENT: intents, intents.RECORD: intents,
          trees.TREE: trees, sharing.SHARING: sharing,
          providers.PROVIDER: providers, providers.PROVIDER_NAME: providers,
          consumers.CONSUMER: consumers}
#: What is healed first, because the rest depends on it.
_ORDER = (*_ROOMS, instances.INSTANCE)


@dataclasses.dataclass(frozen=True, slots=True)
class AuditReport:
    """The findings of an audit: those ``left`` and those ``healed``.

    ``not_checked``: what could not be checked, and why.
    """
    trees: int
    consumers: int
    left: tuple = ()
    healed: tuple = ()
    not_checked: tuple = ()

    @property
    def warnings(self):
        """Return the findings that may be intended."""
        return tuple(found for found in self.left if found.warning)

    @property
    def clean(self):
        """Return whether nothing is left but warnings."""
        return len(self.warnings) == len(self.left)


class CloudAudit:
    """An audit of one cloud.

    ``older_than_s``: claims and lookup rows that are younger may be under
    way; 0 for a cloud where no service works. ``gone(uuids)`` returns those
    uuids that are of no instance, see ``instances``; None: not known.
    """

    def __init__(self, store, *, older_than_s, pause_s=PAUSE_S, gone=None,
                 progress=lambda done, of: None):
        self._reading = audit_reading.Reading(store,
                                              older_than_s=older_than_s)
        self._pause_s, self._progress = pause_s, progress
        self._instances = instances.InstanceCheck(self._reading, gone)

    def run(self, *, heal=False):
        """Check everything; heal what can be healed if ``heal``.

        Returns the AuditReport. Raises StoreUnavailable and the other errors
        of the store; what was healed stays healed.
        """
        healed = []
        for _round in range(ROUNDS if heal else 1):
            ledger = audit_ledger.Ledger(self._reading)
            ledger.fill(self._progress)
            homes = ledger.homes
            left = self._findings([*ledger.suspects(),
                                   *self._instances.suspects(homes)])
            mended, left = self._healed(left) if heal else ([], left)
            healed += mended
            if not mended:
                break
        return AuditReport(
            trees=ledger.trees, consumers=len(homes), healed=tuple(healed),
            left=tuple(left), not_checked=self._instances.not_checked)

    def _findings(self, keys):
        first = [found for key in keys for found in self._look(key)]
        if not first or not self._pause_s:
            return first
        time.sleep(self._pause_s)
        again = [found for key in dict.fromkeys(one.key for one in first)
                 for found in self._look(key)]
        return [found for found in again if found in first]

    def _healed(self, found):
        """Heal what can be healed; return (mended, left).

        A finding that went away by itself is in neither.
        """
        mended, left = [], [one for one in found if not one.remedy]
        mendable = [one for one in found if one.remedy]
        for one in sorted(mendable, key=lambda one: _ORDER.index(one.key[0])):
            written = self._room(one.key).heal(self._reading, one)
            if any((one.kind, one.consumer) == (other.kind, other.consumer)
                   for other in self._look(one.key)):
                left.append(one)
            elif written:
                mended.append(one)
        return mended, left

    def _look(self, key):
        return self._room(key).look(self._reading, key)

    def _room(self, key):
        return (self._instances if key[0] == instances.INSTANCE
                else _ROOMS[key[0]])
