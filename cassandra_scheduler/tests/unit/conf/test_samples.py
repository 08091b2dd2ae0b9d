# SPDX-License-Identifier: Apache-2.0
"""The sample files say everything and change nothing."""

import configparser
import pathlib

import fixtures
from oslo_config import cfg
from oslo_config import generator
import testtools
import yaml

import cassandra_scheduler
from cassandra_scheduler.conf import opts
from cassandra_scheduler.conf import registration
from cassandra_scheduler.testbed import cassandra_yaml
from cassandra_scheduler.testbed import cluster_plan

ETC = pathlib.Path(cassandra_scheduler.__file__).parents[1] / 'etc'


class TestSamples(testtools.TestCase):

    def generated(self, config_file):
        """Return the path of what the generator makes of a file of ours."""
        folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        sample = folder / 'sample.conf'
        generator.main(['--config-file',
                        str(ETC / 'cassandra_scheduler' / config_file),
                        '--output-file', str(sample)])
        return sample

    def assert_complete(self, sample, groups):
        text = sample.read_text()
        parsed = configparser.ConfigParser(interpolation=None)
        parsed.read_string(text)
        self.assertEqual({group.name for group, _ in groups},
                         set(parsed.sections()) - {'DEFAULT'})
        for _group, options in groups:
            for option in options:
                self.assertIn(f'\n#{option.name} = ', text)

    def test_of_nova(self):
        sample = self.generated('config-generator.conf')
        self.assert_complete(sample, opts.list_opts())
        conf = cfg.ConfigOpts()
        registration.register_opts(conf)
        conf(['--config-file', str(sample)], project='sample')
        self.assertEqual(10.0, conf.cassandra.request_timeout)

    def test_of_placement(self):
        sample = self.generated('placement-config-generator.conf')
        self.assert_complete(sample, opts.list_placement_opts())


class TestProduction(testtools.TestCase):
    """etc/cassandra, beside what the nodes of the tests run with."""

    def test_it_is_what_is_tested(self):
        production = yaml.safe_load(
            (ETC / 'cassandra' / 'production.yaml').read_text())
        tested = cassandra_yaml.render(cluster_plan.ClusterPlan(), 1)
        for name in ('paxos_variant', 'storage_compatibility_mode',
                     'sstable', 'memtable'):
            self.assertEqual(tested[name], production[name])
