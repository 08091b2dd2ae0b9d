# SPDX-License-Identifier: Apache-2.0
"""``cassandra-scheduler sync``, on databases as Nova makes them."""

import json
import signal
import subprocess
import uuid

from nova import context as nova_context
from nova import objects
import testtools

from cassandra_scheduler.store import aggregates
from cassandra_scheduler.tests.fixtures import cassandra
from cassandra_scheduler.tests.fixtures import compute_hosts
from cassandra_scheduler.tests.fixtures import hosts
from cassandra_scheduler.tests.fixtures import nova_ground
from cassandra_scheduler.tests.functional import cmd

PROGRAM = 'cassandra-scheduler'


class TestSync(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.cloud = self.useFixture(cassandra.Cloud())
        self.store = self.cloud.store
        self.nova = self.useFixture(
            nova_ground.NovaGround(self.cloud.settings))
        self.desk = self.desk_for(f'sqlite:///{self.nova.folder}/api.sqlite')

    def desk_for(self, connection):
        return self.useFixture(cmd.Desk(
            f'[api_database]\nconnection = {connection}',
            cloud=self.cloud.settings.cloud))

    def add_host(self, name, *, cell=None, beat=None, **service):
        self.nova.add_compute(name, cell=cell, **service)
        return compute_hosts.write(self.cloud, name, beat=beat)

    def aggregate(self, name, *members):
        made = objects.Aggregate(self.nova.context, name=name)
        made.create()
        for host in members:
            made.add_host(host)

    def sync(self):
        """Run it well; return what -> (right, written, missing)."""
        ended = self.desk.run(PROGRAM, 'sync', '-f', 'json')
        self.assertEqual(0, ended.returncode, ended.stderr)
        return {row['What']: (row['Right already'], row['Written'],
                              row['Missing'])
                for row in json.loads(ended.stdout)}

    def refused(self, desk):
        """Expect an error of one line; return it."""
        ended = desk.run(PROGRAM, 'sync')
        self.assertEqual(1, ended.returncode, ended.stdout)
        self.assertEqual(1, len(ended.stderr.splitlines()), ended.stderr)
        return ended.stderr

    def test_what_it_brings(self):
        second = self.nova.add_cell('cell2')
        down = self.add_host('down', forced_down=True)
        disabled = self.add_host('disabled', disabled=True)
        back = self.add_host('back', cell=second,
                             beat={'forced_down': True})
        compute_hosts.write(self.cloud, 'unknown')
        self.aggregate('a', 'down', 'back')
        there, nowhere = self.instance('down'), self.instance('down')
        hosts.claim(self.store, down.id,
                    hosts.consumer(down.id, uuid=there))
        self.assertEqual(
            {'aggregates': (0, 1, 0), 'hosts': (0, 3, 0),
             'services': (0, 3, 1), 'instances': (1, 0, 1)}, self.sync())
        self.assertEqual(
            {'down': self.nova.cell.uuid, 'disabled': self.nova.cell.uuid,
             'back': second.uuid}, self.store.host_cells.list())
        for tree, marks in ((down, (False, True)), (disabled, (True, False)),
                            (back, (False, False))):
            beat = self.store.trees.find(tree.id).heartbeat
            self.assertEqual(marks, (beat.disabled, beat.forced_down))
        (stored,) = aggregates.Aggregates(
            self.store.session, self.store.cloud).snapshot().aggregates
        self.assertEqual(('a', {'down', 'back'}), (stored.name,
                                                   stored.hosts))
        self.assertIsNone(self.store.consumer_homes.find(nowhere))
        # Again: nothing is written.
        self.assertEqual(
            {'aggregates': (1, 0, 0), 'hosts': (3, 0, 0),
             'services': (3, 0, 1), 'instances': (1, 0, 1)}, self.sync())

    def instance(self, host):
        with nova_context.target_cell(self.nova.context,
                                      self.nova.cell) as targeted:
            made = objects.Instance(targeted, uuid=str(uuid.uuid4()),
                                    host=host, project_id='p', user_id='u')
            made.create()
        return made.uuid

    def test_an_interrupted_one_is_gone_on_with(self):
        for number in range(20):
            self.add_host(f'host{number}', disabled=bool(number % 2))
        running = subprocess.Popen(
            [cmd.BIN / PROGRAM, 'sync', '--config-file',
             self.desk.config_file],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(running.wait)
        # As soon as it has written something.
        while not self.store.host_cells.list():
            self.assertIsNone(running.poll())
        running.send_signal(signal.SIGKILL)
        running.wait()
        again = self.sync()
        self.assertEqual(20, sum(again['hosts'][:2]))
        self.assertEqual(20, sum(again['services'][:2]))
        self.assertEqual({'aggregates': (0, 0, 0), 'hosts': (20, 0, 0),
                          'services': (20, 0, 0), 'instances': (0, 0, 0)},
                         self.sync())

    def test_an_empty_nova(self):
        self.assertEqual({(0, 0, 0)}, set(self.sync().values()))

    def test_no_database_is_named(self):
        self.assertIn('[api_database] connection is not set',
                      self.refused(self.desk_for('')))

    def test_a_database_that_is_not_there(self):
        said = self.refused(self.desk_for('sqlite:////nowhere/api.sqlite'))
        self.assertIn('unable to open database file', said)

    def test_a_database_that_is_not_novas(self):
        said = self.refused(self.desk_for(
            f'sqlite:///{self.nova.folder}/new.sqlite'))
        self.assertIn('no such table', said)

    def test_no_password_is_shown(self):
        for connection in ('mysql+nothing://nova:secret@127.0.0.1/nova_api',
                           '://nova:secret@'):
            said = self.refused(self.desk_for(connection))
            self.assertIn('[api_database]', said)
            self.assertNotIn('secret', said)

    def test_a_cell_whose_database_is_not_there(self):
        self.nova.cell.database_connection = 'sqlite:////nowhere/cell.sqlite'
        self.nova.cell.save()
        self.assertIn('list_cells', self.refused(self.desk))

    def test_an_old_keyspace(self):
        old = self.useFixture(cassandra.OldKeyspace())
        desk = self.useFixture(cmd.Desk(
            f'[api_database]\nconnection = sqlite:///{self.nova.folder}'
            '/api.sqlite', keyspace=old.name))
        self.assertIn('run "cassandra-scheduler db sync"',
                      self.refused(desk))
