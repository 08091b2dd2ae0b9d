# SPDX-License-Identifier: Apache-2.0

import json

import testtools

from cassandra_scheduler.model import report as report_model
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.resource_types import amounts
from cassandra_scheduler.resource_types import compute
from cassandra_scheduler.resource_types import report_facts
from cassandra_scheduler.tests.fixtures import compute_hosts
from cassandra_scheduler.tests.fixtures import generated_trees

EMPTY = {'host': None, 'nodename': None, 'num_instances': 0, 'num_io_ops': 0,
         'hypervisor_version': None, 'host_ip_number': None,
         'abilities': None, 'devices': None}


def facts(**figures):
    return report_facts.facts(report_model.HostReport(
        json.dumps({'compute_node': figures})))


class TestFacts(testtools.TestCase):

    def test_what_is_not_said_is_empty(self):
        for text in ('null', '[]', 'no JSON', '{}', '{"compute_node": 3}',
                     '{"host": 3, "nodename": []}', '[' * 100000, ''):
            self.assertEqual(EMPTY, report_facts.facts(
                report_model.HostReport(text)), text[:30])

    def test_what_makes_no_sense_is_empty(self):
        for name, value in (
                ('stats', []), ('host_ip', 'a host'), ('host_ip', 7.5),
                ('hypervisor_version', 'new'), ('cpu_info', '[1]'),
                ('metrics', '[{"value": 1}]'), ('metrics', '7'),
                ('numa_topology', '{"cells": []}'), ('numa_topology', '3'),
                ('supported_hv_specs', 'kvm'), ('supported_hv_specs', [3]),
                ('pci_device_pools', {}), ('pci_device_pools', 'pools')):
            self.assertEqual(EMPTY, facts(**{name: value}), (name, value))
        self.assertIsNone(facts(stats={'num_instances': 'two'}
                                )['num_instances'])

    def test_numbers_fit_their_columns(self):
        found = facts(stats={'num_instances': '9' * 30, 'io_workload': '3'},
                      hypervisor_version=8002000, host_ip='192.0.2.1')
        self.assertEqual((2 ** 63 - 1, 3, 8002000.0, 0xC0000201), (
            found['num_instances'], found['num_io_ops'],
            found['hypervisor_version'], found['host_ip_number']))
        self.assertEqual(1 + (1 << 32), facts(host_ip='::1')[
            'host_ip_number'])

    def test_text_is_compared_as_text(self):
        found = facts(hypervisor_type='QEMU', stats={
            'boot_mode': 'uefi', 'flag': True, 'num_vm': '3'}, cpu_info=(
                '{"vendor": "Intel", "model": null, "features": ["a"]}'))
        self.assertEqual({
            'capability:hypervisor_type:QEMU', 'capability:boot_mode:uefi',
            'capability:flag:True', 'capability:cpu_info:vendor:Intel'},
            found['abilities'])

    def test_strange_text_can_be_stored(self):
        for text in ('\ud800', 'x' * 100000, '\u00e4' * 1000):
            [word] = facts(hypervisor_type=text)['abilities']
            self.assertGreater(250, len(word.encode()))


class TestColumns(testtools.TestCase):

    def test_claims_count_until_they_are_reported(self):
        root = compute_hosts.provider('one')
        tree = tree_model.Tree(
            id=root.uuid, version=1, resource_type='compute',
            providers={root.uuid: root}, report=compute_hosts.report(
                'one', root.uuid, stats={'num_instances': '2'}),
            pending={'a': tree_model.Pending('a', 0, {'instances': 1}),
                     'b': tree_model.Pending('b', 0, {
                         'instances': 1, 'io_ops': 1})})
        values = compute.Compute().searchable(tree)
        self.assertEqual((4, 1), (values['num_instances'],
                                  values['num_io_ops']))
        # What is remembered of a report has not changed with it.
        again = compute.Compute().searchable(tree.replace(pending={}))
        self.assertEqual((2, 0), (again['num_instances'],
                                  again['num_io_ops']))

    def test_every_column_has_a_value_and_no_other(self):
        for resource_type in ('compute', None):
            tree = tree_model.Tree(
                id='t', version=1, resource_type=resource_type, providers={
                    'u': tree_model.Provider('u', 'n')},
                report=report_model.HostReport('{}'))
            self.assertEqual(
                {column.name for column in compute.Compute.columns},
                set(compute.Compute().searchable(tree)))

    def test_other_classes_add_up(self):
        uuid = generated_trees.provider_uuid
        providers = {name: tree_model.Provider(
            name, name, parent=parent, inventories={
                'VGPU': tree_model.Inventory(4), 'VCPU':
                tree_model.Inventory(9)})
            for name, parent in ((uuid(0, 0), None), (uuid(0, 1), uuid(0, 0)))}
        tree = tree_model.Tree(id='t', providers=providers, used={
            (uuid(0, 1), 'VGPU'): 5})
        self.assertEqual({'VGPU': 4}, amounts.others(tree))
