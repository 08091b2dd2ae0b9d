# SPDX-License-Identifier: Apache-2.0
"""Every name of upstream that is exchanged, and by what.

Upstream looks its names up in their modules at each call, so exchanging them
there reaches handlers, objects and tests alike. What is not in this list and
needs SQL fails: no engine is ever configured. The search for candidates has
a manifest of its own, in ``mini_cloud``.
"""

import importlib
import threading

from cassandra_scheduler.model import errors

_OBJECTS = 'placement.objects.'
_OURS = 'cassandra_scheduler.placement_api.'

#: upstream's module -> (our module, the names exchanged)
MANIFEST = {
    'placement.attribute_cache': ('objects.attribute_cache',
                                  ('ConsumerTypeCache', 'ResourceClassCache',
                                   'TraitCache')),
    'placement.db.sqlalchemy.migration': ('http.database', ('upgrade', )),
    'placement.db_api': ('http.database',
                         ('DbContext', 'configure', 'get_placement_engine',
                          'placement_context_manager')),
    'placement.handler': ('http.faults', ('PlacementHandler', )),
    _OBJECTS + 'allocation': ('objects.allocation',
                              ('delete_all', 'get_all_by_consumer_id',
                               'get_all_by_resource_provider', 'replace_all')),
    _OBJECTS + 'allocation_candidate': ('objects.candidate_objects',
                                        ('AllocationCandidates', )),
    _OBJECTS + 'consumer': ('objects.consumer',
                            ('Consumer',
                             'delete_consumers_if_no_allocations')),
    _OBJECTS + 'consumer_type': ('objects.consumer_type', ('ConsumerType', )),
    _OBJECTS + 'inventory': ('objects.inventory',
                             ('Inventory', 'get_all_by_resource_provider')),
    _OBJECTS + 'project': ('objects.project', ('Project', )),
    _OBJECTS + 'reshaper': ('objects.reshaper', ('reshape', )),
    _OBJECTS + 'resource_class': ('objects.resource_class',
                                  ('ResourceClass', 'ensure_sync', 'get_all')),
    _OBJECTS + 'resource_provider': ('objects.resource_provider',
                                     ('ResourceProvider',
                                      'get_all_by_filters')),
    _OBJECTS + 'trait': ('objects.trait', ('Trait', 'ensure_sync', 'get_all',
                                           'get_all_by_resource_provider')),
    _OBJECTS + 'usage': ('objects.usage', ('get_all_by_project_user',
                                           'get_all_by_resource_provider_uuid',
                                           'get_by_consumer_type')),
    _OBJECTS + 'user': ('objects.user', ('User', )),
}

_ABSENT = object()
_originals = {}
_lock = threading.RLock()


def install():
    """Exchange every name, once; doing so again changes nothing.

    Raises InvalidSettings where this version of placement has no such name;
    then nothing is exchanged.
    """
    with _lock:
        if _originals:
            return
        # Our classes derive from upstream's: import them before exchanging.
        found = [(module, name, getattr(ours, name))
                 for module, ours, names in _modules()
                 for name in names if _exists(module, name)]
        for module, name, replacement in found:
            _exchange(module, name, replacement)
        _add_ours()


def uninstall():
    """Give every name back to upstream."""
    with _lock:
        for (owner, name), original in _originals.items():
            if original is _ABSENT:
                delattr(owner, name)
            else:
                setattr(owner, name, original)
        _originals.clear()


def installed():
    """Return whether the names are exchanged."""
    return bool(_originals)


def _modules():
    for upstream, (ours, names) in MANIFEST.items():
        yield (importlib.import_module(upstream),
               importlib.import_module(_OURS + ours), names)


def _exists(module, name):
    if not hasattr(module, name):
        raise errors.InvalidSettings(
            f'This version of openstack-placement has no '
            f'{module.__name__}.{name}, which this Placement API replaces: '
            'install the version that requirements.txt names.')
    return True


def _add_ours():
    """Add our options to upstream's, and the store to its contexts."""
    conf = importlib.import_module('placement.conf')
    context = importlib.import_module('placement.context')
    database = importlib.import_module(_OURS + 'http.database')
    _exchange(conf, 'register_opts', database.registered(conf.register_opts))
    _exchange(context.RequestContext, 'store',
              property(database.store_of_context))


def _exchange(owner, name, replacement):
    _originals[owner, name] = getattr(owner, name, _ABSENT)
    setattr(owner, name, replacement)
