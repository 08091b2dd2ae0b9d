# SPDX-License-Identifier: Apache-2.0
"""Replaces names of upstream's modules and classes, and restores them.

Upstream looks its names up at each call, so a replacement reaches all code of
upstream at once. All names of one exchange are replaced, or none.
"""

import threading

from cassandra_scheduler.model import errors

_ABSENT = object()


class NameExchange:
    """Some names of upstream and the values that replace them.

    ``replacements()`` returns (module or class, name, make); ``make(value)``
    gets the value of upstream and returns ours. ``additions()`` returns
    (module or class, name, value) of names that upstream does not have.
    """

    def __init__(self, replacements, additions=tuple):
        self._replacements = replacements
        self._additions = additions
        self._originals = {}
        self._lock = threading.RLock()

    def install(self):
        """Replace every name; a second call changes nothing.

        Raises InvalidSettings if this version of Placement does not have one
        of the names; then nothing is replaced.
        """
        with self._lock:
            if self._originals:
                return
            values = [(owner, name, make(_existing(owner, name)))
                      for owner, name, make in self._replacements()]
            for owner, name, value in [*values, *self._additions()]:
                self._originals[owner, name] = getattr(owner, name, _ABSENT)
                setattr(owner, name, value)

    def uninstall(self):
        """Restore every name."""
        with self._lock:
            for (owner, name), original in self._originals.items():
                if original is _ABSENT:
                    delattr(owner, name)
                else:
                    setattr(owner, name, original)
            self._originals.clear()

    def is_installed(self):
        """Return whether the names are replaced."""
        return bool(self._originals)


def _existing(owner, name):
    try:
        return getattr(owner, name)
    except AttributeError:
        raise errors.InvalidSettings(
            f'This version of openstack-placement has no {owner.__name__}.'
            f'{name}, which must be replaced: install the version that '
            'requirements.txt names.') from None
