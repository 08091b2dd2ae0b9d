# SPDX-License-Identifier: Apache-2.0
"""The demo as a person runs it, on a small cloud."""

import os
import pathlib
import re
import signal
import subprocess
import sys

import fixtures
import requests
import testtools

from cassandra_scheduler.tests.fixtures import cassandra

PROGRAM = pathlib.Path(sys.executable).parent / 'cassandra-scheduler'
PATIENCE_S = 300


class TestDemo(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.state = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        settings = cassandra.settings()
        self.command = [
            PROGRAM, 'demo', '--computes', '5', '--servers', '8',
            '--contact-points', ','.join(settings.contact_points),
            '--port', str(settings.port)]
        self.environment = {**os.environ, 'XDG_STATE_HOME': str(self.state)}

    def test_a_small_cloud_ends_with_a_verdict(self):
        ended = subprocess.run(
            self.command, env=self.environment, capture_output=True,
            text=True, timeout=PATIENCE_S)
        said = ended.stdout
        self.assertEqual(0, ended.returncode, said + ended.stderr)
        self.assertIn('\nRIGHT: The claims of 7 servers add up', said)
        self.assertEqual('', ended.stderr)
        hosts = re.findall(r'^apart-\d .* (compute-\d+) ', said, re.M)
        self.assertEqual(3, len(set(hosts)), said)
        self.assertEqual(['north'], re.findall(
            r'^zone-1 .* compute-\d+ +(\w+) ', said, re.M), said)
        self.assertRegex(said, 'impossible is refused. No valid host')
        self.assertRegex(said, 'hosts that refused it: .*DISK_GB 4 of 5')
        self.assertRegex(said, 'hosts that refused it: .*traits 4 of 5')

    def test_a_kept_cloud_answers_until_it_is_interrupted(self):
        with subprocess.Popen(
                [*self.command, '--keep'], env=self.environment, text=True,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as demo:
            self.addCleanup(demo.poll)
            said = []
            for line in demo.stdout:
                said.append(line)
                if line.startswith('openstack server create'):
                    break
            exported = dict(re.findall(r'^export (\w+)=(.*)$',
                                       ''.join(said), re.M))
            self.assertIn('OS_AUTH_URL', exported, ''.join(said))
            self.assertEqual(7, len(self.servers_of(exported)))
            demo.send_signal(signal.SIGINT)
            demo.send_signal(signal.SIGINT)
            rest = demo.stdout.read()
            self.assertEqual(0, demo.wait(PATIENCE_S), rest)
        self.assertRaises(requests.ConnectionError, self.servers_of,
                          exported)

    def servers_of(self, exported):
        """Return the active servers that a user with this environment sees."""
        answer = requests.post(exported['OS_AUTH_URL'] + '/auth/tokens',
                               json={}, timeout=30)
        catalogue = {entry['type']: entry['endpoints'][0]['url']
                     for entry in answer.json()['token']['catalog']}
        return [server for server in requests.get(
            catalogue['compute'] + '/servers/detail', timeout=30, headers={
                'X-Auth-Token': answer.headers['X-Subject-Token']},
        ).json()['servers'] if server['status'] == 'ACTIVE']

    def test_what_cannot_work_is_one_line(self):
        # Nothing listens on port 1, so the demo starts a Cassandra; without
        # Java it cannot.
        ended = subprocess.run(
            [*self.command, '--port', '1'], capture_output=True, text=True,
            timeout=PATIENCE_S, env={
                **self.environment, 'PATH': '/nowhere', 'JAVA_HOME':
                '/nowhere'})
        self.assertEqual(1, ended.returncode, ended.stdout)
        lines = ended.stderr.strip().splitlines()
        self.assertEqual(1, len(lines), ended.stderr)
        self.assertIn(f'The logs are in {self.state}', lines[0])
