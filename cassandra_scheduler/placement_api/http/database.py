# SPDX-License-Identifier: Apache-2.0
"""Stands for ``placement.db_api``: units of work without a database.

Upstream opens a transaction around several calls. Here every change is one
conditional write at the end of ``allocation.replace_all`` or
``reshaper.reshape``, so a unit of work needs no transaction around it.
"""

import contextlib

from cassandra_scheduler.conf import registration
from cassandra_scheduler.placement_api.http import opening
from cassandra_scheduler.store.schema import sync

#: Placement requires a database URL; this one is never opened.
NO_CONNECTION = 'cassandra://'
#: The default of [placement] allocation_conflict_retry_count. It is more than
#: upstream's 10, because all providers of a tree are one row here. With the
#: pauses between them, 100 tries take about as long as a request may take.
CONFLICT_RETRIES = 100


class _NoTransaction:
    """Stands for ``writer`` and ``reader``: it decorates and does nothing."""

    @property
    def independent(self):
        return self

    def __call__(self, function):
        return function

    @contextlib.contextmanager
    def using(self, context):
        yield context.store


class ContextManager:
    """Stands for ``db_api.placement_context_manager``."""

    writer = _NoTransaction()
    reader = _NoTransaction()


placement_context_manager = ContextManager()


def store_of_context(context):
    """Return the Store of the cloud of a request context."""
    found = vars(context).get('_store')
    if found is None:
        found = context._store = opening.store_of(context.config)
    return found


class DbContext:
    """Stands for ``db_api.DbContext``: a context outside of any request."""

    @property
    def store(self):
        return opening.store()


def configure(conf):
    """Make the [cassandra] options of ``conf`` this process's default."""
    registration.register_opts(conf)
    opening.use(opening.settings_of(conf))


def with_our_options(register_opts):
    """Return upstream's ``conf.register_opts`` with our options added."""
    def register_all_opts(conf):
        register_opts(conf)
        registration.register_opts(conf)
        conf.set_default('connection', NO_CONNECTION,
                         group='placement_database')
        conf.set_default('allocation_conflict_retry_count',
                         CONFLICT_RETRIES, group='placement')
    return register_all_opts


def upgrade(revision):
    """Stands for ``migration.upgrade``: ``[placement_database]
    sync_on_startup`` creates our tables.
    """
    store = opening.store()
    sync.sync(store.session, store.columns, searchable=store.searchable)


def get_placement_engine():
    """Stands for ``db_api.get_placement_engine``, which must not be used."""
    raise NotImplementedError('There is no SQL engine; this Placement API '
                              'keeps its state in Cassandra.')
