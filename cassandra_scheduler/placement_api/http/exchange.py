# SPDX-License-Identifier: Apache-2.0
"""Every name of upstream that is replaced, and by what.

Upstream code that is not in this list and needs SQL fails, because no engine
is configured. The candidate search has its own list, ``mini_cloud.manifest``.
"""

import functools
import importlib

from cassandra_scheduler.mini_cloud import name_exchange

_OBJECTS = 'placement.objects.'
_OURS = 'cassandra_scheduler.placement_api.'

#: upstream's module -> (our module, the names that are replaced)
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
    _OBJECTS + 'allocation_candidate': ('objects.allocation_candidate',
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


def _replacements():
    # Our classes derive from upstream's: import all before any is replaced.
    for module, (ours, names) in MANIFEST.items():
        upstream = importlib.import_module(module)
        replacing = importlib.import_module(_OURS + ours)
        for name in names:
            yield upstream, name, functools.partial(_ours, replacing, name)
    yield (importlib.import_module('placement.conf'), 'register_opts',
           _database().with_our_options)


def _ours(module, name, _upstream):
    return getattr(module, name)


def _additions():
    context = importlib.import_module('placement.context')
    return [(context.RequestContext, 'store',
             property(_database().store_of_context))]


def _database():
    return importlib.import_module(_OURS + 'http.database')


_exchange = name_exchange.NameExchange(_replacements, _additions)
install = _exchange.install
uninstall = _exchange.uninstall
is_installed = _exchange.is_installed
