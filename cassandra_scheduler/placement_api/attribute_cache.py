# SPDX-License-Identifier: Apache-2.0
"""Stands for the caches of ``placement.attribute_cache``.

An id is the name itself. Standard names are known without asking anybody;
the catalogue is read at the first name that is not among them.
"""

import os_resource_classes
import os_traits
from oslo_utils import timeutils
from placement import attribute_cache
from placement.objects import consumer_type

from cassandra_scheduler.placement_api import moments
from cassandra_scheduler.store import catalogue

#: Standard names have no birthday; any but None serves the headers.
SINCE = timeutils.utcnow()


def _standard(names):
    return {name: attribute_cache._AttributeCache.Attrs(
        name, name, SINCE, SINCE) for name in names}


class _CatalogueCache:
    """What the three caches share; goes before upstream's class."""

    kind = None
    standard = {}

    def clear(self):
        self._complete = False
        self._know(dict(self.standard))

    def get_all(self):
        if not self._complete:
            self._refresh_from_db(self._ctx)
        return self._all_cache.values()

    def _refresh_from_db(self, ctx):
        known = dict(self.standard)
        for entry in ctx.store.catalogue.list(self.kind):
            known[entry.name] = self.Attrs(
                entry.name, entry.name, moments.moment(entry.updated_ms),
                moments.moment(entry.created_ms))
        self._know(known)
        self._complete = True

    def _know(self, attributes):
        self._all_cache = attributes
        self._id_cache = {name: name for name in attributes}
        self._str_cache = self._id_cache


class ResourceClassCache(_CatalogueCache, attribute_cache.ResourceClassCache):
    """Standard and custom resource classes."""

    kind = catalogue.RESOURCE_CLASS
    standard = _standard(os_resource_classes.STANDARDS)


class TraitCache(_CatalogueCache, attribute_cache.TraitCache):
    """Standard and custom traits."""

    kind = catalogue.TRAIT
    standard = _standard(sorted(os_traits.get_traits()))


class ConsumerTypeCache(_CatalogueCache, attribute_cache.ConsumerTypeCache):
    """Consumer types, and 'unknown' for consumers that have none."""

    kind = catalogue.CONSUMER_TYPE

    def _know(self, attributes):
        super()._know(attributes)
        self._str_cache = dict(self._str_cache)
        self._add_attribute(
            attr_id=None, name=consumer_type.NULL_CONSUMER_TYPE_ALIAS,
            created_at=None, updated_at=None)
