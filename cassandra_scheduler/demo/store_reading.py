# SPDX-License-Identifier: Apache-2.0
"""Reads what Cassandra holds at the end, linearizable with every claim."""

import time

from cassandra_scheduler.demo import verdict
from cassandra_scheduler.model import errors
from cassandra_scheduler.store import session as store_session

#: Seconds that hosts have to settle what was claimed last.
SETTLING_S = 20
_PAUSE_S = 0.3


def verdict_on(store, provider_uuids, servers, *, seconds=SETTLING_S):
    """Return the Verdict on the trees of these providers.

    ``servers()`` returns server uuid -> host. Reads again while something is
    open and there is time, so many seconds; a fault is a fault at once.
    SERIAL, one partition at a time: each tree is seen as it was at one
    moment.
    """
    until = time.monotonic() + seconds
    while True:
        found = verdict.judge(states(store, provider_uuids), servers())
        if found.holds or found.faults or time.monotonic() > until:
            return found
        time.sleep(_PAUSE_S)


def states(store, provider_uuids):
    """Return the TreeStates with these providers and all they hold."""
    found = []
    for uuid in provider_uuids:
        location = store.provider_trees.find(uuid, level=store_session.SERIAL)
        state = location and store.trees.find_state(
            location.value, None, level=store_session.SERIAL)
        if not state or state.tree is None:
            raise errors.NotFound(
                f'Cassandra has no tree of the provider {uuid}.')
        found.append(state)
    return found
