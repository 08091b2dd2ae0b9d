# SPDX-License-Identifier: Apache-2.0
"""Stands for ``placement.objects.resource_provider``.

Every change of one provider is one conditional write of its tree. Where
upstream compares the generation, another generation than the object's is
refused. Everything else is computed again if another writer was faster.
"""

from placement import exception
from placement.objects import resource_provider

from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.model import write as write_model
from cassandra_scheduler.placement_api.objects import resource_class
from cassandra_scheduler.placement_api.objects import trait
from cassandra_scheduler.placement_api.providers import create_delete
from cassandra_scheduler.placement_api.providers import custom_names
from cassandra_scheduler.placement_api.providers import finding
from cassandra_scheduler.placement_api.providers import provider_changes
from cassandra_scheduler.placement_api.providers import provider_filters
from cassandra_scheduler.placement_api.providers import rename_reparent
from cassandra_scheduler.placement_api.providers import writing
from cassandra_scheduler.store import catalogue
from cassandra_scheduler.store import tree_codec


class ResourceProvider(resource_provider.ResourceProvider):
    """A resource provider; its id is its uuid.

    ``tree_id`` is the tree it was found in; None if it is not stored yet.
    """

    __slots__ = ('tree_id',)

    def __init__(self, context, **fields):
        super().__init__(context, **fields)
        self.tree_id = None

    @classmethod
    def get_by_uuid(cls, context, uuid):
        return cls.of(context, finding.get(context.store, uuid))

    @classmethod
    def of(cls, context, found):
        """Return the object of a FoundProvider."""
        provider = found.provider
        made = cls(
            context, id=provider.uuid, uuid=provider.uuid,
            name=provider.name, generation=provider.generation,
            parent_provider_uuid=provider.parent,
            root_provider_uuid=found.tree.root.uuid,
            updated_at=tree_codec.moment(provider.updated_ms),
            created_at=tree_codec.moment(provider.created_ms))
        made.tree_id = found.tree.id
        return made

    def increment_generation(self):
        self._write(lambda tree, now: tree)

    def add_inventory(self, inventory):
        name = self._class_of(inventory)
        self._write(lambda tree, now: provider_changes.add_inventory(
            tree, self.uuid, name,
            provider_changes.inventory_from(inventory, now)))
        resource_class.keep(self._context, (name,))

    def update_inventory(self, inventory):
        name = self._class_of(inventory)
        self._write(lambda tree, now: provider_changes.update_inventory(
            tree, self.uuid, name,
            provider_changes.inventory_from(inventory, now)), warn_of=(name,))

    def delete_inventory(self, resource_class):
        self._context.rc_cache.id_from_string(resource_class)
        self._write(lambda tree, now: provider_changes.delete_inventory(
            tree, self.uuid, resource_class))

    def set_inventory(self, inv_list):
        by_class = {self._class_of(inventory): inventory
                    for inventory in inv_list}
        self._write(lambda tree, now: provider_changes.set_inventories(
            tree, self.uuid, {
                name: provider_changes.inventory_from(inventory, now)
                for name, inventory in by_class.items()}), warn_of=by_class)
        resource_class.keep(self._context, by_class)

    def get_aggregates(self):
        found = finding.find(self._context.store, self.uuid)
        return sorted(found.provider.aggregates) if found else []

    def set_aggregates(self, aggregate_uuids, increment_generation=False):
        self._write(lambda tree, now: provider_changes.set_aggregates(
            tree, self.uuid, aggregate_uuids),
            check_generation=increment_generation)

    def set_traits(self, traits):
        names = frozenset(one.name for one in traits)
        found = finding.get(self._context.store, self.uuid)
        if found.provider.traits == names:
            return
        if tree_model.SHARING_TRAIT in names:
            # A search reads this list of trees, so it is written first.
            custom_names.create(self._context.store, catalogue.SHARING_TREE,
                                found.tree.id)
        self._write(lambda tree, now: provider_changes.set_traits(
            tree, self.uuid, names))
        trait.keep(self._context, names)

    def create(self):
        if self.id is not None:
            raise exception.ObjectActionError(action='create',
                                              reason='already created')
        if self.uuid is None:
            raise exception.ObjectActionError(action='create',
                                              reason='uuid is required')
        if not self.name:
            raise exception.ObjectActionError(action='create',
                                              reason='name is required')
        self._refresh(create_delete.create(
            self._context.store, uuid=self.uuid, name=self.name,
            parent=self.parent_provider_uuid))

    def destroy(self):
        store = self._context.store
        found = finding.find(store, self.uuid)
        if found is None:
            raise exception.NotFound()
        create_delete.destroy(store, found)

    def save(self, allow_reparenting=False):
        rename_reparent.save(
            self._context.store, self.uuid, name=self.name,
            parent=self.parent_provider_uuid,
            allow_reparenting=allow_reparenting)
        self._refresh(finding.get(self._context.store, self.uuid))

    def _class_of(self, inventory):
        """Return the class's name, or raise ResourceClassNotFound."""
        return self._context.rc_cache.all_from_string(
            inventory.resource_class).name

    def _refresh(self, found):
        """Copy the fields of the provider that was written."""
        now = self.of(self._context, found)
        for field in ('id', 'name', 'generation', 'parent_provider_uuid',
                      'root_provider_uuid', 'updated_at', 'created_at',
                      'tree_id'):
            setattr(self, field, getattr(now, field))

    def _write(self, compose, *, check_generation=True, warn_of=()):
        """Write the Tree that ``compose(tree, now)`` returns.

        ``check_generation``: the generation must still be the object's, and
        goes up by one. ``warn_of``: resource classes; a warning is logged if
        they are used above their new capacity.
        """
        def composed(state):
            found = finding.in_tree(state.tree, self.uuid)
            if found is None:
                raise finding.not_found(self.uuid)
            if check_generation and (
                    found.provider.generation != self.generation):
                raise exception.ResourceProviderConcurrentUpdateDetected()
            now = write_model.now_ms()
            tree = compose(state.tree, now)
            if check_generation:
                tree = provider_changes.bump(tree, self.uuid, now)
            return state.with_tree(tree)

        written = writing.write_tree(self._context.store,
                                     self.get_tree_id(), composed)
        if check_generation:
            self.generation += 1
        for name in provider_changes.over_capacity(written.tree, self.uuid,
                                                   warn_of):
            resource_provider.LOG.warning(
                'Resource provider %(uuid)s is now over-capacity for '
                '%(resource)s', {'uuid': self.uuid, 'resource': name})

    def get_tree_id(self):
        """Return the id of its tree; raise NotFound if there is none."""
        if self.tree_id is None:
            self.tree_id = finding.get(self._context.store,
                                       self.uuid).tree.id
        return self.tree_id


def get_all_by_filters(context, filters=None):
    """Return the ResourceProviders that satisfy all filters."""
    return [ResourceProvider.of(context, found)
            for found in provider_filters.matching(context, filters or {})]
