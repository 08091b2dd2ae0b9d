# SPDX-License-Identifier: Apache-2.0
"""Finds tracebacks in the logs of services."""

import collections
import re

_BEGIN = 'Traceback (most recent call last)'
#: Where oslo.log repeats what it says of the line before its message.
_PREFIX = re.compile(r'^\d{4}-\d\d-\d\d \S+ \d+ (?:TRACE|ERROR) \S+ '
                     r'(?:\[.*?\] )?')
_INSIDE = (' ', '\t')
#: The last lines of tracebacks that Nova writes for any of its services: a
#: loop asks a periodic task once more while the service stops, and gets no
#: interval.
_NOVAS_OWN = ('RuntimeError: A dynamic interval looping call should supply '
              'either an interval or periodic_interval_max',)
#: What Nova's exceptions quote of our answer when Cassandra is away.
_OUTAGE = 'that the node is up'
#: Those that quote nothing; the line before them in the log has the answer.
_UNQUOTED = re.compile(
    r'nova\.exception\.ResourceProvider(Aggregate|Trait)?RetrievalFailed: ')


def find(lines):
    """Return a Counter of the last lines of the tracebacks."""
    found = collections.Counter()
    open_ = False
    for line in lines:
        bare = _PREFIX.sub('', line.rstrip('\n'))
        if _BEGIN in line:
            open_ = True
        elif open_ and bare and not bare.startswith(_INSIDE):
            found[bare] += 1
            open_ = False
    if open_:
        found['a traceback without an end'] += 1
    return found


def excused(what, *, outage):
    """Return whether a traceback with this last line is not our fault.

    ``outage``: the only Cassandra was away for a while. Nova then writes a
    traceback for each request that Placement could not answer.
    """
    return what in _NOVAS_OWN or (outage and bool(
        _OUTAGE in what or _UNQUOTED.match(what)))
