# SPDX-License-Identifier: Apache-2.0
"""Says whether what Cassandra holds is right, from the rows alone.

Two kinds of objections. A *fault* can never be: the claims of a host do not
add up to what it counts as used, or it is over its capacity. What is *open*
may only take a moment longer: a claim that its host has not yet settled, a
server that was deleted and still holds something.
"""

import collections
import dataclasses

from cassandra_scheduler.audit import sums
from cassandra_scheduler.model import capacity


@dataclasses.dataclass(frozen=True, slots=True)
class Verdict:
    """What was found; ``claims`` counts consumers, one in each tree."""
    hosts: int
    servers: int
    claims: int
    faults: tuple = ()
    open: tuple = ()

    @property
    def holds(self):
        """Return whether there is nothing to object to."""
        return not self.faults and not self.open

    def __str__(self):
        if self.holds:
            return (f'The claims of {self.servers} servers add up to what is '
                    f'used on {self.hosts} hosts; no host is over its '
                    'capacity, no claim is left over.')
        return '; '.join(self.faults + self.open)


def judge(states, servers):
    """Return the Verdict on the trees of a cloud.

    ``states``: store TreeStates with all consumers, each read at once.
    ``servers``: server uuid -> host, what Nova says is up.
    """
    faults, unsettled, claims = [], [], 0
    holders = collections.defaultdict(list)
    for state in states:
        standing = [consumer for consumer in state.consumers.values()
                    if consumer.is_live]
        claims += len(standing)
        faults += _faults(state.tree, standing)
        unsettled += [f'{state.tree.root.name} has not settled the claim of '
                      f'{uuid}' for uuid in state.tree.pending]
        for consumer in standing:
            holders[consumer.uuid].append(state.tree.root.name)
    unsettled += _misplaced(holders, servers)
    return Verdict(len(states), len(servers), claims,
                   tuple(faults), tuple(unsettled))


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
    """Return objections to who holds something where."""
    found = [f'{uuid} is no server, but holds something on '
             f'{", ".join(names)}'
             for uuid, names in holders.items() if uuid not in servers]
    found += [f'server {uuid} is on {host}, but holds something on '
              f'{", ".join(holders.get(uuid, ())) or "no host"}'
              for uuid, host in servers.items()
              if holders.get(uuid) != [host]]
    return found
