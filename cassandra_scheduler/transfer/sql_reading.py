# SPDX-License-Identifier: Apache-2.0
"""Reads upstream's tables into the values of ``content``."""

import itertools

from placement.db.sqlalchemy import models
import sqlalchemy
from sqlalchemy import func

from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.store import catalogue
from cassandra_scheduler.store import tree_codec
from cassandra_scheduler.transfer import content
from cassandra_scheduler.transfer import sql_database

PROVIDERS = sql_database.PROVIDERS
INVENTORIES = sql_database.INVENTORIES
ALLOCATIONS = sql_database.ALLOCATIONS
CONSUMERS = sql_database.CONSUMERS
PROVIDER_TRAITS = models.ResourceProviderTrait.__table__
PROVIDER_AGGREGATES = models.ResourceProviderAggregate.__table__
AGGREGATES = models.PlacementAggregate.__table__
PROJECTS = models.Project.__table__
USERS = models.User.__table__
#: The table of names of each kind in the catalogue.
NAMES = {catalogue.RESOURCE_CLASS: models.ResourceClass.__table__,
         catalogue.TRAIT: models.Trait.__table__,
         catalogue.CONSUMER_TYPE: models.ConsumerType.__table__}
#: How many trees are read together.
TREES_PER_BATCH = 50
#: How many values one IN has at most.
_IN = 500
_INVENTORY_FIELDS = ('total', 'reserved', 'min_unit', 'max_unit', 'step_size',
                     'allocation_ratio')


def chunks(values, size=_IN):
    """Yield ``values`` in lists of at most ``size``."""
    values = iter(values)
    while chunk := list(itertools.islice(values, size)):
        yield chunk


class SqlReader:
    """Reads a Placement database."""

    def __init__(self, engine):
        self._engine = engine

    def names(self):
        """Return kind -> name -> its creation, in milliseconds.

        Names that come with a library are left out.
        """
        return {kind: {
            row.name: tree_codec.ms(row.created_at)
            for row in self._rows(sqlalchemy.select(table))
            if row.name not in content.STANDARD_NAMES[kind]}
            for kind, table in NAMES.items()}

    def count(self):
        """Return the number of providers."""
        [row] = self._rows(sqlalchemy.select(func.count(PROVIDERS.c.id)))
        return row[0]

    def batches(self):
        """Yield lists of WholeTrees, every tree once."""
        last = 0
        roots = sqlalchemy.select(PROVIDERS.c.id).where(
            PROVIDERS.c.parent_provider_id.is_(None)).order_by(
            PROVIDERS.c.id).limit(TREES_PER_BATCH)
        while ids := [row.id for row in self._rows(
                roots.where(PROVIDERS.c.id > last))]:
            last = ids[-1]
            yield self._trees(ids)

    def providers(self, uuids):
        """Return uuid -> Provider of those that exist."""
        return {provider.uuid: provider
                for _row, provider in self._read(PROVIDERS.c.uuid, uuids)}

    def consumers(self, uuids):
        """Return uuid -> whole Consumer of those that hold something."""
        uuids = list(uuids)
        classes = self._names_by_id(catalogue.RESOURCE_CLASS)
        amounts = {}
        for row in self._rows_in(
                sqlalchemy.select(
                    ALLOCATIONS.c.consumer_id, PROVIDERS.c.uuid,
                    ALLOCATIONS.c.resource_class_id, ALLOCATIONS.c.used)
                .join(PROVIDERS, PROVIDERS.c.id ==
                      ALLOCATIONS.c.resource_provider_id)
                .order_by(ALLOCATIONS.c.id),
                ALLOCATIONS.c.consumer_id, uuids):
            held = amounts.setdefault(row.consumer_id, {})
            key = row.uuid, classes[row.resource_class_id]
            held[key] = held.get(key, 0) + row.used
        types = self._names_by_id(catalogue.CONSUMER_TYPE)
        owned = (sqlalchemy.select(
            CONSUMERS, PROJECTS.c.external_id.label('project'),
            USERS.c.external_id.label('user'))
            .join(PROJECTS, PROJECTS.c.id == CONSUMERS.c.project_id)
            .join(USERS, USERS.c.id == CONSUMERS.c.user_id))
        return {row.uuid: consumer_model.Consumer(
            row.uuid, home='', amounts=amounts[row.uuid],
            generation=row.generation, project_id=row.project,
            user_id=row.user, consumer_type=types.get(row.consumer_type_id),
            created_ms=tree_codec.ms(row.created_at),
            updated_ms=tree_codec.ms(row.updated_at or row.created_at))
            for row in self._rows_in(owned, CONSUMERS.c.uuid, uuids)
            if row.uuid in amounts}

    def known_providers(self, uuids):
        """Return which of these providers exist."""
        return {row.uuid for row in self._rows_in(
            sqlalchemy.select(PROVIDERS.c.uuid), PROVIDERS.c.uuid, uuids)}

    def known_consumers(self, uuids):
        """Return which of these consumers hold something."""
        return {row.consumer_id for row in self._rows_in(
            sqlalchemy.select(ALLOCATIONS.c.consumer_id).distinct(),
            ALLOCATIONS.c.consumer_id, uuids)}

    def _trees(self, root_ids):
        families = {}
        ids = {}
        for row, provider in self._read(PROVIDERS.c.root_provider_id,
                                        root_ids):
            families.setdefault(row.root_provider_id, {})[
                provider.uuid] = provider
            ids[row.id] = row.root_provider_id
        holders = {}
        for row in self._rows_in(
                sqlalchemy.select(ALLOCATIONS.c.resource_provider_id,
                                  ALLOCATIONS.c.consumer_id).distinct(),
                ALLOCATIONS.c.resource_provider_id, ids):
            holders.setdefault(ids[row.resource_provider_id], set()).add(
                row.consumer_id)
        consumers = self.consumers(
            {uuid for held in holders.values() for uuid in held})
        return [content.WholeTree(
            content.parents_first(families[root]),
            {uuid: consumers[uuid]
             for uuid in sorted(holders.get(root, ()))
             if uuid in consumers})
            for root in root_ids if root in families]

    def _read(self, column, values):
        """Yield (row, Provider) of all providers with one of the values."""
        parent = PROVIDERS.alias()
        rows = self._rows_in(
            sqlalchemy.select(PROVIDERS, parent.c.uuid.label('parent_uuid'))
            .outerjoin(parent,
                       parent.c.id == PROVIDERS.c.parent_provider_id)
            .order_by(PROVIDERS.c.id), column, values)
        ids = [row.id for row in rows]
        inventories = self._inventories(ids)
        traits = self._values(
            PROVIDER_TRAITS, PROVIDER_TRAITS.c.trait_id, ids,
            NAMES[catalogue.TRAIT].c.name)
        aggregates = self._values(
            PROVIDER_AGGREGATES, PROVIDER_AGGREGATES.c.aggregate_id, ids,
            AGGREGATES.c.uuid)
        for row in rows:
            yield row, tree_model.Provider(
                uuid=row.uuid, name=row.name, parent=row.parent_uuid,
                generation=row.generation or 0,
                inventories=inventories.get(row.id, {}),
                traits=frozenset(traits.get(row.id, ())),
                aggregates=frozenset(aggregates.get(row.id, ())),
                created_ms=tree_codec.ms(row.created_at),
                updated_ms=tree_codec.ms(row.updated_at))

    def _inventories(self, ids):
        classes = self._names_by_id(catalogue.RESOURCE_CLASS)
        found = {}
        for row in self._rows_in(
                sqlalchemy.select(INVENTORIES),
                INVENTORIES.c.resource_provider_id, ids):
            found.setdefault(row.resource_provider_id, {})[
                classes[row.resource_class_id]] = tree_model.Inventory(
                *(getattr(row, field) for field in _INVENTORY_FIELDS),
                created_ms=tree_codec.ms(row.created_at),
                updated_ms=tree_codec.ms(row.updated_at))
        return found

    def _values(self, table, link, ids, value):
        """Return provider id -> values of a many-to-many table."""
        found = {}
        for row in self._rows_in(
                sqlalchemy.select(table.c.resource_provider_id,
                                  value.label('value'))
                .join(value.table, value.table.c.id == link),
                table.c.resource_provider_id, ids):
            found.setdefault(row.resource_provider_id, []).append(row.value)
        return found

    def _names_by_id(self, kind):
        table = NAMES[kind]
        return {row.id: row.name for row in self._rows(
            sqlalchemy.select(table.c.id, table.c.name))}

    def _rows_in(self, statement, column, values):
        return [row for chunk in chunks(values)
                for row in self._rows(statement.where(column.in_(chunk)))]

    def _rows(self, statement):
        with self._engine.connect() as connection:
            return connection.execute(statement).all()
