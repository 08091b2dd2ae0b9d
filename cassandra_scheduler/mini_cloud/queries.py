# SPDX-License-Identifier: Apache-2.0
"""The queries of upstream's search, answered from a mini-cloud.

Each function has the name, the arguments and the answer of a function in
``placement.objects.research_context``, or in the module that it names. It
reads ``context.mini_cloud`` only. ``manifest`` puts it in place.
"""

import collections

from placement.objects import research_context

from cassandra_scheduler.model import capacity

_ProviderIds = collections.namedtuple(
    '_ProviderIds', 'id uuid parent_id parent_uuid root_id root_uuid')
_Usage = collections.namedtuple(
    '_Usage', 'resource_provider_id resource_provider_uuid '
    'resource_class_id total reserved allocation_ratio max_unit used')


def has_provider_trees(context):
    """Return whether any provider has a parent."""
    return context.mini_cloud.nested


def provider_ids_from_uuid(context, uuid):
    """Return the ids of a provider, its parent and its root, or None."""
    cloud = context.mini_cloud
    return _provider_ids(cloud, uuid) if uuid in cloud.providers else None


def provider_ids_from_root_ids(context, root_ids):
    """Return id -> ids of parent and root, for the providers of trees.

    Of allocation_candidate.
    """
    cloud = context.mini_cloud
    return {provider.uuid: _provider_ids(cloud, provider.uuid)
            for provider in cloud.tree_members(root_ids)}


def get_providers_with_resource(context, rc_id, amount, tree_root_id=None):
    """Return {(provider id, root id)} of those where ``amount`` fits."""
    cloud = context.mini_cloud
    found = set()
    for uuid, provider in cloud.providers.items():
        inventory = provider.inventories.get(rc_id)
        if inventory is None or not capacity.fits(
                inventory, cloud.used(uuid, rc_id), amount):
            continue
        root_id = cloud.root_of[uuid]
        if tree_root_id is None or root_id == tree_root_id:
            found.add((uuid, root_id))
    return found


def get_providers_with_root(context, allowed, forbidden):
    """Return {(provider id, root id)}; an empty ``allowed`` means all."""
    return {(uuid, root_id)
            for uuid, root_id in context.mini_cloud.root_of.items()
            if (not allowed or uuid in allowed) and uuid not in forbidden}


def get_trees_with_traits(context, rp_ids, required_traits,
                          forbidden_traits):
    """Return {(provider id, root id)} of ``rp_ids`` in matching trees.

    A tree matches if some of its ``rp_ids`` have no forbidden trait, and
    these together have a trait of every required any-of set.
    """
    cloud = context.mini_cloud
    forbidden = set(forbidden_traits)
    traits_of_root = {}
    for uuid in rp_ids:
        traits = cloud.providers[uuid].traits
        if forbidden.isdisjoint(traits):
            traits_of_root.setdefault(
                cloud.root_of[uuid], set()).update(traits)
    return {(uuid, root_id) for uuid, root_id in
            ((uuid, cloud.root_of[uuid]) for uuid in rp_ids)
            if root_id in traits_of_root and not any(
                traits_of_root[root_id].isdisjoint(any_of)
                for any_of in required_traits)}


def get_roots_with_traits(context, required_traits, forbidden_traits):
    """Return ids of roots with all required and no forbidden traits."""
    _refuse_empty(required_traits or forbidden_traits, 'traits')
    required, forbidden = set(required_traits or ()), set(
        forbidden_traits or ())
    return context.mini_cloud.ids_where(
        lambda provider: provider.parent is None and
        required <= provider.traits and
        forbidden.isdisjoint(provider.traits))


def provider_ids_matching_aggregates(context, member_of, rp_ids=None):
    """Return ids of providers with one aggregate of each any-of set."""
    found = context.mini_cloud.ids_where(
        lambda provider: not any(
            provider.aggregates.isdisjoint(any_of) for any_of in member_of))
    return found & set(rp_ids) if rp_ids else found


def provider_ids_matching_required_traits(context, required_traits,
                                          rp_ids=None):
    """Return ids of providers with one trait of each any-of set."""
    _refuse_empty(required_traits, 'required_traits')
    found = context.mini_cloud.ids_where(
        lambda provider: not any(
            provider.traits.isdisjoint(any_of)
            for any_of in required_traits))
    return found & set(rp_ids) if rp_ids else found


def get_provider_ids_having_any_trait(context, traits):
    """Return ids of providers with at least one of these traits."""
    _refuse_empty(traits, 'traits')
    required = set(traits)
    return context.mini_cloud.ids_where(
        lambda provider: not required.isdisjoint(provider.traits))


def get_sharing_providers(context, rp_ids=None):
    """Return ids of providers that others may take from."""
    found = context.mini_cloud.ids_where(
        lambda provider: provider.shares)
    return found & set(rp_ids) if rp_ids else found


def anchors_for_sharing_providers(context, rp_ids):
    """Return {AnchorIds}: a sharing provider and a root it shares with."""
    cloud = context.mini_cloud
    return {research_context.AnchorIds(uuid, uuid, root_id, root_id)
            for uuid in rp_ids
            for aggregate in cloud.providers[uuid].aggregates
            for root_id in cloud.roots_by_aggregate[aggregate]}


def get_usages_by_provider_trees(context, root_ids):
    """Return a row for each inventory of these trees.

    A provider without inventories has one row. If another tree asks,
    upstream misses the tree of a sharing provider that is not a root; this
    function finds it.
    """
    cloud = context.mini_cloud
    rows = []
    for provider in cloud.tree_members(root_ids):
        uuid = provider.uuid
        rows += [_Usage(uuid, uuid, name, inventory.total,
                        inventory.reserved, inventory.allocation_ratio,
                        inventory.max_unit, cloud.used(uuid, name))
                 for name, inventory in provider.inventories.items()]
        if not provider.inventories:
            rows.append(_Usage(uuid, uuid, *[None] * 6))
    return rows


def get_traits_by_provider_tree(context, root_ids):
    """Return provider id -> ordered traits, for all of these trees.

    Of trait.
    """
    _refuse_empty(root_ids, 'root_ids')
    cloud = context.mini_cloud
    return {provider.uuid: cloud.traits(provider)
            for provider in cloud.tree_members(root_ids)}


def _refuse_empty(values, name):
    """Raise ValueError: for no values, the answer would be everything."""
    if not values:
        raise ValueError(f'{name} must not be empty')


def _provider_ids(cloud, uuid):
    parent, root = cloud.providers[uuid].parent, cloud.root_of[uuid]
    return _ProviderIds(uuid, uuid, parent, parent, root, root)
