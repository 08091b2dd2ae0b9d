# SPDX-License-Identifier: Apache-2.0
"""Whether a set of allocations fits, in upstream's order and words.

Stands for ``_check_capacity_exceeded`` of ``placement.objects.allocation``.
"""

import collections

from oslo_log import log as logging
from placement import exception
from placement.objects import allocation

from cassandra_scheduler.model import capacity

LOG = logging.getLogger(__name__)


def check(wanted, *, trees, before):
    """Raise unless ``wanted`` fits into ``trees``.

    ``wanted``: upstream Allocation objects, 0 units meaning "remove".
    ``trees``: provider uuid -> Tree without what these consumers held;
    ``before``: (provider uuid, resource class) -> units used with it.
    """
    _refuse_without_inventory(wanted, trees)
    needed = collections.Counter()
    for one in wanted:
        uuid, name = one.resource_provider.uuid, one.resource_class
        needed[uuid, name] += one.used
        if one.used:
            _check_one(one, trees[uuid], needed[uuid, name],
                       before.get((uuid, name), 0))


def _refuse_without_inventory(wanted, trees):
    classes = {one.resource_class for one in wanted}
    missing = {
        one.resource_provider.uuid for one in wanted
        if classes.isdisjoint(_inventories(trees, one))}
    if missing:
        raise exception.InvalidInventory(
            resource_class=', '.join(sorted(classes)),
            resource_provider=', '.join(sorted(missing)))


def _inventories(trees, one):
    uuid = one.resource_provider.uuid
    return trees[uuid].providers[uuid].inventories


def _check_one(one, tree, needed, before):
    uuid, name = one.resource_provider.uuid, one.resource_class
    inventory = tree.providers[uuid].inventories.get(name)
    names = {'resource_class': name, 'resource_provider': uuid}
    if inventory is None:
        raise exception.InvalidInventory(**names)
    violated = capacity.unit_violated(inventory, one.used)
    if violated:
        LOG.warning('Allocation of %(used)s %(rc)s on resource provider '
                    '%(rp)s violates its %(rule)s of %(value)s.',
                    {'used': one.used, 'rc': name, 'rp': uuid,
                     'rule': violated, 'value': getattr(inventory, violated)})
        raise exception.InvalidAllocationConstraintsViolated(**names)
    used = tree.units_used(uuid, name)
    if capacity.within(inventory, used + needed):
        return
    facts = {'rc': name, 'rp': uuid, 'after': used + needed, 'used': used,
             'before': before, 'one': one.used,
             'cap': capacity.capacity(inventory)}
    # Too much already, but this write makes it no worse: let it pass.
    if used + needed <= before:
        # In upstream's words and under its name, where its tests read them.
        allocation.LOG.warning(
            'Over capacity for %(rc)s on resource provider %(rp)s but '
            'allocation of %(one)s reduces existing overage from %(before)s '
            'to %(after)s', facts)
        return
    LOG.warning('Over capacity for %(rc)s on resource provider %(rp)s. '
                'Needed: %(after)s, used: %(used)s, capacity: %(cap)s', facts)
    raise exception.InvalidAllocationCapacityExceeded(**names)
