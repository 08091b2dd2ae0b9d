# SPDX-License-Identifier: Apache-2.0
"""Which upstream functions are replaced, and how.

A replacement answers for contexts that carry a mini-cloud. It passes every
other call on to upstream's own function. So a stock Placement in the same
process keeps working, and ``install`` need not be undone.
"""

import functools
import threading

from placement.objects import allocation_candidate
from placement.objects import research_context
from placement.objects import trait

from cassandra_scheduler.mini_cloud import queries
from cassandra_scheduler.model import errors


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

_originals = {}
_lock = threading.Lock()


def install():
    """Put the replacements in place; a second call changes nothing.

    Raises InvalidSettings if the installed Placement lacks one of the names.
    Then nothing is replaced.
    """
    with _lock:
        if _originals:
            return
        for owner, name, _replacement in MANIFEST:
            if not hasattr(owner, name):
                raise errors.InvalidSettings(
                    'This version of openstack-placement is not supported: '
                    f'it has no {owner.__name__}.{name}.')
        for owner, name, replacement in MANIFEST:
            original = getattr(owner, name)
            setattr(owner, name, _guarded(original, replacement))
            _originals[owner, name] = original


def uninstall():
    """Put upstream's own functions back, if they were replaced."""
    with _lock:
        for (owner, name), original in _originals.items():
            setattr(owner, name, original)
        _originals.clear()


def is_installed():
    """Return whether the replacements are in force."""
    return bool(_originals)


def _guarded(original, replacement):
    """Return a function that chooses by its first argument.

    That is a request context, or a search of upstream's that holds one.
    """
    @functools.wraps(original)
    def chosen(subject, *args, **kwargs):
        context = getattr(subject, 'context', subject)
        if getattr(context, 'mini_cloud', None) is not None:
            return replacement(subject, *args, **kwargs)
        return original(subject, *args, **kwargs)

    return chosen
