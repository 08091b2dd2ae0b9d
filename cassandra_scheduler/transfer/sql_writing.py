# SPDX-License-Identifier: Apache-2.0
"""Writes a cloud into upstream's tables.

One database transaction per tree, and one for some consumers in several trees.
Rows that upstream shares (projects, aggregates, names) are added when they are
needed and are not removed.
"""

import os_resource_classes
import sqlalchemy
from sqlalchemy import exc as sql_errors

from cassandra_scheduler.store import catalogue
from cassandra_scheduler.store import tree_codec
from cassandra_scheduler.transfer import content
from cassandra_scheduler.transfer import refusing
from cassandra_scheduler.transfer import sql_reading

PROVIDERS = sql_reading.PROVIDERS
INVENTORIES = sql_reading.INVENTORIES
ALLOCATIONS = sql_reading.ALLOCATIONS
CONSUMERS = sql_reading.CONSUMERS
CONSUMERS_PER_WRITE = 500
#: Upstream's own classes have ids below this one.
_FIRST_CUSTOM_CLASS = 10000


class SqlWriter(sql_reading.SqlReader):
    """Writes into a Placement database; each write may be repeated."""

    workers = 1

    def add_names(self, kind, names):
        """Create names: name -> its creation, in milliseconds.

        Upstream adds its own names when its API starts. Those that do not
        exist yet are added here.
        """
        table = sql_reading.NAMES[kind]
        present = set(self._names_by_id(kind).values())
        with self._engine.begin() as connection:
            if kind == catalogue.RESOURCE_CLASS:
                _insert(connection, table, _classes(connection, table,
                                                    names, present))
                return
            standard = dict.fromkeys(sorted(content.STANDARD_NAMES[kind]))
            _insert(connection, table, [
                {'name': name, 'created_at': _moment(created_ms)}
                for name, created_ms in {**standard, **names}.items()
                if name not in present])

    def write_tree(self, tree, changed, consumers):
        """Write the ``changed`` providers of a WholeTree and ``consumers``.

        ``changed``: uuids; ``consumers``: whole Consumers that hold and held
        nothing outside the tree. Raises Refused when a name is taken.
        """
        providers = [provider for provider in tree.providers.values()
                     if provider.uuid in changed]
        try:
            with self._engine.begin() as connection:
                ids = _ids(connection, PROVIDERS.c.uuid, tree.providers)
                _put_providers(connection, tree, providers, ids)
                self._put_consumers(connection, consumers, ids)
                self._put_inventories(connection, providers, ids)
        except sql_errors.IntegrityError as exc:
            raise refusing.Refused(
                'a provider with the same name or uuid exists already '
                f'({" ".join(str(exc.orig).split())})') from None

    def write_consumers(self, consumers, held):
        """Write whole Consumers, in all trees.

        ``held`` is not used: the rows are found by the consumer.
        """
        for chunk in sql_reading.chunks(consumers, CONSUMERS_PER_WRITE):
            with self._engine.begin() as connection:
                ids = _ids(connection, PROVIDERS.c.uuid, {
                    key[0] for one in chunk for key in one.amounts})
                for one in chunk:
                    if any(key[0] not in ids for key in one.amounts):
                        raise refusing.Refused(
                            f'consumer {one.uuid} holds something of a '
                            'provider that could not be written')
                self._put_consumers(connection, chunk, ids)

    def remove_consumers(self, consumers):
        """Remove whole Consumers with all that they hold."""
        for chunk in sql_reading.chunks(one.uuid for one in consumers):
            with self._engine.begin() as connection:
                connection.execute(ALLOCATIONS.delete().where(
                    ALLOCATIONS.c.consumer_id.in_(chunk)))
                connection.execute(CONSUMERS.delete().where(
                    CONSUMERS.c.uuid.in_(chunk)))

    def remove_providers(self, providers):
        """Remove Providers, children first; one in use or with a child stays.
        """
        for one in providers:
            with self._engine.begin() as connection:
                for number in _ids(connection, PROVIDERS.c.uuid,
                                   [one.uuid]).values():
                    if not _is_needed(connection, number):
                        _remove_provider(connection, number)

    def remove_names(self, kind, names):
        """Remove names that are not used any more."""
        table = sql_reading.NAMES[kind]
        with self._engine.begin() as connection:
            connection.execute(table.delete().where(table.c.name.in_(names)))

    def _put_consumers(self, connection, consumers, ids):
        if not consumers:
            return
        projects = _ids(connection, sql_reading.PROJECTS.c.external_id,
                        {one.project_id for one in consumers}, add=True)
        users = _ids(connection, sql_reading.USERS.c.external_id,
                     {one.user_id for one in consumers}, add=True)
        types = {name: number for number, name in self._names_by_id(
            catalogue.CONSUMER_TYPE).items()}
        classes = self._classes()
        known = _ids(connection, CONSUMERS.c.uuid,
                     [one.uuid for one in consumers])
        for one in consumers:
            row = {'uuid': one.uuid, 'generation': one.generation,
                   'project_id': projects[one.project_id],
                   'user_id': users[one.user_id],
                   'consumer_type_id': types.get(one.consumer_type),
                   'created_at': _moment(one.created_ms),
                   'updated_at': _moment(one.updated_ms)}
            _put(connection, CONSUMERS, row, known.get(one.uuid))
        uuids = [one.uuid for one in consumers]
        connection.execute(ALLOCATIONS.delete().where(
            ALLOCATIONS.c.consumer_id.in_(uuids)))
        _insert(connection, ALLOCATIONS, [
            {'resource_provider_id': ids[provider], 'consumer_id': one.uuid,
             'resource_class_id': classes[name], 'used': units,
             'created_at': _moment(one.updated_ms or one.created_ms)}
            for one in consumers
            for (provider, name), units in one.amounts.items()])

    def _put_inventories(self, connection, providers, ids):
        """Write inventories; keep those that are still in use."""
        classes = self._classes()
        here = [ids[provider.uuid] for provider in providers]
        in_use = {tuple(row) for row in connection.execute(
            sqlalchemy.select(ALLOCATIONS.c.resource_provider_id,
                              ALLOCATIONS.c.resource_class_id).where(
                ALLOCATIONS.c.resource_provider_id.in_(here)).distinct())}
        by_key = {(ids[provider.uuid], classes[name]): inventory
                  for provider in providers
                  for name, inventory in provider.inventories.items()}
        for row in connection.execute(sqlalchemy.select(INVENTORIES).where(
                INVENTORIES.c.resource_provider_id.in_(here))).all():
            key = row.resource_provider_id, row.resource_class_id
            if key in by_key or key not in in_use:
                connection.execute(INVENTORIES.delete().where(
                    INVENTORIES.c.id == row.id))
        _insert(connection, INVENTORIES, [
            {'resource_provider_id': provider, 'resource_class_id': name,
             'total': inventory.total, 'reserved': inventory.reserved,
             'min_unit': inventory.min_unit, 'max_unit': inventory.max_unit,
             'step_size': inventory.step_size,
             'allocation_ratio': inventory.allocation_ratio,
             'created_at': _moment(inventory.created_ms),
             'updated_at': _moment(inventory.updated_ms)}
            for (provider, name), inventory in by_key.items()])

    def _classes(self):
        return {name: number for number, name in self._names_by_id(
            catalogue.RESOURCE_CLASS).items()}


def _put_providers(connection, tree, providers, ids):
    """Write rows, traits and aggregates; add new ones to ``ids``."""
    for provider in providers:
        row = {'uuid': provider.uuid, 'name': provider.name,
               'generation': provider.generation,
               'parent_provider_id': ids.get(provider.parent),
               'root_provider_id': ids.get(tree.root.uuid),
               'created_at': _moment(provider.created_ms),
               'updated_at': _moment(provider.updated_ms)}
        ids[provider.uuid] = _put(connection, PROVIDERS, row,
                                  ids.get(provider.uuid))
    _set_root(connection, ids.values(), ids[tree.root.uuid])
    traits = _ids(connection, sql_reading.NAMES[catalogue.TRAIT].c.name, {
        one for provider in providers for one in provider.traits})
    aggregates = _ids(connection, sql_reading.AGGREGATES.c.uuid, {
        one for provider in providers
        for one in provider.aggregates}, add=True)
    for table, column, numbers in (
            (sql_reading.PROVIDER_TRAITS, 'trait_id', lambda provider: [
                traits[name] for name in provider.traits]),
            (sql_reading.PROVIDER_AGGREGATES, 'aggregate_id',
             lambda provider: [aggregates[one]
                               for one in provider.aggregates])):
        connection.execute(table.delete().where(
            table.c.resource_provider_id.in_(
                [ids[provider.uuid] for provider in providers])))
        _insert(connection, table, [
            {'resource_provider_id': ids[provider.uuid], column: number}
            for provider in providers for number in numbers(provider)])


def _is_needed(connection, number):
    """Return whether a provider has a child or is in use."""
    return any(connection.execute(sqlalchemy.select(column).where(
        column == number).limit(1)).first() for column in (
            PROVIDERS.c.parent_provider_id,
            ALLOCATIONS.c.resource_provider_id))


def _remove_provider(connection, number):
    for table in (INVENTORIES, sql_reading.PROVIDER_TRAITS,
                  sql_reading.PROVIDER_AGGREGATES):
        connection.execute(table.delete().where(
            table.c.resource_provider_id == number))
    # Its root may be itself.
    connection.execute(PROVIDERS.update().values(
        root_provider_id=None).where(PROVIDERS.c.id == number))
    connection.execute(PROVIDERS.delete().where(PROVIDERS.c.id == number))


def _set_root(connection, ids, root_id):
    """Set the root of these providers and of all below them.

    A new root did not have an id before. Below it may be providers that only
    the target has.
    """
    level = list(ids)
    while level:
        # Without updated_at, SQLAlchemy would write the present time.
        connection.execute(PROVIDERS.update().values(
            root_provider_id=root_id, updated_at=PROVIDERS.c.updated_at)
            .where(PROVIDERS.c.id.in_(level)))
        level = [row.id for row in connection.execute(sqlalchemy.select(
            PROVIDERS.c.id).where(
                PROVIDERS.c.parent_provider_id.in_(level),
                PROVIDERS.c.root_provider_id != root_id))]


def _classes(connection, table, names, present):
    """Return rows for missing classes, numbered as upstream numbers them."""
    if connection.dialect.name == 'mysql':
        # VCPU has the id 0, which MySQL reads as "the next id".
        connection.execute(sqlalchemy.text(
            "SET SESSION sql_mode = CONCAT(@@sql_mode, "
            "',NO_AUTO_VALUE_ON_ZERO')"))
    highest = connection.execute(sqlalchemy.select(
        sqlalchemy.func.max(table.c.id))).scalar() or 0
    first = max(highest + 1, _FIRST_CUSTOM_CLASS)
    rows = [{'id': number, 'name': name, 'created_at': None}
            for number, name in enumerate(os_resource_classes.STANDARDS)
            if name not in present]
    missing = [name for name in names if name not in present]
    return rows + [{'id': first + number, 'name': name,
                    'created_at': _moment(names[name])}
                   for number, name in enumerate(missing)]


def _ids(connection, column, values, *, add=False):
    """Return value -> id of the rows; ``add`` the missing rows."""
    table, values = column.table, sorted(values)
    found = {row.value: row.id for chunk in sql_reading.chunks(values)
             for row in connection.execute(sqlalchemy.select(
                 table.c.id, column.label('value')).where(
                 column.in_(chunk)))}
    missing = [value for value in values if value not in found]
    if not add or not missing:
        return found
    _insert(connection, table, [{column.name: value} for value in missing])
    return {**found, **_ids(connection, column, missing)}


def _put(connection, table, row, number):
    """Insert a row, or update the one with this id; return its id."""
    if number is None:
        return connection.execute(
            table.insert().values(**row)).inserted_primary_key[0]
    connection.execute(table.update().values(**row).where(
        table.c.id == number))
    return number


def _insert(connection, table, rows):
    if rows:
        connection.execute(table.insert(), rows)


def _moment(milliseconds):
    """Return the time without fractions: MySQL would round them, also up."""
    return tree_codec.moment(None if milliseconds is None else milliseconds //
                             1000 * 1000)
