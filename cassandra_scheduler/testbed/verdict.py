# SPDX-License-Identifier: Apache-2.0
"""Says whether what Cassandra holds is right, from the rows alone.

There are two kinds of objections. A *fault* is always wrong: the claims of a
host do not add up to what it counts as used, or it is over its capacity. What
is *open* may be right a moment later: a claim that its host has not yet
confirmed, or a deleted server that still holds something.
"""

import collections
import dataclasses

from cassandra_scheduler.audit import sums
from cassandra_scheduler.model import capacity
from cassandra_scheduler.model import errors
from cassandra_scheduler.store import session as store_session
from cassandra_scheduler.testbed import waiting

#: Seconds that hosts have to confirm the last claims.
CONFIRMING_S = 20
_PAUSE_S = 0.3


@dataclasses.dataclass(frozen=True, slots=True)
class CloudVerdict:
    """What was found; ``claims`` counts the consumers of all trees."""
    hosts: int
    servers: int
    claims: int
    faults: tuple = ()
    open: tuple = ()

    @property
    def holds(self):
        """Return whether there is no objection."""
        return not self.faults and not self.open

    def __str__(self):
        if self.holds:
            return (f'The claims of {self.servers} servers add up to what is '
                    f'used on {self.hosts} hosts; no host is over its '
                    'capacity, no claim is left over.')
        return '; '.join(self.faults + self.open)


def of_store(store, provider_uuids, servers, *, seconds=CONFIRMING_S):
    """Return the CloudVerdict on the trees of these providers.

    ``servers()`` returns server uuid -> host, what Nova says is up. Reads
    again for so many seconds while something is open; a fault ends it at
    once. Each tree is one partition, read at SERIAL: as it was at one moment.
    """
    return waiting.poll(
        lambda: judge(_states(store, provider_uuids), servers()),
        done=lambda found: bool(found.holds or found.faults),
        seconds=seconds, pause=_PAUSE_S)


def _states(store, provider_uuids):
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


def judge(states, servers):
    """Return the CloudVerdict on the trees of a cloud.

    ``states``: store TreeStates with all consumers, each read at once.
    ``servers``: server uuid -> host, what Nova says is up.
    """
    faults, unconfirmed, claims = [], [], 0
    holders = collections.defaultdict(list)
    for state in states:
        standing = [consumer for consumer in state.consumers.values()
                    if consumer.is_live]
        claims += len(standing)
        faults += _faults(state.tree, standing)
        unconfirmed += [
            f'{state.tree.root.name} has not confirmed the claim of {uuid}'
            for uuid in state.tree.pending]
        for consumer in standing:
            holders[consumer.uuid].append(state.tree.root.name)
    unconfirmed += _misplaced(holders, servers)
    return CloudVerdict(len(states), len(servers), claims,
                        tuple(faults), tuple(unconfirmed))


def _faults(tree, consumers):
    """Return what is wrong with one tree and what it holds."""
    found = []
    for each in sums.of(tree, consumers):
        where = f'{each.resource_class} of {tree.root.name}'
        if not each.adds_up:
            found.append(f'{where}: {each.used} used, but claims of '
                         f'{each.held}')
        if each.of_nothing:
            found.append(f'{where}: {each.used} used of nothing')
        if each.over:
            found.append(f'{where}: {each.used} used of '
                         f'{capacity.capacity(each.inventory):g}')
    return found


def _misplaced(holders, servers):
    """Return objections to the hosts on which servers hold something."""
    found = [f'{uuid} is no server, but holds something on '
             f'{", ".join(names)}'
             for uuid, names in holders.items() if uuid not in servers]
    found += [f'server {uuid} is on {host}, but holds something on '
              f'{", ".join(holders.get(uuid, ())) or "no host"}'
              for uuid, host in servers.items()
              if holders.get(uuid) != [host]]
    return found
