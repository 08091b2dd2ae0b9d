# SPDX-License-Identifier: Apache-2.0
"""Which upstream functions are replaced, and how.

A replacement answers for contexts that carry a mini-cloud and passes every
other call on to upstream's own function. So a stock Placement in the same
process keeps working, and ``install`` may stay in force for ever.
"""

import functools
import threading

from placement.objects import allocation_candidate
from placement.objects import research_context
from placement.objects import trait

from cassandra_scheduler.mini_cloud import lookups
from cassandra_scheduler.model import errors


def _without_transaction(name):
    """Return the function under upstream's database transaction."""
    return getattr(research_context, name).__wrapped__


#: (module or class, name, what answers for a mini-cloud)
MANIFEST = (
    (allocation_candidate, '_provider_ids_from_root_ids',
     lookups.provider_ids_from_root_ids),
    (research_context, '_get_roots_with_traits',
     lookups.get_roots_with_traits),
    (research_context, '_get_trees_with_traits',
     lookups.get_trees_with_traits),
    (research_context, '_has_provider_trees', lookups.has_provider_trees),
    (research_context, 'anchors_for_sharing_providers',
     lookups.anchors_for_sharing_providers),
    (research_context, 'get_provider_ids_having_any_trait',
     lookups.get_provider_ids_having_any_trait),
    (research_context, 'get_provider_ids_matching',
     _without_transaction('get_provider_ids_matching')),
    (research_context, 'get_providers_with_resource',
     lookups.get_providers_with_resource),
    (research_context, 'get_providers_with_root',
     lookups.get_providers_with_root),
    (research_context, 'get_sharing_providers',
     lookups.get_sharing_providers),
    (research_context, 'get_trees_matching_all',
     _without_transaction('get_trees_matching_all')),
    (research_context, 'get_usages_by_provider_trees',
     lookups.get_usages_by_provider_trees),
    (research_context, 'provider_ids_from_uuid',
     lookups.provider_ids_from_uuid),
    (research_context, 'provider_ids_matching_aggregates',
     lookups.provider_ids_matching_aggregates),
    (research_context, 'provider_ids_matching_required_traits',
     lookups.provider_ids_matching_required_traits),
    (trait, 'get_traits_by_provider_tree',
     lookups.get_traits_by_provider_tree),
)

_originals = {}
_lock = threading.Lock()


def install():
    """Put the replacements in place; doing so again changes nothing.

    Raises InvalidSettings when the installed Placement has no such name:
    then nothing is replaced.
    """
    with _lock:
        if _originals:
            return
        for place, name, _replacement in MANIFEST:
            if not hasattr(place, name):
                raise errors.InvalidSettings(
                    f'{place.__name__}.{name} is gone: this version of '
                    'openstack-placement is not supported.')
        for place, name, replacement in MANIFEST:
            original = getattr(place, name)
            setattr(place, name, _guarded(original, replacement))
            _originals[place, name] = original


def uninstall():
    """Put upstream's own functions back, if they were replaced."""
    with _lock:
        for (place, name), original in _originals.items():
            setattr(place, name, original)
        _originals.clear()


def installed():
    """Return whether the replacements are in force."""
    return bool(_originals)


def _guarded(original, replacement):
    """Return a function that chooses by its first argument.

    That is a request context, or a group's search of upstream's that holds
    one.
    """
    @functools.wraps(original)
    def chosen(subject, *args, **kwargs):
        context = getattr(subject, 'context', subject)
        if getattr(context, 'mini_cloud', None) is not None:
            return replacement(subject, *args, **kwargs)
        return original(subject, *args, **kwargs)

    return chosen
