# SPDX-License-Identifier: Apache-2.0
"""What a cluster may be, and that it is remembered."""

from cassandra_scheduler import testbed
from cassandra_scheduler.testbed import cluster
from cassandra_scheduler.testbed import cluster_plan as plans
from cassandra_scheduler.tests.unit.testbed import case


class TestPlan(case.TestbedTestCase):

    def test_one_node_is_at_home(self):
        self.assertEqual(('127.0.0.1',), plans.ClusterPlan().addresses)

    def test_three_nodes_have_addresses_of_their_own(self):
        self.assertEqual(('127.0.0.11', '127.0.0.12', '127.0.0.13'),
                         plans.ClusterPlan(nodes=3).addresses)

    def test_addresses_count_on_from_the_first(self):
        made = plans.ClusterPlan(nodes=3, address='127.9.9.255')
        self.assertEqual(('127.9.9.255', '127.9.10.0', '127.9.10.1'),
                         made.addresses)

    def test_storage_port_moves_with_the_port(self):
        self.assertEqual(7000, plans.ClusterPlan().internode_port)
        self.assertEqual(7100, plans.ClusterPlan(port=9142).internode_port)
        made = plans.ClusterPlan(port=9142, storage_port=7777)
        self.assertEqual(7777, made.internode_port)

    def test_what_cannot_be_is_refused_by_name(self):
        for field, value in (('name', '../x'), ('name', ''), ('nodes', 2),
                             ('heap', '1 GB'), ('heap', '0G'),
                             ('address', 'localhost'),
                             ('address', '192.0.2.1'), ('port', 70000),
                             ('port', 0), ('storage_port', -1)):
            error = self.assertRaises(testbed.TestbedError,
                                      plans.ClusterPlan, **{field: value})
            self.assertOneLine(error, field, repr(value))

    def test_three_nodes_must_all_be_loopback(self):
        error = self.assertRaises(testbed.TestbedError, plans.ClusterPlan,
                                  nodes=3, address='127.255.255.254')
        self.assertOneLine(error, 'address')


class TestKept(case.TestbedTestCase):

    def test_kept_and_found(self):
        made = plans.ClusterPlan('mine', nodes=3, heap='512M', tls=True,
                                 settings={'paxos_variant': 'v1'})
        made.write()
        self.assertEqual(made, plans.find('mine'))
        self.assertEqual(['mine'], plans.names())

    def test_nothing_kept(self):
        self.assertIsNone(plans.find('mine'))
        self.assertEqual([], plans.names())

    def test_folder_is_in_the_state_folder(self):
        self.assertEqual(
            self.home / 'state' / 'cassandra-scheduler' / 'local' / 'mine',
            plans.ClusterPlan('mine').folder)

    def test_a_broken_file_is_named(self):
        plans.ClusterPlan('mine').write()
        path = plans.ClusterPlan('mine').folder / 'cluster.json'
        for text in ('{', '[]', '{"colour": "red"}'):
            path.write_text(text)
            error = self.assertRaises(testbed.TestbedError,
                                      plans.find, 'mine')
            self.assertOneLine(error, path)

    def test_what_is_not_wished_is_as_kept(self):
        plans.ClusterPlan('mine', heap='512M', port=9999).write()
        found = cluster.LocalCluster('mine', heap='2G')
        self.assertEqual(('2G', 9999), (found.plan.heap, found.port))

    def test_data_cannot_move_to_other_nodes(self):
        plans.ClusterPlan('mine').write()
        error = self.assertRaises(testbed.TestbedError,
                                  cluster.LocalCluster('mine', nodes=3).start)
        self.assertOneLine(error, "'mine'", '127.0.0.1', 'wipe')

    def test_fresh_clusters_differ(self):
        first = cluster.LocalCluster.on_fresh_ports()
        second = cluster.LocalCluster.on_fresh_ports()
        self.assertNotEqual(first.name, second.name)
        self.assertNotEqual(first.plan.folder, second.plan.folder)
