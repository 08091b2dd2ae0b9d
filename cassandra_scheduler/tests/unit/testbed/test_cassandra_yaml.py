# SPDX-License-Identifier: Apache-2.0
"""What a node reads when it starts."""

import xml.etree.ElementTree as etree

import yaml

from cassandra_scheduler.testbed import cassandra_yaml
from cassandra_scheduler.testbed import cluster_plan
from cassandra_scheduler.testbed import java
from cassandra_scheduler.tests.unit.testbed import case


class TestCassandraYaml(case.TestbedTestCase):

    def written(self, number=1, **fields):
        folder = cassandra_yaml.write(
            cluster_plan.ClusterPlan('mine', **fields), number)
        return yaml.safe_load((folder / 'cassandra.yaml').read_text())

    def test_formats_of_cassandra_five(self):
        settings = self.written()
        self.assertEqual('v2', settings['paxos_variant'])
        self.assertEqual('NONE', settings['storage_compatibility_mode'])
        self.assertEqual('bti', settings['sstable']['selected_format'])
        self.assertIs(False, settings['auto_snapshot'])

    def test_what_the_plan_says_comes_first(self):
        settings = self.written(settings={'paxos_variant': 'v1',
                                          'allow_filtering_enabled': False})
        self.assertEqual('v1', settings['paxos_variant'])
        self.assertIs(False, settings['allow_filtering_enabled'])
        self.assertEqual('NONE', settings['storage_compatibility_mode'])

    def test_every_node_has_its_address_and_the_same_seed(self):
        for number in (1, 2, 3):
            settings = self.written(number, nodes=3, port=9142)
            own = '127.0.0.1%d' % number
            self.assertEqual(own, settings['listen_address'])
            self.assertEqual(own, settings['rpc_address'])
            self.assertEqual(9142, settings['native_transport_port'])
            self.assertEqual(7100, settings['storage_port'])
            seeds = settings['seed_provider'][0]['parameters'][0]['seeds']
            self.assertEqual('127.0.0.11:7100', seeds)

    def test_all_folders_are_the_nodes_own(self):
        settings = self.written(2, nodes=3)
        folders = settings['data_file_directories'] + [
            settings[name] for name in sorted(settings)
            if name.endswith('_directory')]
        self.assertEqual(5, len(set(folders)))
        plan = cluster_plan.ClusterPlan('mine', nodes=3)
        own = f'{plan.node_folder(2)}/'
        self.assertEqual([], [folder for folder in folders
                              if not folder.startswith(own)])

    def test_password_only_when_wished(self):
        self.assertNotIn('authenticator', self.written())
        settings = self.written(authentication=True)
        self.assertEqual('PasswordAuthenticator',
                         settings['authenticator']['class_name'])
        self.assertEqual('CassandraAuthorizer',
                         settings['authorizer']['class_name'])

    def test_tls_only_when_wished(self):
        self.assertNotIn('client_encryption_options', self.written())
        options = self.written(tls=True)['client_encryption_options']
        self.assertIs(True, options['enabled'])
        self.assertIs(False, options['optional'])
        self.assertTrue(options['keystore'].startswith(
            str(cluster_plan.ClusterPlan('mine').folder)))

    def test_logback_is_xml_without_commas_in_dates(self):
        folder = cassandra_yaml.write(cluster_plan.ClusterPlan(), 1)
        tree = etree.parse(folder / 'logback.xml')
        patterns = [found.text for found in tree.iter('pattern')]
        self.assertEqual(1, len(patterns))
        self.assertNotIn(',', patterns[0])

    def test_no_option_opens_jmx(self):
        options = java.options(cluster_plan.ClusterPlan(heap='768M'))
        self.assertIn('-Xmx768M', options)
        self.assertEqual([], [option for option in options
                              if 'jmxremote' in option
                              or 'jmx.local' in option])
