# SPDX-License-Identifier: Apache-2.0
"""A Cassandra to stand on: one that is there, or one of our own."""

import contextlib
import logging
import socket
import uuid

from cassandra_scheduler.demo import interrupts
from cassandra_scheduler.local import cluster as local_cluster
from cassandra_scheduler.model import errors
from cassandra_scheduler.resource_types import loading
from cassandra_scheduler.store import opening
from cassandra_scheduler.store.schema import sync
from cassandra_scheduler.store import settings as store_settings

KEYSPACE = 'cassandra_scheduler_demo'
_KNOCK_S = 2


@contextlib.contextmanager
def cassandra(contact_points, port, *, name, tell):
    """Give the Settings of a new cloud in a Cassandra.

    It is the one that listens there. If none does, it is the local cluster
    ``name``, on free ports, which is gone afterwards; after a failure only
    stopped, to be looked at.
    """
    if _listens(contact_points, port):
        yield _settings(contact_points, port)
        return
    ours = local_cluster.Cluster.on_fresh_ports(name)
    end = ours.stop
    try:
        ours.start(tell)
        yield _settings(ours.contact_points, ours.port)
        end = ours.wipe
    except KeyboardInterrupt:
        end = ours.wipe
        raise
    finally:
        interrupts.ignore()
        tell('stopping Cassandra')
        end()


@contextlib.contextmanager
def store(settings, *, log, tell):
    """Give the Store of a cloud, its tables made; close it at the end.

    What the Cassandra driver has to say goes to the file ``log``.
    """
    opened = opening.open_store(settings, loading.installed())
    driver = logging.getLogger('cassandra')
    driver.propagate = False
    driver.addHandler(logging.FileHandler(log))
    try:
        sync.sync(opened.session, opened.columns,
                  searchable=opened.searchable,
                  progress=lambda step: tell('making tables'))
        yield opened
    finally:
        opened.session.close()


def check(settings):
    """Raise StoreUnavailable if nobody listens at the contact points."""
    if not _listens(settings.contact_points, settings.port):
        raise errors.StoreUnavailable(
            f'Cassandra on {settings.address} does not listen any more.')


def _settings(contact_points, port):
    return store_settings.Settings(
        contact_points=tuple(contact_points), port=port, keyspace=KEYSPACE,
        cloud=f'demo-{uuid.uuid4()}')


def _listens(contact_points, port):
    for address in contact_points:
        with contextlib.suppress(OSError):
            socket.create_connection((address, port), _KNOCK_S).close()
            return True
    return False
