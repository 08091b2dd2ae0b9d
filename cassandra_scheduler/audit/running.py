# SPDX-License-Identifier: Apache-2.0
"""One audit of a cloud, from the first read to the last word.

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
from cassandra_scheduler.audit import trees

#: Seconds between the two looks. Who deletes a server or renames a provider
#: writes its tree, and a moment later its locator.
PAUSE_S = 3.0
#: One thing mended may uncover another, so all is read again, so often.
ROUNDS = 4
_ROOMS = {'tree': trees, intents.INTENT: intents, intents.RECORD: intents,
          consumers.CONSUMER: consumers, instances.INSTANCE: instances,
          providers.PROVIDER: providers, providers.PROVIDER_NAME: providers}
#: What is healed first, because the rest builds on it.
_ORDER = tuple(_ROOMS)


@dataclasses.dataclass(frozen=True, slots=True)
class Report:
    """What an audit has found: ``left`` as it is, or ``healed``.

    ``not_checked`` says what could not be looked at, and why.
    """
    trees: int
    consumers: int
    left: tuple = ()
    healed: tuple = ()
    not_checked: tuple = ()

    @property
    def warnings(self):
        """Return the findings that may be as somebody wanted it."""
        return tuple(found for found in self.left if found.warning)

    @property
    def clean(self):
        """Return whether nothing is left but warnings."""
        return len(self.warnings) == len(self.left)


class Audit:
    """An audit of one cloud.

    ``older_than_s``: claims and locators younger than that may be under
    way; 0 for a cloud where nobody works. ``gone`` tells which of some
    uuids are of no instance, see ``instances``; None: not known.
    """

    def __init__(self, store, *, older_than_s, pause_s=PAUSE_S, gone=None,
                 progress=lambda done, of: None):
        self._reading = audit_reading.Reading(store,
                                              older_than_s=older_than_s)
        self._pause_s, self._progress = pause_s, progress
        self._instances = instances.Instances(self._reading, gone)

    def run(self, *, heal=False):
        """Look at everything, heal what can be healed; return the Report.

        Raises StoreUnavailable and its kin; what was healed stays healed.
        """
        healed = []
        for _round in range(ROUNDS if heal else 1):
            ledger = audit_ledger.Ledger(self._reading)
            ledger.fill(self._progress)
            homes = ledger.homes
            found = self._findings([*ledger.suspects(),
                                    *self._instances.suspects(homes)])
            mended = self._heal(found) if heal else []
            healed += mended
            if not mended:
                break
        return Report(
            trees=ledger.trees, consumers=len(homes), healed=tuple(healed),
            left=tuple(one for one in found if one not in mended),
            not_checked=self._instances.not_checked)

    def _findings(self, keys):
        first = [found for key in keys for found in self._look(key)]
        if not first or not self._pause_s:
            return first
        time.sleep(self._pause_s)
        again = [found for key in dict.fromkeys(one.key for one in first)
                 for found in self._look(key)]
        return [found for found in again if found in first]

    def _look(self, key):
        if key[0] == instances.INSTANCE:
            return self._instances.look(key)
        return _ROOMS[key[0]].look(self._reading, key)

    def _heal(self, found):
        """Return those findings that are no more once healed."""
        mendable = [one for one in found if one.remedy]
        for one in sorted(mendable, key=lambda one: _ORDER.index(one.key[0])):
            if one.key[0] == instances.INSTANCE:
                self._instances.heal(one)
            else:
                _ROOMS[one.key[0]].heal(self._reading, one)
        return [one for one in mendable
                if all(one.kind != other.kind or
                       one.consumer != other.consumer
                       for other in self._look(one.key))]
