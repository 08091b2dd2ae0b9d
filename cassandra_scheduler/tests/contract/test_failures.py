# SPDX-License-Identifier: Apache-2.0
"""What a person reads when something is wrong: one line that says what to do.
"""

import dataclasses
import socket

from cassandra_scheduler.model import errors
from cassandra_scheduler.resource_types import loading
from cassandra_scheduler.store import opening
from cassandra_scheduler.store import retrying
from cassandra_scheduler.store import session as store_session
from cassandra_scheduler.tests.contract import case
from cassandra_scheduler.tests.fixtures import cable
from cassandra_scheduler.tests.fixtures import hosts

SECRET = 'correct horse'


class FailuresTestCase(case.StoreTestCase):

    def open(self, **changes):
        settings = dataclasses.replace(
            self.cloud.settings, **{'password': SECRET, **changes})
        session = store_session.Session(settings.connection())
        self.addCleanup(session.close)
        return opening.open_store(settings, loading.installed(),
                                  session=session)

    def assert_told(self, error, *parts, asked):
        told = str(self.assertRaises(error, asked))
        for part in parts:
            self.assertIn(part, told)
        self.assertNotIn('\n', told)
        self.assertNotIn(SECRET, told)
        self.assertLess(len(told), 600)

    def until_it_answers(self, ask):
        attempts = retrying.Attempts(30.0)
        while attempts.wait():
            try:
                return ask()
            except errors.StoreUnavailable:
                continue
        return self.fail('it never answered again')


class TestConnecting(FailuresTestCase):

    def test_nobody_listens(self):
        with socket.create_server(('127.0.0.1', 0)) as free:
            port = free.getsockname()[1]
        store = self.open(port=port)
        self.assert_told(errors.StoreUnavailable, f'127.0.0.1:{port}',
                         '[cassandra] contact_points and port',
                         asked=lambda: store.trees.find('x'))
        self.assertRaises(errors.StoreUnavailable, store.consumer_homes.create,
                          'c', 'tree', 'op')

    def test_a_name_that_means_nothing(self):
        store = self.open(contact_points=('cassandra.invalid',))
        self.assert_told(errors.StoreUnavailable, 'cassandra.invalid',
                         'contact_points', asked=store.check)

    def test_another_datacenter(self):
        store = self.open(local_datacenter='mars')
        self.assert_told(errors.StoreUnavailable, 'local_datacenter',
                         "'mars'", asked=lambda: store.trees.find('x'))

    def test_no_tls_there(self):
        store = self.open(ssl_ca_file='/etc/ssl/certs/ca-certificates.crt')
        self.assert_told(errors.StoreAccessDenied, 'TLS', 'ssl_ca_file',
                         asked=lambda: store.trees.find('x'))

    def test_a_certificate_that_is_not_there(self):
        store = self.open(ssl_ca_file='/nowhere/ca.crt')
        self.assert_told(errors.InvalidSettings, 'ssl_ca_file',
                         asked=lambda: store.trees.find('x'))

    def test_more_copies_asked_for_than_there_are(self):
        store = self.open(read_consistency='THREE')
        self.assert_told(errors.StoreUnavailable, 'Too few nodes',
                         asked=lambda: store.trees.find('x'))

    def test_a_connection_that_breaks_and_mends(self):
        wire = self.useFixture(cable.Cable())
        store = self.open(port=wire.port, request_timeout=2.0)
        tree = self.new_host()
        self.assertEqual(tree, store.trees.find(tree.id))
        wire.cut()
        self.assertRaises(errors.StoreUnavailable, store.trees.find, tree.id)
        wire.mend()
        self.assertEqual(tree, self.until_it_answers(
            lambda: store.trees.find(tree.id)))


class TestKeyspace(FailuresTestCase):

    def test_there_is_none(self):
        store = self.open(keyspace='no_such_keyspace')
        change = hosts.claiming(self.new_host(), hosts.consumer('t'))
        for asked in (lambda: store.trees.find('x'),
                      lambda: store.trees.write(change),
                      lambda: store.query.read([]), store.check):
            self.assert_told(errors.SchemaMismatch, 'no_such_keyspace',
                             '"cassandra-scheduler db sync"', asked=asked)

    def test_a_column_that_is_not_there(self):
        self.assert_told(
            errors.SchemaMismatch, 'db sync',
            asked=lambda: self.store.session.rows(
                'SELECT nothing FROM {keyspace}.trees'))
        self.assert_told(
            errors.SchemaMismatch, 'db sync',
            asked=lambda: self.store.session.rows(
                'SELECT * FROM {keyspace}.nothing'))


class TestValues(FailuresTestCase):

    def test_what_cannot_be_kept_is_named_invalid(self):
        homes = self.store.consumer_homes
        for key in (None, 7, '\ud800', 'x' * 70000):
            self.assert_told(errors.InvalidValue, 'A value cannot be stored',
                             asked=lambda key=key: homes.find(key))
            self.assert_told(errors.InvalidValue, 'A value cannot be stored',
                             asked=lambda key=key: homes.create(
                                 key, 'tree', 'op'))

    def test_a_refused_value_leaves_the_tree_alone(self):
        tree = self.new_host()
        for amount in (2 ** 63, 'many', 0.5):
            claimed = hosts.consumer(tree.id).replace(
                amounts={(tree.id, 'VCPU'): 1}, generation=amount)
            self.assert_told(
                errors.InvalidValue, 'value',
                asked=lambda claimed=claimed: self.store.trees.write(
                    hosts.claiming(tree, claimed)))
        self.assertEqual(tree, self.store.trees.find(tree.id))
