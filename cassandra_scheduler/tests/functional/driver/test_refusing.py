# SPDX-License-Identifier: Apache-2.0
"""Requests that cannot be met, and names that look like statements."""

import dataclasses

import fixtures
from nova import exception
from nova import objects
from oslo_messaging.rpc import dispatcher

from cassandra_scheduler.model import errors
from cassandra_scheduler.store import opening
from cassandra_scheduler.tests.fixtures import strange
from cassandra_scheduler.tests.functional.driver import nova_cloud

spec = nova_cloud.spec


class TestNames(nova_cloud.NovaCloudTest):

    def setUp(self):
        super().setUp()
        self.trees = {name: self.add_host(name) for name in strange.NAMES}

    def chosen(self, wanted):
        _uuids, ((first, *spares),) = self.select(wanted)
        self.assertEqual([], spares)
        return first.service_host

    def test_a_host_is_forced_by_a_strange_name(self):
        for name, tree in self.trees.items():
            self.assertEqual(name, self.chosen(spec(force_hosts=[name])))
            self.assertEqual(1, self.store.trees.find(
                tree.id).units_used(tree.id, 'VCPU'))

    def test_a_strange_name_is_the_destination(self):
        for name in self.trees:
            self.assertEqual(name, self.chosen(spec(
                requested_destination=objects.Destination(host=name))))
            self.assertEqual(name, self.chosen(spec(
                requested_destination=objects.Destination(host=name,
                                                          node=name))))

    def test_a_strange_name_that_nobody_has(self):
        for name in strange.NAMES:
            nobody = f'{name}!'
            for wanted in (
                    spec(force_hosts=[nobody]),
                    spec(force_hosts=[nobody], force_nodes=[nobody]),
                    spec(requested_destination=objects.Destination(
                        host=nobody))):
                self.refused(wanted)
        for tree in self.trees.values():
            self.assertEqual({}, self.store.trees.find(tree.id).used)


class TestValues(nova_cloud.NovaCloudTest):

    def setUp(self):
        super().setUp()
        self.tree = self.add_host('one')
        self.log = self.useFixture(fixtures.FakeLogger(
            'cassandra_scheduler'))

    def check_refused(self, wanted):
        """Refuse a request; see that it left nothing behind."""
        self.assertNotIn('\n', self.refused(wanted))
        self.assertNotIn('Traceback', self.log.output)
        self.assertLess(max(map(len, self.log.output.splitlines()),
                            default=0), 1000)
        now = self.store.trees.find(self.tree.id)
        self.assertEqual(({}, {}), (now.used, now.pending))
        self.assertEqual([], self.store.trees.list_consumers(now.id))

    def test_a_trait_of_ten_thousand_characters(self):
        trait = 'CUSTOM_' + 'A' * 9993
        self.check_refused(spec(extra_specs={f'trait:{trait}': 'required'}))

    def test_negative_amounts(self):
        for wanted in (
                spec(vcpus=-1), spec(memory_mb=-1), spec(disk_gb=-1),
                spec(requested_resources=[objects.RequestGroup(
                    requester_id='port', resources={'VCPU': -1})])):
            self.check_refused(wanted)

    def test_a_negative_extra_spec_is_left_out_as_nova_does_it(self):
        _uuids, ((chosen, *_spares),) = self.select(
            spec(extra_specs={'resources:VCPU': '-1'}))
        self.assertEqual(
            1, self.store.trees.find(self.tree.id).units_used(
                chosen.compute_node_uuid, 'VCPU'))

    def test_an_unknown_resource_class(self):
        self.check_refused(spec(extra_specs={'resources:CUSTOM_NOBODY': '1'}))


class TestKeyspace(nova_cloud.NovaCloudTest):

    def test_there_is_none(self):
        self.flags(group='cassandra', keyspace='nobody_made_this')
        self.assertRaises(errors.SchemaMismatch, self.start)
        self.manager._wiring.store = opening.open_store(dataclasses.replace(
            self.cloud.settings, keyspace='nobody_made_this'))
        log = self.useFixture(fixtures.FakeLogger('cassandra_scheduler'))
        failed = self.assertRaises(dispatcher.ExpectedException, self.select,
                                   spec())
        error = failed.exc_info[1]
        self.assertIsInstance(error, exception.ServiceUnavailable)
        self.assertNotIn('nobody_made_this', str(error))
        [line] = log.output.splitlines()
        self.assertIn('"cassandra-scheduler db sync"', line)
