# SPDX-License-Identifier: Apache-2.0
"""Changes of one provider. Pure: each function returns another Tree.

Each one stands for one transaction of ``placement.objects.resource_provider``
and raises what upstream raises, in upstream's order.
"""

import math

import os_resource_classes
from oslo_db import exception as db_exc
from placement import exception

from cassandra_scheduler.model import capacity
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.placement_api.providers import finding


def bump(tree, provider_uuid, now):
    """Return the tree with the generation of a provider one up."""
    provider = tree.providers[provider_uuid]
    return tree.with_provider(provider.replace(
        generation=provider.generation + 1, updated_ms=now))


def inventory_from(upstream, now):
    """Return the model's Inventory of an upstream Inventory object."""
    return tree_model.Inventory(
        total=upstream.total, reserved=upstream.reserved,
        min_unit=upstream.min_unit, max_unit=upstream.max_unit,
        step_size=upstream.step_size,
        allocation_ratio=float(upstream.allocation_ratio),
        created_ms=now)


def add_inventory(tree, provider_uuid, resource_class, inventory):
    """Return the tree with an inventory of one more class."""
    provider = tree.providers[provider_uuid]
    if resource_class in provider.inventories:
        raise db_exc.DBDuplicateEntry(
            columns=['resource_provider_id', 'resource_class_id'])
    return _with(tree, provider, {**provider.inventories,
                                  resource_class: inventory})


def update_inventory(tree, provider_uuid, resource_class, inventory):
    """Return the tree with the inventory of one class replaced."""
    provider = tree.providers[provider_uuid]
    if resource_class not in provider.inventories:
        raise exception.InventoryWithResourceClassNotFound(
            resource_class=resource_class)
    return _with(tree, provider, {
        **provider.inventories,
        resource_class: _succeeding(
            provider.inventories[resource_class], inventory)})


def delete_inventory(tree, provider_uuid, resource_class):
    """Return the tree without the inventory of one class."""
    provider = tree.providers[provider_uuid]
    _refuse_in_use(tree, provider, [resource_class])
    if resource_class not in provider.inventories:
        raise exception.NotFound(
            f'No inventory of class {resource_class} found for delete')
    return _with(tree, provider, {
        name: inventory for name, inventory in provider.inventories.items()
        if name != resource_class})


def set_inventories(tree, provider_uuid, inventories):
    """Return the tree with exactly these: resource class -> Inventory."""
    provider = tree.providers[provider_uuid]
    _refuse_in_use(tree, provider,
                   [name for name in provider.inventories
                    if name not in inventories])
    return _with(tree, provider, {
        name: _succeeding(provider.inventories[name], inventory)
        if name in provider.inventories else inventory
        for name, inventory in inventories.items()})


def over_capacity(tree, provider_uuid, resource_classes):
    """Return those of the classes that are used above their capacity."""
    inventories = tree.providers[provider_uuid].inventories
    return [name for name in resource_classes if name in inventories and
            tree.units_used(provider_uuid, name) >
            math.floor(capacity.capacity(inventories[name]))]


def has_class(tree, name):
    """Return whether a provider of the tree has an inventory of a class."""
    return any(name in provider.inventories
               for provider in tree.providers.values())


def rename_class(tree, old, new):
    """Return the tree with every inventory of one class renamed.

    Raises ResourceClassExists if a provider has inventories of both.
    """
    renamed = tree.replace(used=rename_keys(tree.used, old, new))
    for provider in tree.providers.values():
        if old not in provider.inventories:
            continue
        if new in provider.inventories:
            raise exception.ResourceClassExists(resource_class=new)
        renamed = _with(renamed, provider, {
            new if name == old else name: inventory
            for name, inventory in provider.inventories.items()})
    return renamed


def rename_keys(amounts, old, new):
    """Return (provider uuid, resource class) -> units with a class renamed.
    """
    return {(uuid, new if name == old else name): units
            for (uuid, name), units in amounts.items()}


def set_traits(tree, provider_uuid, names):
    """Return the tree with exactly these traits on a provider."""
    provider = tree.providers[provider_uuid]
    return tree.with_provider(provider.replace(traits=frozenset(names)))


def set_aggregates(tree, provider_uuid, aggregate_uuids):
    """Return the tree with exactly these aggregates on a provider."""
    provider = tree.providers[provider_uuid]
    return tree.with_provider(provider.replace(
        aggregates=frozenset(aggregate_uuids)))


def remove_provider(tree, provider_uuid):
    """Return the tree without a provider that has no child and is unused."""
    if any(provider.parent == provider_uuid
           for provider in tree.providers.values()):
        raise exception.CannotDeleteParentResourceProvider()
    if any(units for (uuid, _name), units in tree.used.items()
           if uuid == provider_uuid):
        raise exception.ResourceProviderInUse()
    return tree.without_provider(provider_uuid)


def subtree(tree, provider_uuid):
    """Return the uuids of a provider and of all providers below it."""
    inside, children = frozenset(), {provider_uuid}
    while children:
        inside |= children
        children = {provider.uuid for provider in tree.providers.values()
                    if provider.parent in children} - inside
    return inside


def rename_reparent(tree, provider_uuid, *, name, parent, allow_reparenting,
                    now):
    """Return the tree with another name and parent of a provider.

    Raises ObjectActionError for a parent that is not in the tree, and as
    ``refuse_parent`` does.
    """
    if tree is not None and parent is not None and (
            parent not in tree.providers):
        raise no_parent()
    refuse_parent(tree, provider_uuid, parent,
                  allow_reparenting=allow_reparenting)
    return tree.with_provider(tree.providers[provider_uuid].replace(
        name=name, parent=parent, updated_ms=now))


def refuse_parent(tree, provider_uuid, parent, *, allow_reparenting):
    """Raise unless a provider of the tree may get this parent.

    NotFound if the provider is not in the tree; ObjectActionError if it has
    another parent and ``allow_reparenting`` is false, or if the parent is in
    its own subtree.
    """
    found = finding.in_tree(tree, provider_uuid)
    if found is None:
        raise finding.not_found(provider_uuid)
    old = found.provider.parent
    if old is not None and parent != old and not allow_reparenting:
        raise exception.ObjectActionError(
            action='update',
            reason='un-parenting a provider is not currently allowed.'
            if parent is None else
            're-parenting a provider is not currently allowed.')
    if parent in subtree(tree, provider_uuid):
        raise exception.ObjectActionError(
            action='update',
            reason='creating loop in the provider tree is not allowed.')


def no_parent():
    """Return the error for a parent that does not exist."""
    return exception.ObjectActionError(
        action='create', reason='parent provider UUID does not exist.')


def class_order(resource_class):
    """Sort key: standard classes as os-resource-classes lists them."""
    standards = os_resource_classes.STANDARDS
    if resource_class in standards:
        return standards.index(resource_class), ''
    return len(standards), resource_class


def _with(tree, provider, inventories):
    return tree.with_provider(provider.replace(inventories=inventories))


def _succeeding(old, new):
    if old is new:
        return old
    return tree_model.Inventory(
        total=new.total, reserved=new.reserved, min_unit=new.min_unit,
        max_unit=new.max_unit, step_size=new.step_size,
        allocation_ratio=new.allocation_ratio, created_ms=old.created_ms,
        updated_ms=new.created_ms)


def _refuse_in_use(tree, provider, resource_classes):
    in_use = [name for name in resource_classes
              if tree.units_used(provider.uuid, name)]
    if in_use:
        raise exception.InventoryInUse(
            resource_classes=', '.join(sorted(in_use, key=class_order)),
            resource_provider=provider.uuid)
