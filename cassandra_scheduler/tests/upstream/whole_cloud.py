# SPDX-License-Identifier: Apache-2.0
"""What Placement's tests of its objects may look at: all of their cloud.

The REST layer searches in a mini-cloud of what a query has found. Some tests
call the functions that the search is made of with a request's context, and
some ask SQL which id a provider's name has.
"""

from placement import context
import sqlalchemy
from sqlalchemy import pool

from cassandra_scheduler.mini_cloud import cloud
from cassandra_scheduler.mini_cloud import manifest
from cassandra_scheduler.placement_api.http import opening
from cassandra_scheduler.placement_api.providers import finding
from cassandra_scheduler.tests.upstream import fresh_database


class Database(fresh_database.Database):
    """A new cloud, with a list of its providers for who insists on SQL."""

    def get_engine(self):
        """Return an engine on a copy of what providers there are by now."""
        engine = sqlalchemy.create_engine(
            'sqlite://', poolclass=pool.StaticPool)
        with engine.begin() as connection:
            connection.execute(sqlalchemy.text(
                'CREATE TABLE resource_providers (id TEXT, name TEXT)'))
            for tree in finding.trees(opening.store()):
                for provider in tree.providers.values():
                    connection.execute(
                        sqlalchemy.text('INSERT INTO resource_providers '
                                        'VALUES (:uuid, :name)'),
                        {'uuid': provider.uuid, 'name': provider.name})
        return engine


def install_search():
    """Let a request's context be searched, its cloud being all there is."""
    context.RequestContext.mini_cloud = property(_searched)
    manifest.install()


def _searched(ctx):
    """Return the cloud, its resource classes by the ids of the context."""
    id_of = ctx.rc_cache.id_from_string
    return cloud.MiniCloud(
        _with_ids(tree, id_of) for tree in finding.trees(ctx.store))


def _with_ids(tree, id_of):
    return tree.replace(
        used={(uuid, id_of(name)): units
              for (uuid, name), units in tree.used.items()},
        providers={uuid: provider.replace(inventories={
            id_of(name): inventory
            for name, inventory in provider.inventories.items()})
            for uuid, provider in tree.providers.items()})
