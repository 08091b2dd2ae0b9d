# SPDX-License-Identifier: Apache-2.0
"""Stands for the caches of ``placement.attribute_cache``.

An id is the name itself, or for a resource class its place among all. Nothing
but the cache knows it, so it need not outlive a request. Standard names are
known without asking anybody; the catalogue is read at the first name that is
not among them.
"""

import itertools

import os_resource_classes
import os_traits
from oslo_utils import timeutils
from placement import attribute_cache
from placement.objects import consumer_type
from placement.objects import resource_class

from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.placement_api import timestamps
from cassandra_scheduler.store import catalogue

#: Standard names have no birthday; any but None serves the headers.
SINCE = timeutils.utcnow()


class _Attrs(attribute_cache._AttributeCache.Attrs):
    """One name; upstream also takes the rows of its database for it."""

    __slots__ = ()

    @property
    def _mapping(self):
        return self._asdict()


def _standard(names, ids=None):
    return {name: _Attrs(one_id, name, SINCE, SINCE)
            for name, one_id in zip(names, ids or names)}


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
        entries = ctx.store.catalogue.list(self.kind)
        for entry, one_id in zip(entries, self._ids_of(entries)):
            known[entry.name] = _Attrs(
                one_id, entry.name, timestamps.moment(entry.updated_ms),
                timestamps.moment(entry.created_ms))
        self._know(known)
        self._complete = True

    def _ids_of(self, entries):
        return (entry.name for entry in entries)

    def _know(self, attributes):
        self._all_cache = attributes
        self._id_cache = {name: name for name in attributes}
        self._str_cache = self._id_cache


class ResourceClassCache(_CatalogueCache, attribute_cache.ResourceClassCache):
    """Standard and custom resource classes."""

    kind = catalogue.RESOURCE_CLASS
    standard = _standard(os_resource_classes.STANDARDS, itertools.count())

    def _ids_of(self, entries):
        return itertools.count(
            resource_class.ResourceClass.MIN_CUSTOM_RESOURCE_CLASS_ID)

    def _know(self, attributes):
        super()._know(attributes)
        self._id_cache = {name: one.id for name, one in attributes.items()}
        self._str_cache = {one.id: name for name, one in attributes.items()}


class TraitCache(_CatalogueCache, attribute_cache.TraitCache):
    """Standard and custom traits."""

    kind = catalogue.TRAIT
    standard = _standard(sorted(os_traits.get_traits()))


class ConsumerTypeCache(_CatalogueCache, attribute_cache.ConsumerTypeCache):
    """Consumer types, and 'unknown' for consumers that have none."""

    kind = catalogue.CONSUMER_TYPE
    standard = _standard((consumer_model.INSTANCE,))

    def _know(self, attributes):
        super()._know(attributes)
        self._str_cache = dict(self._str_cache)
        self._add_attribute(
            attr_id=None, name=consumer_type.NULL_CONSUMER_TYPE_ALIAS,
            created_at=None, updated_at=None)
