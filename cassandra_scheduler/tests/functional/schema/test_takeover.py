# SPDX-License-Identifier: Apache-2.0
"""An upgrade while everybody works: nothing that was claimed is lost.

    code of 69dfdb2             keyspace             this code
    makes it, writes rows -------->|
    claims, reports, moves ------->|<----------------- db sync
    goes on ---------------------->|
    stops                          |<----------------- audit, Placement API

Only commands and the API of this code are used, so that the test is the same
for every later schema.
"""

import configparser
import io
import json
import os
import pathlib
import subprocess
import sys
import tarfile
import threading
import uuid

import fixtures
import testtools

import cassandra_scheduler
from cassandra_scheduler.tests.fixtures import cassandra
from cassandra_scheduler.tests.fixtures import placement_service
from cassandra_scheduler.tests.functional import cmd
from cassandra_scheduler.tests import sizes

TOP = pathlib.Path(cassandra_scheduler.__file__).parents[1]
OLD = '69dfdb2'
WRITERS = pathlib.Path(__file__).with_name('old_writers.py')
PATIENCE_S = 180


class OldCode(fixtures.Fixture):
    """The code of a commit in ``folder``, which may be a PYTHONPATH."""

    def _setUp(self):
        self.folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        archive = subprocess.run(
            ['git', 'archive', OLD, 'cassandra_scheduler', 'setup.cfg'],
            cwd=TOP, capture_output=True, check=True).stdout
        with tarfile.open(fileobj=io.BytesIO(archive)) as files:
            files.extractall(self.folder, filter='data')
        self._install()

    def _install(self):
        """Name the entry points of then, as an installation would."""
        described = configparser.ConfigParser()
        described.read(self.folder / 'setup.cfg')
        metadata = self.folder / f'cassandra_scheduler-{OLD}.dist-info'
        metadata.mkdir()
        (metadata / 'METADATA').write_text(
            'Metadata-Version: 2.1\nName: cassandra_scheduler\n'
            'Version: 0\n')
        (metadata / 'entry_points.txt').write_text('\n'.join(
            f'[{group}]{lines}\n' for group, lines in
            described['entry_points'].items()))


class OldWriters(fixtures.Fixture):
    """The process of old_writers; ``said`` is the newest of what it said."""

    def __init__(self, folder, keyspace):
        super().__init__()
        self._folder, self._keyspace = folder, keyspace
        self.log = folder / 'writers.log'

    def _setUp(self):
        self.said, self._news = {}, threading.Condition()
        self._process = subprocess.Popen(
            [sys.executable, WRITERS], cwd=self._folder, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=self.log.open('w'), env={
                **os.environ, 'PYTHONPATH': str(self._folder),
                'CASSANDRA_SCHEDULER_TEST_KEYSPACE': self._keyspace})
        self.addCleanup(self._process.stdout.close)
        listener = threading.Thread(target=self._listen)
        listener.start()
        self.addCleanup(listener.join)
        self.addCleanup(self._process.wait)
        self.addCleanup(self._process.kill)

    def _listen(self):
        for line in self._process.stdout:
            with self._news:
                self.said.update(json.loads(line))
                self._news.notify_all()
        with self._news:
            self.said['ended'] = True
            self._news.notify_all()

    def wait_for(self, word, *, more_than=0):
        """Return what they say of this, once it is more than that."""
        with self._news:
            self._news.wait_for(
                lambda: 'ended' in self.said or word in self.said and (
                    not more_than or self.said[word] > more_than),
                PATIENCE_S)
        return self.said[word]

    def stop(self):
        """Make them end their work; return the exit status."""
        self._process.stdin.close()
        return self._process.wait(PATIENCE_S)


def is_in_history():
    """Return whether git can show the old commit here."""
    try:
        return subprocess.run(
            ['git', 'cat-file', '-e', f'{OLD}^{{commit}}'], cwd=TOP,
            stderr=subprocess.DEVNULL).returncode == 0
    except FileNotFoundError:
        return False


class TestTakeover(testtools.TestCase):

    def setUp(self):
        super().setUp()
        if not is_in_history():
            self.skipTest(f'git knows no commit {OLD} here')
        self.keyspace = f'takeover_{uuid.uuid4().hex[:12]}'
        self.addCleanup(self.drop)
        code = self.useFixture(OldCode())
        self.writers = self.useFixture(OldWriters(code.folder,
                                                  self.keyspace))
        self.addOnException(self.show_log)

    def show_log(self, _exc_info):
        self.addDetail('writers', testtools.content.text_content(
            self.writers.log.read_text()[-8000:]))

    def drop(self):
        desk = self.useFixture(cmd.Desk(keyspace=self.keyspace))
        desk.run('cassandra-scheduler', 'db', 'drop', '--keyspace',
                 self.keyspace)

    def wait_for_claims(self):
        """Return when some claims more were applied than until now."""
        now = self.writers.said.get('applied', 0)
        self.writers.wait_for('applied',
                              more_than=now + sizes.TAKEOVER_CLAIMS)

    def run_well(self, *command):
        ended = self.desk.run('cassandra-scheduler', *command,
                              timeout=PATIENCE_S)
        self.assertEqual(0, ended.returncode, ended.stdout + ended.stderr)
        return ended.stdout

    def test_nothing_is_lost(self):
        cloud = self.writers.wait_for('cloud')
        self.desk = self.useFixture(cmd.Desk(keyspace=self.keyspace,
                                             cloud=cloud))
        self.wait_for_claims()
        self.run_well('db', 'sync')
        self.wait_for_claims()
        self.assertEqual(0, self.writers.stop())

        self.run_well('db', 'check')
        self.assertEqual([], json.loads(self.run_well(
            'audit', '--stopped', '--without-nova', '-f', 'json')))
        self.check_allocations(cloud, **{
            name: self.writers.wait_for(name)
            for name in ('claims', 'deleted', 'held')})

    def check_allocations(self, cloud, claims, deleted, held):
        """See that everybody holds what the old writers think."""
        api = self.useFixture(placement_service.PlacementService(
            cassandra.settings(keyspace=self.keyspace, cloud=cloud)))

        def allocations(consumer):
            return {provider: found['resources'] for provider, found in
                    api.get(f'/allocations/{consumer}')
                    ['allocations'].items()}

        self.assertLess(2 * sizes.TAKEOVER_CLAIMS,
                        len(claims) + len(deleted))
        for server, tree_id in claims.items():
            self.assertEqual({tree_id: {
                'VCPU': 1, 'MEMORY_MB': 1024, 'DISK_GB': 10}},
                allocations(server))
        for server in deleted:
            self.assertEqual({}, allocations(server))
        for consumer, units in held.items():
            [found] = allocations(consumer).values()
            self.assertEqual({'VCPU': units}, found)
        for tree_id in set(claims.values()):
            usages = api.get(f'/resource_providers/{tree_id}/usages')
            self.assertEqual(list(claims.values()).count(tree_id),
                             usages['usages']['VCPU'])
