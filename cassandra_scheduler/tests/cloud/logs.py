# SPDX-License-Identifier: Apache-2.0
"""Looks for tracebacks in the logs of services."""

import collections
import re

_BEGIN = 'Traceback (most recent call last)'
#: Where oslo.log repeats what it says of the line before its message.
_PREFIX = re.compile(r'^\d{4}-\d\d-\d\d \S+ \d+ (?:TRACE|ERROR) \S+ '
                     r'(?:\[.*?\] )?')
_INSIDE = (' ', '\t')
#: How tracebacks end that Nova writes into the log of any service of its.
#: Its periodic tasks answer nothing to a loop that asks once more while the
#: service is about to stop.
_NOVAS_OWN = ('RuntimeError: A dynamic interval looping call should supply '
              'either an interval or periodic_interval_max',)
#: What Nova's exceptions quote of an answer of ours without a Cassandra.
_OUTAGE = 'that the node is up'
#: Those that quote nothing: the line of the log before them has the answer.
_UNQUOTED = re.compile(
    r'nova\.exception\.ResourceProvider(Aggregate|Trait)?RetrievalFailed: ')


def tracebacks(lines):
    """Return a Counter of what ended each traceback in these lines."""
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
    """Return whether a traceback that ends so is none of our doing.

    ``outage``: the only Cassandra was away for a while, and Nova writes a
    traceback for what Placement could not answer then.
    """
    return what in _NOVAS_OWN or (outage and bool(
        _OUTAGE in what or _UNQUOTED.match(what)))
