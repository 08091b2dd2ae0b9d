# SPDX-License-Identifier: Apache-2.0
"""The functions of upstream's candidate search that are replaced.

A replacement answers for contexts that have a mini-cloud and passes every
other call on to upstream's own function. So a stock Placement in the same
process keeps working, and the names may stay replaced.
"""

import functools

from placement.objects import allocation_candidate
from placement.objects import research_context
from placement.objects import trait

from cassandra_scheduler.mini_cloud import name_exchange
from cassandra_scheduler.mini_cloud import queries


def _without_transaction(name):
    """Return the function under upstream's database transaction."""
    return getattr(research_context, name).__wrapped__


#: (module or class, name, what answers for a mini-cloud)
MANIFEST = (
    (allocation_candidate, '_provider_ids_from_root_ids',
     queries.provider_ids_from_root_ids),
    (research_context, '_get_roots_with_traits',
     queries.get_roots_with_traits),
    (research_context, '_get_trees_with_traits',
     queries.get_trees_with_traits),
    (research_context, '_has_provider_trees', queries.has_provider_trees),
    (research_context, 'anchors_for_sharing_providers',
     queries.anchors_for_sharing_providers),
    (research_context, 'get_provider_ids_having_any_trait',
     queries.get_provider_ids_having_any_trait),
    (research_context, 'get_provider_ids_matching',
     _without_transaction('get_provider_ids_matching')),
    (research_context, 'get_providers_with_resource',
     queries.get_providers_with_resource),
    (research_context, 'get_providers_with_root',
     queries.get_providers_with_root),
    (research_context, 'get_sharing_providers',
     queries.get_sharing_providers),
    (research_context, 'get_trees_matching_all',
     _without_transaction('get_trees_matching_all')),
    (research_context, 'get_usages_by_provider_trees',
     queries.get_usages_by_provider_trees),
    (research_context, 'provider_ids_from_uuid',
     queries.provider_ids_from_uuid),
    (research_context, 'provider_ids_matching_aggregates',
     queries.provider_ids_matching_aggregates),
    (research_context, 'provider_ids_matching_required_traits',
     queries.provider_ids_matching_required_traits),
    (trait, 'get_traits_by_provider_tree',
     queries.get_traits_by_provider_tree),
)


def _replacements():
    return [(owner, name, functools.partial(_guarded, replacement))
            for owner, name, replacement in MANIFEST]


def _guarded(replacement, original):
    """Return a function that chooses by its first argument.

    That is a request context, or upstream's search of one group, which has a
    request context.
    """
    @functools.wraps(original)
    def chosen(subject, *args, **kwargs):
        context = getattr(subject, 'context', subject)
        if getattr(context, 'mini_cloud', None) is not None:
            return replacement(subject, *args, **kwargs)
        return original(subject, *args, **kwargs)

    return chosen


_exchange = name_exchange.NameExchange(_replacements)
install = _exchange.install
uninstall = _exchange.uninstall
is_installed = _exchange.is_installed
