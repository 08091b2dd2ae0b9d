# SPDX-License-Identifier: Apache-2.0
"""Stands for the caches of ``placement.attribute_cache``.

The id of a name is the name itself; the id of a resource class is its number
in the list of all classes. Only the cache uses ids, so they need not outlive a
request. Standard names are known at once; the catalogue is read when the first
other name is asked for.
"""

import itertools

import os_resource_classes
import os_traits
from oslo_utils import timeutils
from placement import attribute_cache
from placement.objects import consumer_type
from placement.objects import resource_class

from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.store import catalogue
from cassandra_scheduler.store import tree_codec

#: Standard names have no creation time; the headers need any time.
SINCE = timeutils.utcnow()


class _Attrs(attribute_cache._AttributeCache.Attrs):
    """One name; upstream reads it like a row of its database."""

    __slots__ = ()

    @property
    def _mapping(self):
        return self._asdict()


def _standard(names, ids=None):
    return {name: _Attrs(one_id, name, SINCE, SINCE)
            for name, one_id in zip(names, ids or names)}


class _CatalogueCache:
    """What the three caches share; the first base class of each."""

    kind = None
    standard = {}

    def clear(self):
        self._complete = False
        self._set(dict(self.standard))

    def get_all(self):
        if not self._complete:
            self._refresh_from_db(self._ctx)
        return self._all_cache.values()

    def _refresh_from_db(self, ctx):
        known = dict(self.standard)
        entries = ctx.store.catalogue.list(self.kind)
        for entry, one_id in zip(entries, self._ids_of(entries)):
            known[entry.name] = _Attrs(
                one_id, entry.name, tree_codec.moment(entry.updated_ms),
                tree_codec.moment(entry.created_ms))
        self._set(known)
        self._complete = True

    def _ids_of(self, entries):
        return (entry.name for entry in entries)

    def _set(self, attributes):
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

    def _set(self, attributes):
        super()._set(attributes)
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

    def _set(self, attributes):
        super()._set(attributes)
        self._str_cache = dict(self._str_cache)
        self._add_attribute(
            attr_id=None, name=consumer_type.NULL_CONSUMER_TYPE_ALIAS,
            created_at=None, updated_at=None)
