# SPDX-License-Identifier: Apache-2.0
"""A Cassandra for the workers: running, with our tables, empty."""

import contextlib
import socket

from cassandra_scheduler.model import errors
from cassandra_scheduler.resource_types import loading
from cassandra_scheduler.store import opening
from cassandra_scheduler.store.schema import sync
from cassandra_scheduler.store import session
from cassandra_scheduler.store import statements
from cassandra_scheduler import testbed
from cassandra_scheduler.tests import all as all_suites
from cassandra_scheduler.tests.upstream import clouds


class NoGround(Exception):
    """There is no Cassandra to run the tests on."""


@contextlib.contextmanager
def cassandra(environment):
    """Give an environment for workers, whose Cassandra is ready.

    It is the one that the environment names, or one that listens where
    Cassandra usually does, or one of its own that is gone afterwards.
    """
    settings = clouds.test_settings(environment)
    usual = {} if clouds.CONTACT_POINTS in environment \
        or not _listens(settings) \
        else {clouds.CONTACT_POINTS: ','.join(settings.contact_points)}
    try:
        with all_suites.cassandra({**environment, **usual}) as found:
            _prepare(clouds.test_settings(found))
            yield found
    except (errors.SchedulerError, testbed.TestbedError) as exc:
        raise NoGround(str(exc)) from None


def _listens(settings):
    try:
        socket.create_connection(
            (settings.contact_points[0], settings.port), timeout=2).close()
    except OSError:
        return False
    return True


def _prepare(settings):
    """Make the tables that are missing and empty them all."""
    opened = session.Session(settings)
    try:
        store = opening.open_store(settings, loading.installed(),
                                   session=opened)
        sync.sync(opened, store.columns, searchable=store.searchable)
        for row in opened.rows(statements.load('schema')['list_tables'],
                               (settings.keyspace,)):
            if row['table_name'] != 'schema_version':
                opened.execute_schema(
                    f'TRUNCATE {settings.keyspace}.{row["table_name"]}')
    finally:
        opened.close()
