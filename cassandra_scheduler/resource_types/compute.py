# SPDX-License-Identifier: Apache-2.0
"""Compute hosts: what Nova schedules servers to.

The free amounts are an upper bound over the whole tree, so that a request
whose groups take from several nested providers is never cut off; for a host
without nesting they are exact. A class that a tree has no inventory of may
come from a sharing provider and therefore counts as unbounded.
"""

import json

from cassandra_scheduler.model import capacity
from cassandra_scheduler.model import restriction
from cassandra_scheduler.model import tree as tree_model

Column = restriction.Column
Restriction = restriction.Restriction

#: resource class -> what its columns are called
CLASSES = {'VCPU': 'vcpu', 'PCPU': 'pcpu', 'MEMORY_MB': 'memory_mb',
           'DISK_GB': 'disk_gb'}
#: Placement's trait for a host whose service is disabled.
DISABLED_TRAIT = 'COMPUTE_STATUS_DISABLED'
UNBOUNDED = tree_model.MAX_INT


class Compute:
    """A compute node: free VCPU, PCPU, MEMORY_MB, DISK_GB, host, node."""

    name = 'compute'
    columns = (
        tuple(Column(f'free_{name}', 'bigint') for name in CLASSES.values()) +
        tuple(Column(f'max_unit_{name}', 'bigint', indexed=False)
              for name in CLASSES.values()) + (
            Column('host', 'text'),
            Column('nodename', 'text'),
            Column('enabled', 'boolean', indexed=False),
        ))

    def searchable(self, tree):
        """Return column name -> value for the root row of ``tree``."""
        values = {'enabled': DISABLED_TRAIT not in tree.root.traits}
        values.update(_host_of(tree))
        for resource_class, name in CLASSES.items():
            free, max_unit = _bounds(tree, resource_class)
            values[f'free_{name}'] = free
            values[f'max_unit_{name}'] = max_unit
        return values

    def restrictions(self, request, *, host=None, node=None,
                     seen_since=None, shared_classes=frozenset()):
        """Return what of a request a compute host's row must satisfy.

        ``request``: a ResourceRequest; ``host``/``node``: exact names when
        the request is pinned; ``seen_since``: naive UTC datetime of the
        oldest heartbeat that counts as up (ComputeFilter), None when that
        filter is not on; ``shared_classes``: classes that some sharing
        provider offers, for which the tree's own free amount says nothing.
        """
        found = [Restriction('resource_type', '=', self.name, 'type')]
        if DISABLED_TRAIT in request.root_forbidden:
            found.append(Restriction('enabled', '=', True,
                                     'compute_status_filter', exact=True))
        if seen_since is not None:
            found.append(Restriction('last_seen', '>=', seen_since,
                                     'ComputeFilter'))
        for column, value in (('host', host), ('nodename', node)):
            if value is not None:
                found.append(Restriction(column, '=', value, 'destination'))
        return tuple(found) + self.amounts(
            request, shared_classes=shared_classes)

    def amounts(self, request, *, shared_classes=frozenset()):
        """Return what of a request any tree's row must satisfy.

        Whatever type the tree is of: the free amounts stand on every row.
        ``shared_classes`` as in ``restrictions``.
        """
        wanted = ((resource_class, name, request.total(resource_class))
                  for resource_class, name in CLASSES.items()
                  if resource_class not in shared_classes)
        return tuple(Restriction(f'free_{name}', '>=', amount, resource_class)
                     for resource_class, name, amount in wanted if amount)


def _bounds(tree, resource_class):
    """Return (units free in the whole tree, largest unit it gives)."""
    free, max_unit, offered = 0, 0, False
    for provider in tree.providers.values():
        inventory = provider.inventories.get(resource_class)
        if inventory is None:
            continue
        offered = True
        room = capacity.room(
            inventory, tree.units_used(provider.uuid, resource_class))
        free += max(room, 0)
        max_unit = max(max_unit, inventory.max_unit)
    return (free, max_unit) if offered else (UNBOUNDED, UNBOUNDED)


def _host_of(tree):
    """Return the host and node names that the reporter wrote, if it did."""
    if tree.resource_type != Compute.name or not tree.report:
        return {'host': None, 'nodename': None}
    report = json.loads(tree.report)
    return {'host': report.get('host'), 'nodename': report.get('nodename')}
