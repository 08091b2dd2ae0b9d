# SPDX-License-Identifier: Apache-2.0

import configparser
import pathlib

import fixtures
from oslo_messaging._drivers import amqpdriver
import testtools

from cassandra_scheduler.store import settings as store_settings
from cassandra_scheduler.tests.cloud import site as sites

_PORTS = sites.ApiPorts(keystone=1, glance=2, nova=3, placement=4, neutron=5)


class TestSite(testtools.TestCase):

    def setUp(self):
        super().setUp()
        folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.site = sites.Site(
            folder, _PORTS, 'postgresql://localhost/{}'.format,
            'rabbit://localhost/', store_settings.Settings(
                replication=(('datacenter1', 3),)))
        self.site.etc.mkdir()

    def test_uwsgi_is_what_we_ship_but_for_what_must_differ(self):
        path = sites.write_uwsgi(
            self.site, 'nova', 'nova.wsgi.osapi_compute:application',
            processes=1)
        written = configparser.ConfigParser()
        written.read(path)
        self.assertEqual('127.0.0.1:3', written['uwsgi']['http-socket'])
        self.assertEqual('nova.wsgi.osapi_compute:application',
                         written['uwsgi']['module'])
        self.assertEqual('1', written['uwsgi']['processes'])
        # Not told so, clients send into connections that are closed.
        self.assertEqual('Connection: close',
                         written['uwsgi']['add-header'])

    def test_a_service_of_novas_has_a_place_of_its_own(self):
        path = sites.write_host(self.site, 'compute-1')
        written = configparser.ConfigParser()
        written.read(path)
        self.assertEqual('compute-1', written['DEFAULT']['host'])
        self.assertTrue(
            pathlib.Path(written['DEFAULT']['state_path']).is_dir())

    def test_what_names_of_queues_leave_behind_is_removed(self):
        written = configparser.ConfigParser()
        written.read(sites.write_host(self.site, 'compute-1'))
        left = pathlib.Path(amqpdriver.QManager(
            written['oslo_messaging_rabbit']['hostname'],
            'nova-cassandra-compute').file_name)
        left.touch()
        self.addCleanup(left.unlink, missing_ok=True)
        sites.forget_queues(self.site)
        self.assertFalse(left.exists())

    def test_computes_know_no_database(self):
        self.site.etc.rmdir()
        sites.write(self.site)
        for name, known in (('nova', True), ('nova-compute', False)):
            written = configparser.RawConfigParser()
            written.read(self.site.etc / f'{name}.conf')
            self.assertEqual((known, known), (
                written.has_section('database'),
                written.has_section('api_database')), name)

    def test_the_password_is_in_no_message(self):
        self.assertNotIn(self.site.password, repr(self.site))
