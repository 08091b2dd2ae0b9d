# SPDX-License-Identifier: Apache-2.0
"""A Cassandra for a run: one that is there, or a local cluster of the run."""

import contextlib
import logging
import os

from cassandra_scheduler.model import errors
from cassandra_scheduler.resource_types import loading
from cassandra_scheduler.store import opening
from cassandra_scheduler.store.schema import sync
from cassandra_scheduler.testbed import cluster as local_cluster
from cassandra_scheduler.testbed import interrupts
from cassandra_scheduler.testbed import ports

# The environment variables that name the Cassandra of tests and benchmarks.
CONTACT_POINTS = 'CASSANDRA_SCHEDULER_TEST_CONTACT_POINTS'
PORT = 'CASSANDRA_SCHEDULER_TEST_PORT'


@contextlib.contextmanager
def named_or_local(*, tell, **fields):
    """Yield (contact points, port) of the Cassandra in the environment.

    If it names none, start a local cluster with these fields of a
    ClusterPlan, and wipe it afterwards.
    """
    points = os.environ.get(CONTACT_POINTS)
    if points:
        yield points.split(','), int(os.environ.get(PORT, '9042'))
        return
    cluster = local_cluster.LocalCluster.on_fresh_ports(**fields)
    try:
        cluster.start(tell)
        yield cluster.contact_points, cluster.port
    finally:
        cluster.wipe()


@contextlib.contextmanager
def listening_or_local(contact_points, port, *, name, tell):
    """Yield (contact points, port) of the Cassandra that listens there.

    If none does, start the local cluster ``name`` on free ports and wipe it
    afterwards. After a failure it is only stopped, so that a person can look
    at it.
    """
    if listens(contact_points, port):
        yield contact_points, port
        return
    cluster = local_cluster.LocalCluster.on_fresh_ports(name)
    clean_up = cluster.stop
    try:
        cluster.start(tell)
        yield cluster.contact_points, cluster.port
        clean_up = cluster.wipe
    except KeyboardInterrupt:
        clean_up = cluster.wipe
        raise
    finally:
        interrupts.ignore()
        tell('stopping Cassandra')
        clean_up()


def listens(contact_points, port):
    """Return whether a server listens at one of the contact points."""
    return any(ports.listens(address, port) for address in contact_points)


def check(settings):
    """Raise StoreUnavailable if no server listens at the contact points."""
    if not listens(settings.contact_points, settings.port):
        raise errors.StoreUnavailable(
            f'Cassandra on {settings.address} does not listen any more.')


@contextlib.contextmanager
def store(settings, *, log, tell):
    """Make the tables of a cloud; yield its Store and close it at the end.

    The file ``log`` takes what the Cassandra driver logs.
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
