# SPDX-License-Identifier: Apache-2.0
"""Checks whether allocations fit, in the order and the words of upstream.

Stands for ``_check_capacity_exceeded`` of ``placement.objects.allocation``.
"""

import collections

from oslo_log import log as logging
from placement import exception
from placement.objects import allocation

from cassandra_scheduler.model import capacity

LOG = logging.getLogger(__name__)


def check(entries, *, trees, before):
    """Raise unless all ``entries`` fit into ``trees``.

    ``entries``: (provider uuid, resource class, units), 0 units to remove an
    allocation. ``trees``: provider uuid -> Tree without what the consumers
    held; ``before``: (provider uuid, resource class) -> units used with it.
    """
    _refuse_without_inventory(entries, trees)
    needed = collections.Counter()
    for uuid, name, units in entries:
        needed[uuid, name] += units
        if units:
            _check_one(uuid, name, units, tree=trees[uuid],
                       needed=needed[uuid, name],
                       before=before.get((uuid, name), 0))


def _refuse_without_inventory(entries, trees):
    classes = {name for _uuid, name, _units in entries}
    missing = {
        uuid for uuid, _name, _units in entries
        if classes.isdisjoint(trees[uuid].providers[uuid].inventories)}
    if missing:
        raise exception.InvalidInventory(
            resource_class=', '.join(sorted(classes)),
            resource_provider=', '.join(sorted(missing)))


def _check_one(uuid, name, units, *, tree, needed, before):
    inventory = tree.providers[uuid].inventories.get(name)
    names = {'resource_class': name, 'resource_provider': uuid}
    if inventory is None:
        raise exception.InvalidInventory(**names)
    violated = capacity.unit_violated(inventory, units)
    if violated:
        LOG.warning('Allocation of %(used)s %(rc)s on resource provider '
                    '%(rp)s violates its %(rule)s of %(value)s.',
                    {'used': units, 'rc': name, 'rp': uuid,
                     'rule': violated, 'value': getattr(inventory, violated)})
        raise exception.InvalidAllocationConstraintsViolated(**names)
    used = tree.units_used(uuid, name)
    if capacity.within(inventory, used + needed):
        return
    facts = {'rc': name, 'rp': uuid, 'after': used + needed, 'used': used,
             'before': before, 'one': units,
             'cap': capacity.capacity(inventory)}
    # Too much was used before, and this write does not add to it.
    if used + needed <= before:
        # Upstream's tests read this line, in its words and from its logger.
        allocation.LOG.warning(
            'Over capacity for %(rc)s on resource provider %(rp)s but '
            'allocation of %(one)s reduces existing overage from %(before)s '
            'to %(after)s', facts)
        return
    LOG.warning('Over capacity for %(rc)s on resource provider %(rp)s. '
                'Needed: %(after)s, used: %(used)s, capacity: %(cap)s', facts)
    raise exception.InvalidAllocationCapacityExceeded(**names)
