# SPDX-License-Identifier: Apache-2.0
"""The Placement API of a Cassandra that wants a password and TLS."""

import fixtures
import testtools

from cassandra_scheduler.resource_types import loading
from cassandra_scheduler.store import opening
from cassandra_scheduler.store.schema import sync
from cassandra_scheduler.testbed import cluster
from cassandra_scheduler.tests.fixtures import cassandra
from cassandra_scheduler.tests.fixtures import wsgi_server
from cassandra_scheduler.tests import sizes


@sizes.nightly
class TestTls(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.useFixture(fixtures.EnvironmentVariable(
            'XDG_STATE_HOME', self.useFixture(fixtures.TempDir()).path))
        self.cluster = cluster.LocalCluster.on_fresh_ports(
            heap='512M', authentication=True, tls=True)
        self.addCleanup(self.cluster.wipe)
        self.cluster.start()

    def serve(self, **changes):
        settings = cassandra.settings(
            contact_points=tuple(self.cluster.contact_points),
            port=self.cluster.port, **changes)
        return settings, self.useFixture(wsgi_server.WsgiServer(
            wsgi_server.cassandra_options(settings, **changes), workers=1))

    def test_with_and_without(self):
        login = {'username': 'cassandra', 'password': 'cassandra'}
        settings, server = self.serve(
            ssl_ca_file=str(self.cluster.certificate), **login)
        store = opening.open_store(settings, loading.installed())
        self.addCleanup(store.session.close)
        sync.sync(store.session, store.columns, searchable=store.searchable)
        made = server.ask('POST', '/resource_providers', {'name': 'host'})
        self.assertEqual(200, made.status_code, made.text)
        [tree] = store.query.read(()).trees
        self.assertEqual('host', tree.root.name)

        _settings, plain = self.serve(connect_timeout=1, **login)
        answer = plain.ask('GET', '/resource_providers')
        self.assertEqual(503, answer.status_code, answer.text)
        [error] = answer.json()['errors']
        self.assertIn('does not answer', error['detail'])
        self.assertIn('ssl_ca_file if it speaks TLS', error['detail'])
        self.assertEqual(200, plain.ask('GET', '/').status_code)
