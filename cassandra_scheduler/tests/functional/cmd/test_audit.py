# SPDX-License-Identifier: Apache-2.0

import json
import uuid

from cassandra_scheduler.audit import trees
from cassandra_scheduler.tests.fixtures import hosts
from cassandra_scheduler.tests.fixtures import nova_ground
from cassandra_scheduler.tests.functional.audit import case
from cassandra_scheduler.tests.functional import cmd

PROGRAM = 'cassandra-scheduler'


class TestAudit(case.AuditTestCase):

    def setUp(self):
        super().setUp()
        self.desk = self.useFixture(cmd.Desk(
            cloud=self.cloud.settings.cloud))

    def run_audit(self, *options, status=0):
        """Return (the rows, what was said beside them)."""
        ended = self.desk.run(PROGRAM, 'audit', '-f', 'json', *options)
        self.assertEqual(status, ended.returncode, ended.stderr)
        return json.loads(ended.stdout), ended.stderr

    def test_nothing_to_say(self):
        rows, said = self.run_audit()
        self.assertEqual([], rows)
        self.assertIn('2 provider trees, 1 consumers: 0 findings healed, '
                      '0 left, 0 warnings', said)
        self.assertIn('Not checked: claims without an instance', said)

    def test_found_healed_and_gone(self):
        self.set_used(self.first, 5)
        [row], said = self.run_audit(status=1)
        self.assertEqual(('left', trees.COUNTER, self.first.id),
                         (row['State'], row['Finding'], row['Tree']))
        self.assertIn('5 VCPU used, but claims of 2', row['What'])
        self.assertIn('1 left', said)
        [row], said = self.run_audit('--heal')
        self.assertEqual('healed', row['State'])
        self.assertIn('1 findings healed, 0 left', said)
        self.assertEqual([], self.run_audit('--heal')[0])

    def test_what_is_young_counts_where_nobody_works(self):
        self.set_lookup_row('consumer_homes', consumer=str(uuid.uuid4()),
                            home=self.first.id)
        self.assertEqual([], self.run_audit()[0])
        [row], _said = self.run_audit('--stopped', status=1)
        self.assertEqual('remove the lookup row', row['Remedy'])

    def test_a_table_for_people(self):
        self.set_used(self.first, 5)
        ended = self.desk.run(PROGRAM, 'audit')
        self.assertEqual(1, ended.returncode)
        [line] = [line for line in ended.stdout.splitlines()
                  if 'counter' in line]
        self.assertIn('5 VCPU used, but claims of 2', line)
        self.assertIn('count again', line)

    def test_bad_input_is_one_line(self):
        for options, word in ((('--config-file', '/nowhere.conf'),
                               '/nowhere.conf'),):
            ended = self.desk.run(PROGRAM, 'audit', *options)
            self.assertEqual(1, ended.returncode)
            [line] = ended.stderr.splitlines()
            self.assertIn(word, line)


class TestNova(case.AuditTestCase):

    def test_a_database_that_is_not_there(self):
        desk = self.useFixture(cmd.Desk(
            '[api_database]\nconnection = sqlite:////nowhere/api.sqlite',
            cloud=self.cloud.settings.cloud))
        self.first = self.new_host()
        hosts.new_consumer(self.store, self.first.id,
                           consumer_type='INSTANCE', updated_ms=1)
        ended = desk.run(PROGRAM, 'audit')
        self.assertEqual(1, ended.returncode)
        self.assertIn('[api_database] connection', ended.stderr)
        self.assertEqual(1, len(ended.stderr.splitlines()), ended.stderr)
        self.assertEqual(0, desk.run(PROGRAM, 'audit',
                                     '--without-nova').returncode)

    def test_an_instance_that_does_not_exist(self):
        nova = self.useFixture(nova_ground.NovaGround(self.cloud.settings))
        desk = self.useFixture(cmd.Desk(
            f'[api_database]\nconnection = sqlite:///{nova.folder}/api.sqlite',
            cloud=self.cloud.settings.cloud))
        first = self.new_host()
        leaked = hosts.new_consumer(self.store, first.id,
                                    consumer_type='INSTANCE', updated_ms=1)
        ended = desk.run(PROGRAM, 'audit', '--heal', '-f', 'json')
        self.assertEqual(0, ended.returncode, ended.stderr)
        [row] = json.loads(ended.stdout)
        self.assertEqual(('healed', leaked.uuid),
                         (row['State'], row['Consumer']))
