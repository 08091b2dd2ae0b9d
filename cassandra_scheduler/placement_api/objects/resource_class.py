# SPDX-License-Identifier: Apache-2.0
"""Stands for ``placement.objects.resource_class``.

Standard classes come with os-resource-classes and are not stored; custom
classes are in the catalogue of the cloud.
"""

import os_resource_classes
from placement import exception
from placement.objects import resource_class

from cassandra_scheduler.placement_api.providers import class_renames
from cassandra_scheduler.placement_api.providers import custom_names
from cassandra_scheduler.placement_api.providers import finding
from cassandra_scheduler.placement_api.providers import provider_changes
from cassandra_scheduler.store import catalogue


class ResourceClass(resource_class.ResourceClass):
    """A resource class; the name it was read with identifies it.

    Its id is the number that the cache of its context gives it.
    """

    def __init__(self, context, **fields):
        super().__init__(context, **fields)
        self._stored_name = self.name if self.id is not None else None

    def create(self):
        if self.id is not None:
            raise exception.ObjectActionError(action='create',
                                              reason='already created')
        if not self.name:
            raise exception.ObjectActionError(action='create',
                                              reason='name is required')
        if self.name in os_resource_classes.STANDARDS:
            raise exception.ResourceClassExists(resource_class=self.name)
        if not self.name.startswith(os_resource_classes.CUSTOM_NAMESPACE):
            raise exception.ObjectActionError(
                action='create', reason='name must start with ' +
                os_resource_classes.CUSTOM_NAMESPACE)
        entry = custom_names.create(
            self._context.store, catalogue.RESOURCE_CLASS, self.name)
        if entry is None:
            raise exception.ResourceClassExists(resource_class=self.name)
        custom_names.fill(self, entry)
        self._refresh_id()

    def destroy(self):
        name = self._existing('destroy')
        if name in os_resource_classes.STANDARDS:
            raise exception.ResourceClassCannotDeleteStandard(
                resource_class=name)
        self._delete(name)
        self._context.rc_cache.clear()

    def save(self):
        """Rename a custom class, in use or not (API 1.2 to 1.6)."""
        old = self._existing('save')
        if old in os_resource_classes.STANDARDS:
            raise exception.ResourceClassCannotUpdateStandard(
                resource_class=self.name)
        if old == self.name:
            return
        if self.name in os_resource_classes.STANDARDS:
            raise exception.ResourceClassExists(resource_class=self.name)
        class_renames.rename(self._context.store, old, self.name)
        self._delete(old)
        self._refresh_id()

    def _refresh_id(self):
        """Take the id that the cache gives to the name just written."""
        self._stored_name = self.name
        self._context.rc_cache.clear()
        self.id = self._context.rc_cache.id_from_string(self.name)

    def _delete(self, name):
        custom_names.delete(
            self._context.store, catalogue.RESOURCE_CLASS, name,
            refuse_if_used=lambda: self._refuse_if_used(name),
            not_found=exception.NotFound())

    def _existing(self, action):
        if self.id is None:
            raise exception.ObjectActionError(
                action=action, reason='ID attribute not found')
        return self._stored_name

    def _refuse_if_used(self, name):
        if any(provider_changes.has_class(tree, name)
               for tree in finding.trees(self._context.store)):
            raise exception.ResourceClassInUse(resource_class=name)


def keep(context, names):
    """Make sure that classes which a provider has just got exist."""
    custom_names.keep(context.store,
                      catalogue.RESOURCE_CLASS,
                      names,
                      standard=context.rc_cache.standard)


def ensure_sync(ctx):
    """Do nothing: standard classes are not stored."""


def get_all(context):
    """Return all ResourceClasses, standard classes first."""
    return [ResourceClass(context, **attributes._asdict())
            for attributes in context.rc_cache.get_all()]
