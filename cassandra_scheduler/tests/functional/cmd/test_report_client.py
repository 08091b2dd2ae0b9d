# SPDX-License-Identifier: Apache-2.0
"""Nova's report client over the Placement API in its own process."""

import subprocess
import sys
import uuid

import fixtures
from nova import exception
from nova.scheduler.client import report
from placement import policy
import testtools

from cassandra_scheduler.audit import invariants
from cassandra_scheduler.cmd import report_client
from cassandra_scheduler.reporter import compute
from cassandra_scheduler.tests.fixtures import cassandra
from cassandra_scheduler.tests.fixtures import nova_ground
from cassandra_scheduler.tests.fixtures import wires
from cassandra_scheduler.tests.functional import cmd


class TestReportClient(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.addCleanup(policy.reset)
        self.cloud = self.useFixture(cassandra.Cloud())
        self.nova = self.useFixture(
            nova_ground.NovaGround(self.cloud.settings))
        for name in ('SchedulerReportClient', 'PLACEMENTCLIENT'):
            self.useFixture(fixtures.MonkeyPatch(
                f'nova.scheduler.client.report.{name}',
                getattr(report, name)))
        report_client.use_in_process()
        # No endpoint, no credentials: nobody could speak HTTP with this.
        self.client = report.report_client_singleton()
        self.node, self.instance = str(uuid.uuid4()), str(uuid.uuid4())

    def prepare(self):
        """Report a compute node as nova-compute does."""
        tree = self.client.get_provider_tree_and_ensure_root(
            self.nova.context, self.node, name='host1')
        tree.update_inventory(self.node, {
            'VCPU': {'total': 4, 'reserved': 0, 'min_unit': 1, 'max_unit': 4,
                     'step_size': 1, 'allocation_ratio': 1.0}})
        tree.update_traits(self.node, ['HW_CPU_X86_AVX', 'CUSTOM_GOLD'])
        tree.update_aggregates(self.node, [str(uuid.uuid4())])
        self.client.update_from_provider_tree(self.nova.context, tree)

    def allocate(self, vcpus, *, generation=None):
        return self.client.put_allocations(
            self.nova.context, self.instance, {
                'allocations': {self.node: {'resources': {'VCPU': vcpus}}},
                'project_id': 'project', 'user_id': 'user',
                'consumer_generation': generation})

    def held(self):
        return self.client.get_allocs_for_consumer(
            self.nova.context, self.instance)

    def test_what_nova_compute_does(self):
        dialled = self.useFixture(wires.Wires())
        with dialled.watched() as heard:
            self.prepare()
            self.assertTrue(self.allocate(2))
            held = self.held()
            self.assertEqual({'VCPU': 2},
                             held['allocations'][self.node]['resources'])
        self.assertEqual(set(), heard - {
            (point, self.cloud.settings.port)
            for point in self.cloud.settings.contact_points})
        [tree] = self.cloud.store.query.read(()).trees
        self.assertEqual(('host1', {'HW_CPU_X86_AVX', 'CUSTOM_GOLD'}),
                         (tree.root.name, tree.root.traits))
        self.assertEqual({(self.node, 'VCPU'): 2}, tree.used)
        self.assertTrue(self.client.delete_allocation_for_instance(
            self.nova.context, self.instance))
        self.assertEqual({}, self.held()['allocations'])
        self.assertEqual([], invariants.violations(self.cloud.store))

    def test_conflicts_are_those_of_http(self):
        self.prepare()
        self.assertTrue(self.allocate(2))
        self.assertRaises(exception.AllocationUpdateFailed, self.allocate, 1)
        self.assertFalse(self.allocate(
            9, generation=self.held()['consumer_generation']))
        # The allocation has moved the generation that the client knows.
        self.assertRaises(
            exception.ResourceProviderUpdateConflict,
            self.client.set_traits_for_provider, self.nova.context,
            self.node, ['HW_CPU_X86_AVX'])

    def test_the_compute_manager_has_it_too(self):
        self.nova.flags(compute_driver='fake.FakeDriver')
        manager = compute.CassandraComputeManager()
        for client in (manager.reportclient, manager.rt.reportclient):
            self.assertIsInstance(client,
                                  report_client.InProcessReportClient)


class TestChoice(testtools.TestCase):

    ASK = '''
import sys
from nova.cmd import {0} as command
from nova.scheduler.client import report
command.main = lambda: print(report.SchedulerReportClient.__name__)
sys.argv = ['nova-cassandra-{0}', '--config-file', {1!r}]
from cassandra_scheduler.cmd import nova_{0}
nova_{0}.main()
'''

    def chosen(self, service, more=''):
        cloud = self.useFixture(cassandra.Cloud())
        desk = self.useFixture(cmd.Desk(
            more, keyspace=cloud.settings.keyspace))
        return subprocess.run(
            [sys.executable, '-c',
             self.ASK.format(service, str(desk.config_file))],
            capture_output=True, text=True, timeout=90)

    def test_by_option(self):
        wish = '[cassandra_scheduler]\nplacement_client = in-process'
        for service in ('scheduler', 'compute'):
            ended = self.chosen(service, wish)
            self.assertEqual('InProcessReportClient', ended.stdout.strip(),
                             ended.stderr)
        ended = self.chosen('compute')
        self.assertEqual('SchedulerReportClient', ended.stdout.strip(),
                         ended.stderr)

    def test_an_unknown_way(self):
        ended = self.chosen(
            'compute', '[cassandra_scheduler]\nplacement_client = pigeon')
        self.assertEqual(1, ended.returncode)
        self.assertIn('placement_client', ended.stderr)
        self.assertNotIn('Traceback', ended.stderr)
