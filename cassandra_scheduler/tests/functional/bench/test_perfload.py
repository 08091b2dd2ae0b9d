# SPDX-License-Identifier: Apache-2.0

import json
import os
import pathlib
import subprocess

import fixtures
import testtools

from cassandra_scheduler.tests.fixtures import cassandra
from cassandra_scheduler.tests.functional import cmd
from cassandra_scheduler.tests import sizes

PROGRAM = cmd.BIN / 'cassandra-scheduler'


class TestPerfload(testtools.TestCase):

    @sizes.nightly
    def test_both_sides_answer_every_kind_of_request(self):
        file = pathlib.Path(
            self.useFixture(fixtures.TempDir()).path) / 'figures.json'
        settings = cassandra.settings()
        ended = subprocess.run(
            [PROGRAM, 'bench', 'placement', '--providers', '12', '--trees',
             '3', '--writes', '2', '--requests', '6', '--clients', '2',
             '--json', file], capture_output=True, text=True, timeout=600,
            env={**os.environ, 'CASSANDRA_SCHEDULER_TEST_CONTACT_POINTS':
                 ','.join(settings.contact_points),
                 'CASSANDRA_SCHEDULER_TEST_PORT': str(settings.port)})
        self.assertEqual(0, ended.returncode, ended.stderr)
        figures = json.loads(file.read_text())
        asked = {side: {(one['cloud'], one['request'])
                        for one in figures if one['side'] == side}
                 for side in ('ours', 'upstream')}
        self.assertEqual(asked['ours'], asked['upstream'])
        self.assertEqual(9, len(asked['ours']))
        self.assertTrue(all(0 < one['p50_ms'] <= one['p99_ms']
                            for one in figures))
        self.assertIn('nested 3', ended.stdout)

    def test_a_number_that_is_none(self):
        ended = subprocess.run(
            [PROGRAM, 'bench', 'placement', '--clients', '0'],
            capture_output=True, text=True, timeout=60)
        self.assertEqual(1, ended.returncode)
        self.assertEqual('--clients must be at least 1.\n', ended.stderr)
