# SPDX-License-Identifier: Apache-2.0
"""A scheduler deletes the lookup rows that a dead service has left over."""

import uuid

import fixtures

from cassandra_scheduler.driver import manager
from cassandra_scheduler.driver.sync import orphan_sweep
from cassandra_scheduler.model import write
from cassandra_scheduler.store import opening
from cassandra_scheduler.store import token_ranges
from cassandra_scheduler.tests.fixtures import cassandra
from cassandra_scheduler.tests.fixtures import hosts
from cassandra_scheduler.tests.functional.driver import nova_cloud

HOUR_MS = 3600 * 1000
#: So many that each part of the token range has some of them.
MANY = 200


class TestSweep(nova_cloud.NovaCloudTest):

    def setUp(self):
        super().setUp()
        self.host = self.add_host('one')
        self.logged = self.useFixture(fixtures.FakeLogger(
            'cassandra_scheduler'))

    def leave(self, count, *, age_ms):
        """Write lookup rows of this age that lead to no consumer."""
        found = [str(uuid.uuid4()) for _number in range(count)]
        written_us = (write.now_ms() - age_ms) * 1000
        self.store.session.write_all(
            'INSERT INTO {keyspace}.consumer_homes '
            '(cloud, consumer, home, op) VALUES (?, ?, ?, ?) '
            'USING TIMESTAMP ?',
            [(self.store.cloud, each, self.host.id, write.new_write_id(),
              written_us) for each in found])
        return found

    def left(self, uuids):
        return self.store.consumer_homes.find_many(uuids)

    def test_a_random_part_at_a_time(self):
        old = self.leave(MANY, age_ms=HOUR_MS)
        held = hosts.new_consumer(self.store, self.host.id)
        self.manager._sweep_lookup_rows(self.context)
        left = self.left(old)
        self.assertTrue(0 < len(left) < MANY, len(left))
        lines = self.logged.output.splitlines()
        self.assertEqual(MANY - len(left), len(lines))
        for each in old:
            self.assertEqual(each not in left, each in self.logged.output)
        self.assertIsNotNone(self.store.consumers.find(held.uuid))

    def test_all_parts_in_the_end(self):
        [old], [young] = (self.leave(1, age_ms=HOUR_MS),
                          self.leave(1, age_ms=HOUR_MS // 60))
        for part in token_ranges.parts():
            orphan_sweep.sweep(self.store, part, older_than_s=600)
        self.assertEqual({young}, set(self.left([old, young])))
        [line] = self.logged.output.splitlines()
        self.assertIn(f'{old}: it led to provider tree {self.host.id}', line)

    def test_an_unreachable_cassandra_is_one_line(self):
        nowhere = opening.open_store(
            cassandra.settings(port=1, connect_timeout=0.5))
        orphan_sweep.sweep(nowhere, token_ranges.parts()[0], older_than_s=600)
        [line] = self.logged.output.splitlines()
        self.assertIn('[cassandra] contact_points', line)

    def test_it_is_a_periodic_task(self):
        self.assertIn('_sweep_lookup_rows', [
            name for name, _task in
            manager.CassandraSchedulerManager._periodic_tasks])
