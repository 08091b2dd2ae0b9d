# SPDX-License-Identifier: Apache-2.0
"""Every test has a cloud of its own, and both services see the same one."""

from oslo_config import cfg
import testtools

from cassandra_scheduler.tests.upstream import clouds


class TestClouds(testtools.TestCase):

    def test_every_cloud_is_another(self):
        self.assertNotEqual(clouds.fresh(), clouds.fresh())

    def test_the_environment_says_where(self):
        settings = clouds.test_settings({
            clouds.CONTACT_POINTS: '192.0.2.1, 192.0.2.2',
            clouds.PORT: '9142', clouds.KEYSPACE: 'elsewhere'})
        self.assertEqual(
            (('192.0.2.1', '192.0.2.2'), 9142, 'elsewhere'),
            (settings.contact_points, settings.port, settings.keyspace))

    def test_without_it_the_usual_place_and_the_test_keyspace(self):
        settings = clouds.test_settings({})
        self.assertEqual(
            (('127.0.0.1',), 9042, 'cassandra_scheduler_test'),
            (settings.contact_points, settings.port, settings.keyspace))

    def test_all_services_of_a_test_share_its_cloud(self):
        cloud = clouds.fresh()
        nova, placement = cfg.ConfigOpts(), cfg.ConfigOpts()
        for conf in (nova, placement):
            clouds.configure(conf)
            conf([], default_config_files=[])
        self.assertEqual([cloud, cloud],
                         [nova.cassandra.cloud, placement.cassandra.cloud])
        clouds.fresh()
        clouds.configure(nova)
        self.assertNotEqual(cloud, nova.cassandra.cloud)
