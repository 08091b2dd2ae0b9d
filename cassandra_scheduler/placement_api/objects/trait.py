# SPDX-License-Identifier: Apache-2.0
"""Stands for ``placement.objects.trait``.

Standard traits come with os-traits and are not stored; custom traits are in
the catalogue of the cloud. The trees say which provider has which trait.
"""

from placement import exception
from placement.objects import trait

from cassandra_scheduler.model import restriction
from cassandra_scheduler.placement_api.providers import custom_names
from cassandra_scheduler.placement_api.providers import finding
from cassandra_scheduler.store import catalogue


class Trait(trait.Trait):
    """A trait; its id is its name."""

    def create(self):
        if self.id is not None:
            raise exception.ObjectActionError(action='create',
                                              reason='already created')
        if not self.name:
            raise exception.ObjectActionError(action='create',
                                              reason='name is required')
        cache = self._context.trait_cache
        entry = None
        if self.name not in cache.standard:
            entry = custom_names.create(
                self._context.store, catalogue.TRAIT, self.name)
        if entry is None:
            raise exception.TraitExists(name=self.name)
        custom_names.fill(self, entry)
        cache.clear()

    @staticmethod
    def _destroy_in_db(context, _id, name):
        having = restriction.Restriction('tree_traits', 'CONTAINS', name)

        def refuse_if_used():
            if any(True for _ in finding.trees(context.store, (having,))):
                raise exception.TraitInUse(name=name)

        custom_names.delete(context.store,
                            catalogue.TRAIT,
                            name,
                            refuse_if_used=refuse_if_used,
                            not_found=exception.TraitNotFound(name=name))


def keep(context, names):
    """Make sure that traits which a provider has just got exist."""
    custom_names.keep(context.store,
                      catalogue.TRAIT,
                      names,
                      standard=context.trait_cache.standard)


def ensure_sync(ctx):
    """Do nothing: standard traits are not stored."""


def _made(context, attributes):
    return Trait._from_db_object(
        context, Trait(context), attributes._asdict())


def get_all(context, filters=None):
    """Return all Traits that pass the filters, standard traits first.

    ``filters``: 'name_in' names, 'prefix' of names, 'associated' whether a
    provider has the trait. The last one scans the cloud.
    """
    filters = filters or {}
    found = list(context.trait_cache.get_all())
    if 'name_in' in filters:
        names = {str(name) for name in filters['name_in']}
        found = [attrs for attrs in found if attrs.name in names]
    if 'prefix' in filters:
        found = [attrs for attrs in found
                 if attrs.name.startswith(str(filters['prefix']))]
    if 'associated' in filters:
        in_use = _associated(context)
        found = [attrs for attrs in found
                 if (attrs.name in in_use) is bool(filters['associated'])]
    return [_made(context, attrs) for attrs in found]


def get_all_by_resource_provider(context, rp):
    """Return the Traits of a provider, by name; none if it is deleted."""
    found = finding.find(context.store, rp.uuid)
    cache = context.trait_cache
    return [_made(context, cache.all_from_string(name))
            for name in sorted(found.provider.traits if found else ())]


def _associated(context):
    return {name for tree in finding.trees(context.store)
            for provider in tree.providers.values()
            for name in provider.traits}
