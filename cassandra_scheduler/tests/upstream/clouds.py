# SPDX-License-Identifier: Apache-2.0
"""The cloud of the test that is running, and the way to its Cassandra.

All tests share one keyspace; each has a cloud, a namespace in every
partition key, of its own. So no table is made or emptied between two tests.
"""

import os
import uuid

from cassandra_scheduler.conf import registration
from cassandra_scheduler.store import settings

CONTACT_POINTS = 'CASSANDRA_SCHEDULER_TEST_CONTACT_POINTS'
PORT = 'CASSANDRA_SCHEDULER_TEST_PORT'
KEYSPACE = 'CASSANDRA_SCHEDULER_TEST_KEYSPACE'


class _Running:
    """Which cloud belongs to the test that this process runs."""
    cloud = None


def fresh():
    """Let a new cloud begin; return its name."""
    _Running.cloud = f'test-{uuid.uuid4()}'
    return _Running.cloud


def test_settings(environment=os.environ):
    """Return the Settings that lead to the cloud of the running test."""
    points = environment.get(CONTACT_POINTS, '127.0.0.1')
    return settings.Settings(
        contact_points=tuple(point.strip() for point in points.split(',')),
        port=int(environment.get(PORT, 9042)),
        keyspace=environment.get(KEYSPACE, 'cassandra_scheduler_test'),
        cloud=_Running.cloud or fresh())


def configure(conf):
    """Set the [cassandra] options of an oslo.config object accordingly."""
    registration.register_opts(conf)
    wanted = test_settings()
    conf.set_override('contact_points', list(wanted.contact_points),
                      group='cassandra')
    for name in ('port', 'keyspace', 'cloud'):
        conf.set_override(name, getattr(wanted, name), group='cassandra')
