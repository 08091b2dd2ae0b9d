# SPDX-License-Identifier: Apache-2.0
"""Nova's own databases: three files of SQLite, and who may write when.

SQLite has one writer at a time and refuses a transaction that read before
somebody else wrote. Nova's own tests take a lock around every writing
transaction; so does this process.
"""

import shutil
import sqlite3
import uuid

from nova import context as nova_context
from nova.db import migration
from nova import objects
from nova.tests import fixtures as nova_fixtures

from cassandra_scheduler.demo import configuring


def prepare(folder):
    """Make the databases, and tell Nova of its cells; return cell1's uuid.

    Nova must have read its configuration before.
    """
    nova_fixtures.DatabaseWriteLock().setUp()
    for name in ('api', configuring.CELL):
        with sqlite3.connect(
                configuring.database_file(folder, name)) as file:
            # Readers then go on while somebody writes.
            file.execute('PRAGMA journal_mode=WAL')
    migration.db_sync(database='api')
    migration.db_sync(database='main')
    _copy(folder, configuring.CELL, 'cell0')
    _map(objects.CellMapping.CELL0_UUID, folder, 'cell0', 'none:///')
    return _map(str(uuid.uuid4()), folder, configuring.CELL, 'fake:///')


def _copy(folder, source, target):
    """Copy an empty database: that is faster than to migrate another one.
    """
    with sqlite3.connect(configuring.database_file(folder, source)) as file:
        file.execute('PRAGMA wal_checkpoint(TRUNCATE)')
    shutil.copyfile(configuring.database_file(folder, source),
                    configuring.database_file(folder, target))


def _map(cell_uuid, folder, name, transport_url):
    objects.CellMapping(
        nova_context.get_admin_context(), uuid=cell_uuid, name=name,
        transport_url=transport_url,
        database_connection=configuring.database_url(folder, name)).create()
    return cell_uuid
