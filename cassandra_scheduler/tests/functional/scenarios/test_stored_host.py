# SPDX-License-Identifier: Apache-2.0
"""What the scenarios judge is what Cassandra holds, and nothing else."""

import subprocess
import sys
import uuid

from nova import objects
import testtools

from cassandra_scheduler.reporter import publishing
from cassandra_scheduler.tests.fixtures import cassandra
from cassandra_scheduler.tests.scenarios import figures_of
from cassandra_scheduler.tests.scenarios import stored_host

#: Makes a scenario's hosts of Nova's own class again, behind the guard.
_NOT_SWAPPED = '''
from nova.tests import unit
from nova.tests.unit.scheduler import fakes
import unittest
theirs = fakes.FakeHostState
from cassandra_scheduler.tests.scenarios import swap
swap.install()
if {swapped}:
    assert fakes.FakeHostState is not theirs
else:
    fakes.FakeHostState = theirs
unittest.main(module='nova.tests.unit.scheduler.weights.test_weights_ram',
              argv=['x', 'RamWeigherTestCase.test_ram_filter_multiplier2'])
'''


class TestStoredHost(testtools.TestCase):

    def setUp(self):
        super().setUp()
        cassandra.prepare_keyspace(cassandra.settings().connection())

    def test_the_row_is_what_is_seen(self):
        row = stored_host.Row('one', 'node', {'free_ram_mb': 512})
        self.assertEqual(512, row.view().free_ram_mb)
        tree_id = row.view().tree_id
        publishing.Publisher(row.store).publish(
            tree_id, figures_of.report('one', 'node', tree_id,
                                       {'free_ram_mb': 256}), ())
        self.assertEqual(256, row.view().free_ram_mb)

    def test_instances_are_consumers(self):
        instance = objects.Instance(uuid=str(uuid.uuid4()))
        row = stored_host.Row('one', 'node',
                              {'instances': {instance.uuid: instance}})
        self.assertEqual([instance.uuid], list(row.view().instances))
        found = row.store.consumers.find(instance.uuid)
        self.assertEqual(row.view().tree_id, found.consumer.home)

    def test_aggregates_come_from_the_table(self):
        row = stored_host.Row('one', 'node', {'aggregates': [
            objects.Aggregate(id=1, name='a', hosts=[],
                              metadata={'key': 'value'})]})
        found, = row.view().aggregates
        self.assertEqual({'key': 'value'}, found.metadata)

    def test_what_is_set_later_goes_through_the_row_too(self):
        host = stored_host.StoredHost('one', 'node', {'free_ram_mb': 1})
        self.assertEqual((1, None), (host.free_ram_mb, host.host_ip))
        host.host_ip = '192.0.2.9'
        self.assertEqual((1, '192.0.2.9'), (host.free_ram_mb, host.host_ip))

    def test_nothing_is_set_aside_in_silence(self):
        host = stored_host.StoredHost('one', 'node', {'limits': {'a': 1}})
        self.assertEqual({'a': 1}, host.limits)
        self.assertRaises(stored_host.NoPlace, setattr, host, 'surprise', 1)


class TestSwap(testtools.TestCase):

    def run_scenario(self, *, swapped):
        cassandra.prepare_keyspace(cassandra.settings().connection())
        return subprocess.run(
            [sys.executable, '-c', _NOT_SWAPPED.format(swapped=swapped)],
            capture_output=True, text=True)

    def test_a_row_passes(self):
        answer = self.run_scenario(swapped=True)
        self.assertEqual(0, answer.returncode, answer.stderr)

    def test_a_host_state_of_nova_does_not(self):
        answer = self.run_scenario(swapped=False)
        self.assertEqual(1, answer.returncode, answer.stderr)
        self.assertIn('host_manager.HostState was reached', answer.stderr)
