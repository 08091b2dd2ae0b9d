# SPDX-License-Identifier: Apache-2.0

import json
import time
import uuid

import testtools

from cassandra_scheduler.model import report as report_model
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.reporter import publishing
from cassandra_scheduler.store import opening
from cassandra_scheduler.store.schema import check
from cassandra_scheduler.tests.fixtures import cassandra
from cassandra_scheduler.tests.fixtures import strange
from cassandra_scheduler.tests.functional import cmd

PROGRAM = 'cassandra-scheduler'


class TestDatabase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.keyspace = f'test_{uuid.uuid4().hex[:12]}'
        session = opening.open_store(
            cassandra.settings(keyspace=self.keyspace)).session
        self.addCleanup(session.close)
        self.addCleanup(session.execute_schema,
                        f'DROP KEYSPACE IF EXISTS {self.keyspace}')
        self.desk = self.useFixture(cmd.Desk(keyspace=self.keyspace))

    def run_well(self, *command):
        ended = self.desk.run(PROGRAM, *command)
        self.assertEqual(0, ended.returncode, ended.stderr)
        return ended.stdout

    def test_from_nothing_to_ready(self):
        versions = json.loads(self.run_well('db', 'version', '-f', 'json'))
        self.assertEqual(('-', check.VERSION),
                         (versions['schema'], versions['this_code']))
        refused = self.desk.run(PROGRAM, 'db', 'check')
        self.assertEqual(1, refused.returncode)
        self.assertIn('does not exist', refused.stderr)
        self.assertEqual(1, len(refused.stderr.splitlines()))
        for _again in range(2):
            self.assertIn(f'has schema {check.VERSION}',
                          self.run_well('db', 'sync'))
        self.assertIn(self.keyspace, self.run_well('db', 'check'))
        versions = json.loads(self.run_well('db', 'version', '-f', 'json'))
        self.assertEqual(check.VERSION, versions['schema'])

    def test_drop(self):
        self.run_well('db', 'sync')
        refused = self.desk.run(PROGRAM, 'db', 'drop', '--keyspace', 'other')
        self.assertEqual(1, refused.returncode)
        self.assertIn('nothing was removed', refused.stderr)
        self.assertEqual(1, len(refused.stderr.splitlines()))
        self.assertIn(self.keyspace, self.run_well('db', 'check'))
        for _again in range(2):
            self.assertIn('is removed', self.run_well(
                'db', 'drop', '--keyspace', self.keyspace))
        self.assertEqual(1, self.desk.run(PROGRAM, 'db', 'check').returncode)


class TestHosts(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.cloud = self.useFixture(cassandra.Cloud())
        self.desk = self.useFixture(cmd.Desk(
            cloud=self.cloud.settings.cloud))

    def new_host(self, host, node, beat, **fields):
        provider = tree_model.Provider(
            uuid=str(uuid.uuid4()), name=node,
            traits=frozenset({'COMPUTE_NODE'}),
            inventories={
                'VCPU': tree_model.Inventory(total=10, reserved=2,
                                             allocation_ratio=4.0),
                'MEMORY_MB': tree_model.Inventory(total=1024)})
        self.cloud.new_tree(provider, used={
            (provider.uuid, 'VCPU'): 3}, **fields)
        publisher = publishing.Publisher(self.cloud.store)
        publisher.publish(provider.uuid, report_model.HostReport.of(
            host=host, nodename=node, uuid=provider.uuid, image_properties={},
            compute_node={'stats': {'num_instances': '3'}}), set())
        if beat is not None:
            publisher.write_heartbeat(beat)
        return provider

    def beat(self, seconds_ago=0, **fields):
        return tree_model.Heartbeat(
            last_seen_ms=int((time.time() - seconds_ago) * 1000), **fields)

    def run_well(self, *command):
        ended = self.desk.run(PROGRAM, *command)
        self.assertEqual(0, ended.returncode, ended.stderr)
        return ended.stdout

    def listed(self):
        return json.loads(self.run_well('host', 'list', '-f', 'json'))

    def test_no_hosts(self):
        self.assertEqual([], self.listed())

    def test_what_is_free_and_who_is_coming(self):
        self.new_host('host1', 'node1', self.beat(), pending={
            'instance': tree_model.Pending('claim', 1)})
        self.assertEqual(
            [{'Host': 'host1', 'Node': 'node1', 'State': 'up',
              'VCPU free': {'free': 29, 'total': 32},
              'MEMORY_MB free': {'free': 1024, 'total': 1024},
              'DISK_GB free': None, 'Servers': 3, 'Claims pending': 1}],
            self.listed())
        table = self.run_well('host', 'list')
        self.assertIn(' 29/32 ', table)

    def test_states(self):
        self.new_host('b', 'b', self.beat(disabled=True))
        self.new_host('a', 'a', self.beat())
        self.new_host('c', 'c', self.beat(forced_down=True))
        self.new_host('d', 'd', self.beat(seconds_ago=61))
        self.new_host('e', 'e', None)
        self.assertEqual(
            [('a', 'up'), ('b', 'disabled'), ('c', 'down'), ('d', 'down'),
             ('e', 'down')],
            [(row['Host'], row['State']) for row in self.listed()])

    def test_one_host(self):
        provider = self.new_host('host1', 'node1', self.beat(
            disabled=True, service=report_model.ServiceRecord(
                '{"disabled_reason": "repair"}')))
        self.new_host('host2', 'node2', self.beat())
        shown = json.loads(self.run_well('host', 'show', 'host1',
                                         '-f', 'json'))
        self.assertEqual(
            ('node1', provider.uuid, 'disabled', 'repair', 'COMPUTE_NODE'),
            tuple(shown[name] for name in (
                'node', 'provider', 'state', 'disabled_reason', 'traits')))
        self.assertEqual({'free': 29, 'total': 32}, shown['VCPU free'])

    def test_a_host_with_several_nodes(self):
        self.new_host('host1', 'node1', self.beat())
        self.new_host('host1', 'node2', self.beat())
        refused = self.desk.run(PROGRAM, 'host', 'show', 'host1')
        self.assertEqual(1, refused.returncode)
        self.assertIn('node1, node2: choose one with --node',
                      refused.stderr)
        shown = self.run_well('host', 'show', 'host1', '--node', 'node2')
        self.assertIn('node2', shown)

    def test_strange_names(self):
        for name in strange.NAMES:
            self.new_host(name, name, self.beat())
        self.assertEqual(
            sorted(strange.NAMES), [row['Host'] for row in self.listed()])
        for name in strange.NAMES:
            shown = json.loads(self.run_well('host', 'show', name,
                                             '-f', 'json'))
            self.assertEqual((name, name), (shown['host'], shown['node']))
            refused = self.desk.run(PROGRAM, 'host', 'show', f'{name}!')
            self.assertEqual(1, refused.returncode)
            [_line] = refused.stderr.splitlines()

    def test_a_host_that_does_not_exist(self):
        refused = self.desk.run(PROGRAM, 'host', 'show', 'nowhere')
        self.assertEqual(1, refused.returncode)
        self.assertIn("No compute host 'nowhere'", refused.stderr)
