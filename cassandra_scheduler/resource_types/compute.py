# SPDX-License-Identifier: Apache-2.0
"""Compute hosts: what Nova schedules servers to.

The free amounts are an upper bound over the whole tree, so that no request
with groups for several nested providers is missed. For a host without nesting
they are exact. See ``amounts``.
"""

from cassandra_scheduler.model import restriction
from cassandra_scheduler.resource_types import amounts
from cassandra_scheduler.resource_types import report_facts

Column = restriction.Column
Restriction = restriction.Restriction

CLASSES = amounts.CLASSES
#: Placement's trait for a host whose service is disabled.
DISABLED_TRAIT = 'COMPUTE_STATUS_DISABLED'
#: The columns that follow from the report. Few hosts may have a token, so the
#: sets have indexes. Numbers are compared on rows that other columns lead to.
_REPORTED = {
    'host': Column('host', 'text'), 'nodename': Column('nodename', 'text'),
    'devices': Column('devices', 'set<text>'),
    'abilities': Column('abilities', 'set<text>'),
    **{name: Column(name, cql_type, indexed=False) for name, cql_type in (
        ('host_ip_number', 'varint'),
        ('hypervisor_version', 'double'), ('num_instances', 'bigint'),
        ('num_io_ops', 'bigint'))}}


class Compute:
    """A compute node: its free amounts, and its report."""

    name = 'compute'
    columns = (
        tuple(Column(f'free_{name}', 'bigint') for name in CLASSES.values()) +
        tuple(Column(f'max_unit_{name}', 'bigint', indexed=False)
              for name in CLASSES.values()) +
        (Column('enabled', 'boolean', indexed=False),) +
        tuple(_REPORTED.values()))

    def searchable(self, tree):
        """Return column name -> value for the root row of ``tree``."""
        values = {'enabled': DISABLED_TRAIT not in tree.root.traits}
        values.update(_facts(tree))
        for column, figure in (('num_instances', 'instances'),
                               ('num_io_ops', 'io_ops')):
            values[column] = _with_pending(tree, values, column, figure)
        for resource_class, name in CLASSES.items():
            free, max_unit = amounts.bounds(tree, resource_class)
            values[f'free_{name}'] = free
            values[f'max_unit_{name}'] = max_unit
        return values

    def restrictions(self, request, *, host=None, node=None,
                     shared_classes=frozenset()):
        """Return the Restrictions of a request on a compute host's row.

        ``request``: a ResourceRequest; ``host`` and ``node``: exact names if
        the request is pinned; ``shared_classes``: classes that a sharing
        provider offers, for which the tree's free amount says nothing.
        """
        found = [Restriction('resource_type', '=', self.name, 'type')]
        if DISABLED_TRAIT in request.root_forbidden:
            found.append(Restriction('enabled', '=', True,
                                     'compute_status_filter'))
        for column, value in (('host', host), ('nodename', node)):
            if value is not None:
                found.append(Restriction(column, '=', value, 'destination'))
        return tuple(found) + self.amount_restrictions(
            request, shared_classes=shared_classes)

    def amount_restrictions(self, request, *, shared_classes=frozenset()):
        """Return the Restrictions of a request on the row of any tree.

        Trees of all types have the free amounts. ``shared_classes`` as in
        ``restrictions``.
        """
        totals = ((resource_class, name, request.total(resource_class))
                  for resource_class, name in CLASSES.items()
                  if resource_class not in shared_classes)
        return tuple(Restriction(f'free_{name}', '>=', amount, resource_class)
                     for resource_class, name, amount in totals if amount)


def _facts(tree):
    """Return the columns that follow from the report of the host."""
    if tree.resource_type != Compute.name or tree.report is None:
        return dict.fromkeys(_REPORTED)
    return report_facts.facts(tree.report)


def _with_pending(tree, values, column, figure):
    """Return what a host reported plus what was claimed since.

    The filters see the same sum. ``figure``: the name in a claim's usage.
    """
    if values[column] is None:
        return None
    return min(report_facts.LARGEST, values[column] + sum(
        pending.usage.get(figure, 0) for pending in tree.pending.values()))
