# SPDX-License-Identifier: Apache-2.0
"""A Cassandra to stand on: one that is there, or one of our own."""

import contextlib
import socket
import uuid

from cassandra_scheduler.demo import interrupts
from cassandra_scheduler.local import cluster as local_cluster
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
def store(settings, *, tell):
    """Give the Store of a cloud, its tables made; close it at the end."""
    opened = opening.open_store(settings, loading.installed())
    try:
        sync.sync(opened.session, opened.columns,
                  progress=lambda step: tell('making tables'))
        yield opened
    finally:
        opened.session.close()


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
