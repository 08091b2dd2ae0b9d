# SPDX-License-Identifier: Apache-2.0
"""Our manager beside Nova's databases, without Nova's other services."""

import contextlib
import uuid

from nova import context as nova_context
from nova import exception
from nova import objects
from oslo_messaging.rpc import dispatcher
import testtools

from cassandra_scheduler.driver import decision_log
from cassandra_scheduler.driver import manager
from cassandra_scheduler.driver import wiring
from cassandra_scheduler.tests.fixtures import cassandra
from cassandra_scheduler.tests.fixtures import compute_hosts
from cassandra_scheduler.tests.fixtures import nova_ground


class NovaCloudTest(testtools.TestCase):
    """A cloud in Cassandra, Nova's databases in files, and a manager."""

    def setUp(self):
        super().setUp()
        self.cloud = self.useFixture(cassandra.Cloud())
        self.store = self.cloud.store
        self.nova = self.useFixture(
            nova_ground.NovaGround(self.cloud.settings))
        self.flags = self.nova.flags
        self.context = nova_context.RequestContext(
            user_id='user', project_id='project', is_admin=True)
        self.manager = self.start()

    def start(self, store=None):
        """Return another scheduler manager of this cloud.

        With a ``store`` it works with that, and is not initialized: that asks
        each node, and the session of such a store has no pool of its own.
        """
        started = manager.CassandraSchedulerManager(
            host='scheduler', wiring=wiring.Wiring(nova_ground.CONF,
                                                   store=store))
        if store is None:
            started.init_host(None)
        return started

    def add_host(self, name, *, cell=None, **fields):
        """Write a host to the store and to Nova; return its Tree."""
        self.nova.add_compute(name, cell=cell)
        return compute_hosts.write(self.cloud, name, **fields)

    def select(self, spec, *, count=1, uuids=(), manager=None, **wanted):
        """Return (uuids placed, lists of Selections)."""
        uuids = [*uuids, *(str(uuid.uuid4())
                           for _ in range(count - len(uuids)))]
        # A request draws by its id.
        context = nova_context.RequestContext(
            user_id='user', project_id='project', is_admin=True)
        found = (manager or self.manager).select_destinations(
            context, spec_obj=spec, instance_uuids=uuids,
            return_objects=True, **{'return_alternates': True, **wanted})
        return uuids, found

    def refused(self, spec, **fields):
        """Expect NoValidHost; return its message."""
        expected = self.assertRaises(dispatcher.ExpectedException,
                                     self.select, spec, **fields)
        error = expected.exc_info[1]
        self.assertIsInstance(error, exception.NoValidHost)
        return str(error)

    def place(self, spec):
        """Place one server, or fail to; return the Result of scheduling."""
        self.manager.decision_log = last = LastDecision()
        with contextlib.suppress(dispatcher.ExpectedException):
            self.manager.select_destinations(
                self.context, spec_obj=spec, return_objects=True,
                instance_uuids=[str(uuid.uuid4())], return_alternates=True)
        return last.result


class LastDecision(decision_log.DecisionLog):
    """Keeps the Result of the last request."""

    def write(self, result):
        super().write(result)
        self.result = result


def spec(*, vcpus=1, memory_mb=1024, disk_gb=10, extra_specs=None, **fields):
    """Return a RequestSpec for one flavor."""
    flavor = objects.Flavor(
        id=1, name='small', flavorid='1', vcpus=vcpus, swap=0,
        memory_mb=memory_mb, root_gb=disk_gb, ephemeral_gb=0,
        extra_specs=extra_specs or {})
    return objects.RequestSpec(**{
        'image': objects.ImageMeta(properties=objects.ImageMetaProps()),
        'flavor': flavor, 'project_id': 'project', 'user_id': 'user',
        'num_instances': 1, 'instance_uuid': str(uuid.uuid4()),
        'availability_zone': None, 'instance_group': None,
        'ignore_hosts': None, 'force_hosts': None, 'force_nodes': None,
        'requested_destination': None, 'retry': None, 'limits': None,
        'numa_topology': None, 'scheduler_hints': {},
        'requested_resources': [], 'is_bfv': False,
        'pci_requests': objects.InstancePCIRequests(requests=[]),
        'request_level_params': objects.RequestLevelParams(),
        'security_groups': objects.SecurityGroupList(), **fields})
