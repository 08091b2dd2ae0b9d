# SPDX-License-Identifier: Apache-2.0
"""Lists providers: reads the fewest trees, then applies every filter.

Stands for ``get_all_by_filters`` of ``placement.objects.resource_provider``.
"""

from cassandra_scheduler.model import capacity
from cassandra_scheduler.model import restriction
from cassandra_scheduler.placement_api.providers import finding

Restriction = restriction.Restriction


def matching(context, filters):
    """Yield a FoundProvider for each provider that satisfies all filters.

    ``filters``: name, uuid, in_tree (a provider uuid), member_of (an AND of
    any-of lists of aggregates), forbidden_aggs, required_traits (an AND of
    any-of sets), forbidden_traits, resources (class -> units). A name, uuid
    or tree is found by its lookup row; otherwise the cloud is scanned.
    """
    _check_names(context, filters)
    for tree in _trees(context.store, filters):
        for provider in tree.providers.values():
            if _passes(tree, provider, filters):
                yield finding.FoundProvider(tree, provider)


def _check_names(context, filters):
    """Raise TraitNotFound or ResourceClassNotFound for unknown names."""
    for any_of in filters.get('required_traits') or ():
        for name in any_of:
            context.trait_cache.id_from_string(name)
    for name in filters.get('forbidden_traits') or ():
        context.trait_cache.id_from_string(name)
    for name in filters.get('resources') or ():
        context.rc_cache.id_from_string(name)


def _trees(store, filters):
    """Return the trees that may have matching providers."""
    for key, found_by in (('uuid', finding.find),
                          ('in_tree', finding.find),
                          ('name', finding.find_by_name)):
        if filters.get(key):
            found = found_by(store, filters[key])
            return [found.tree] if found else []
    return finding.trees(store, tuple(_restrictions(filters)))


def _restrictions(filters):
    """Yield Restrictions that every tree with a matching provider satisfies.

    Each is an any-of set with one member, because SAI has no OR.
    """
    for column, key in (('tree_traits', 'required_traits'),
                        ('tree_aggregates', 'member_of')):
        for any_of in filters.get(key) or ():
            if len(set(any_of)) == 1:
                yield Restriction(column, 'CONTAINS', next(iter(any_of)),
                                  key)


def _passes(tree, provider, filters):
    if filters.get('name') and provider.name != filters['name']:
        return False
    if filters.get('uuid') and provider.uuid != filters['uuid']:
        return False
    in_tree = filters.get('in_tree')
    if in_tree and in_tree not in tree.providers:
        return False
    return (_has(provider.traits, filters.get('required_traits'),
                 filters.get('forbidden_traits')) and
            _has(provider.aggregates, filters.get('member_of'),
                 filters.get('forbidden_aggs')) and
            all(_offers(tree, provider, name, units)
                for name, units in (filters.get('resources') or {}).items()))


def _has(present, required, forbidden):
    return (all(not present.isdisjoint(any_of)
                for any_of in required or ()) and
            present.isdisjoint(forbidden or ()))


def _offers(tree, provider, resource_class, units):
    inventory = provider.inventories.get(resource_class)
    return inventory is not None and capacity.fits(
        inventory, tree.units_used(provider.uuid, resource_class), units)
