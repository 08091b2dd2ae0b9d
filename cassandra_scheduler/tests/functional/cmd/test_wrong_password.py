# SPDX-License-Identifier: Apache-2.0
"""What users and operators read if Cassandra refuses the password."""

import uuid

import fixtures
from nova.compute import resource_tracker
import nova.conf
from nova import context as nova_context
from nova import exception
from nova import objects
from oslo_messaging.rpc import dispatcher

from cassandra_scheduler.conf import registration
from cassandra_scheduler.driver import manager
from cassandra_scheduler.store import opening
from cassandra_scheduler.testbed import cluster
from cassandra_scheduler.tests.fixtures import cassandra
from cassandra_scheduler.tests.fixtures import nova_ground
from cassandra_scheduler.tests.fixtures import placement_service
from cassandra_scheduler.tests.fixtures import trackers
from cassandra_scheduler.tests.functional import cmd
from cassandra_scheduler.tests.functional.cmd import test_launching
from cassandra_scheduler.tests.functional.driver import nova_cloud
from cassandra_scheduler.tests import sizes


@sizes.nightly
class TestWrongPassword(test_launching.RefusalTestCase):
    """One Cassandra with authentication for everybody who asks."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        home = fixtures.TempDir()
        home.setUp()
        cls.addClassCleanup(home.cleanUp)
        state = fixtures.EnvironmentVariable('XDG_STATE_HOME', home.path)
        state.setUp()
        cls.addClassCleanup(state.cleanUp)
        node = cluster.LocalCluster.on_fresh_ports(heap='512M',
                                                   authentication=True)
        cls.addClassCleanup(node.wipe)
        node.start()
        cls.where = {'contact_points': tuple(node.contact_points),
                     'port': node.port, 'username': 'cassandra',
                     'password': 'hunter2'}

    def setUp(self):
        super().setUp()
        self.settings = cassandra.settings(**self.where)
        self.logged = self.useFixture(fixtures.FakeLogger(
            'cassandra_scheduler'))

    def is_clear(self, line):
        self.assertNotIn('\n', line)
        self.assertIn("refused user 'cassandra'", line)
        self.assertIn('[cassandra] username and password', line)
        self.assertNotIn('hunter2', line)

    def test_commands_and_services(self):
        points = ','.join(self.where['contact_points'])
        desk = self.useFixture(cmd.Desk(
            test_launching.NO_AUTHENTICATION,
            **{**self.where, 'contact_points': points}))
        for line in (*self.refusals(desk),
                     self.command('db', 'sync', desk=desk)):
            self.is_clear(line)

    def test_placement(self):
        api = self.useFixture(placement_service.PlacementService(
            self.settings))
        answer = api.expect(503, 'GET', '/resource_providers')
        detail = answer.json['errors'][0]['detail']
        self.is_clear(detail.strip().splitlines()[-1])

    def test_a_scheduler_that_runs(self):
        ground = self.useFixture(nova_ground.NovaGround(self.settings))
        ground.flags(group='cassandra', username=self.where['username'],
                     password=self.where['password'])
        spec, uuids = nova_cloud.spec(), [str(uuid.uuid4())]
        failed = self.assertRaises(
            dispatcher.ExpectedException,
            manager.CassandraSchedulerManager(host='s').select_destinations,
            ground.context, spec_obj=spec, instance_uuids=uuids)
        error = failed.exc_info[1]
        self.assertIsInstance(error, exception.ServiceUnavailable)
        self.assertNotIn(self.where['username'], str(error))
        [line] = [line for line in self.logged.output.splitlines()
                  if 'Scheduling failed' in line]
        self.is_clear(line)
        self.assertNotIn('Traceback', self.logged.output)

    def test_a_reporter_that_runs(self):
        registration.register_opts(nova.conf.CONF)
        self.useFixture(fixtures.MockPatchObject(
            resource_tracker.ResourceTracker, '_update'))
        store = opening.open_store(self.settings)
        self.addCleanup(store.session.close)
        reporter = trackers.tracker_of(store, object())
        node = objects.ComputeNode(
            uuid=str(uuid.uuid4()), host='host1', id=1, vcpus=8,
            hypervisor_hostname='host1', memory_mb=4096, local_gb=10,
            vcpus_used=0, memory_mb_used=0, local_gb_used=0)
        reporter._update(nova_context.RequestContext(is_admin=True), node)
        [line] = self.logged.output.splitlines()
        self.is_clear(line)
