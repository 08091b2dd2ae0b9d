# SPDX-License-Identifier: Apache-2.0
"""From stack to clean: what comes up, and that nothing of it stays."""

import os
import pathlib
import uuid

from nova import context as nova_context
from nova import objects
import requests
import testtools

from cassandra_scheduler.resource_types import loading
from cassandra_scheduler.store import aggregates
from cassandra_scheduler.store import opening
from cassandra_scheduler.store.schema import check
from cassandra_scheduler.store.schema import sync
from cassandra_scheduler.store import settings as store_settings
from cassandra_scheduler.testbed import folders
from cassandra_scheduler.testbed import ports
from cassandra_scheduler.testbed import waiting
from cassandra_scheduler.tests.fixtures import cassandra
from cassandra_scheduler.tests.fixtures import nova_ground
from cassandra_scheduler.tests.fixtures import wsgi_server
from cassandra_scheduler.tests.functional.devstack import host as hosts
from cassandra_scheduler.tests import sizes

#: How many nodes Cassandra gets: 1, or 3 for those who have the time.
NODES = os.environ.get('CASSANDRA_SCHEDULER_TEST_DEVSTACK_NODES', '1')
CHECKOUT = 'CASSANDRA_SCHEDULER_TEST_DEVSTACK'
HERE = {'SERVICE_HOST': '192.0.2.1', 'HOST_IP': '192.0.2.1'}


@sizes.nightly
class TestOnStandIns(testtools.TestCase):

    checkout = None

    def setUp(self):
        super().setUp()
        address = '127.0.0.1' if NODES == '1' else '127.0.0.11'
        port = ports.fresh((address,), below=2042)
        self.settings = store_settings.Settings(
            contact_points=(address,), port=port, cloud='default')
        self.nova = self.useFixture(nova_ground.NovaGround(self.settings))
        self.host = self.useFixture(hosts.Host(
            self.checkout, **HERE, CASSANDRA_NODES=NODES, CASSANDRA_PORT=port,
            CASSANDRA_HEAP='512M', CASSANDRA_USE_RAMDISK='True',
            CASSANDRA_CACHE_DIR=folders.cache().parent))
        (self.host.root / 'etc' / 'nova' / 'nova.conf').write_text(
            '[DEFAULT]\ntransport_url = fake:/\nmy_ip = 127.0.0.1\n'
            f'state_path = {self.host.data}/nova\n'
            '[scheduler]\nworkers = 1\n'
            f'[database]\nconnection = {self.nova.cell.database_connection}\n'
            '[api_database]\n'
            f'connection = sqlite:///{self.nova.folder}/api.sqlite\n')
        objects.Aggregate(self.nova.context, name='gold').create()
        self.addOnException(self.show_logs)

    def show_logs(self, _exc_info):
        for path in (self.host.root / 'systemd').glob('*.log'):
            self.addDetail(path.name, testtools.content.text_content(
                path.read_text()[-8000:]))

    def run_well(self, run, script):
        done = run(script)
        self.addDetail(script, testtools.content.text_content(done.stdout))
        self.assertEqual(0, done.returncode, done.stdout[-4000:])

    def test_from_stack_to_clean(self):
        before = self.host.files()
        self.run_well(self.host.devstack, 'stack')
        self.see_units()
        name = self.see_placement()
        self.see_nova()

        self.run_well(self.host.grenade, 'shutdown.sh')
        self.run_well(self.host.grenade, 'upgrade.sh')
        self.see_provider(name)
        self.see_programs()

        self.run_well(self.host.devstack, 'unstack')
        self.assertEqual([], self.host.processes())
        self.assertEqual([], [*self.host.units.glob('*cassandra*')])
        self.assertEqual('', (self.host.root / 'mounts').read_text())

        self.run_well(self.host.devstack, 'clean')
        self.assertEqual([], self.host.processes())
        # What devstack itself writes, clean.sh removes after the plugins.
        left = {path for path in self.host.files() - before
                if not path.startswith(('etc/nova/', 'etc/placement/'))
                and 'cassandra' in path}
        self.assertEqual(set(), left)

    def see_units(self):
        for number in range(1, int(NODES) + 1):
            unit = self.host.unit(f'cassandra-{number}')
            for line in ('Restart = on-failure', 'LimitNOFILE = 100000',
                         'SuccessExitStatus = 143'):
                self.assertIn(line, unit)
        calls = self.host.calls.read_text()
        self.assertIn(f'tmpfs {self.host.data}/cassandra', calls)
        self.assertIn(f'setup_develop {hosts.PLUGIN}', calls)
        self.assertIn('xtrace set -o xtrace', calls)

    def see_placement(self):
        """Make a provider; return its name."""
        name = f'host-{uuid.uuid4()}'
        made = self.ask('POST', json={'name': name})
        self.see_provider(name)
        self.store = opening.open_store(self.settings, loading.installed())
        self.addCleanup(self.store.session.close)
        [tree] = self.store.query.read(()).trees
        self.assertEqual((name, made['uuid']), (tree.root.name, tree.id))
        return name

    def see_provider(self, name):
        found = self.ask('GET', params={'name': name})
        self.assertEqual([name], [each['name'] for each in
                                  found['resource_providers']])

    def ask(self, method, **request):
        answer = requests.request(
            method, f'http://127.0.0.1:{self.host.placement_port}'
            '/resource_providers', headers=wsgi_server.HEADERS, timeout=60,
            **request)
        self.assertEqual(200, answer.status_code, answer.text)
        return answer.json()

    def see_programs(self):
        for unit, program in (('n-sch', 'scheduler'), ('n-cpu-1', 'compute')):
            start, = (line for line in self.host.unit(unit).splitlines()
                      if line.startswith('ExecStart'))
            named = pathlib.Path(start.split()[2])
            self.assertEqual(f'nova-{program}', named.name)
            self.assertEqual(f'nova-cassandra-{program}',
                             named.resolve().name)

    def see_nova(self):
        self.see_programs()
        (stored,) = aggregates.Aggregates(
            self.store.session, self.store.cloud).snapshot().aggregates
        self.assertEqual('gold', stored.name)
        self.assertTrue(waiting.poll(self.scheduler_is_up, seconds=60),
                        self.host.log('n-sch'))

    def scheduler_is_up(self):
        with nova_context.target_cell(self.nova.context,
                                      self.nova.cell) as targeted:
            return objects.ServiceList.get_by_binary(
                targeted, 'nova-scheduler').objects


class TestSettings(testtools.TestCase):
    """What is refused, before anything is installed."""

    def refused(self, **localrc):
        """Return the one line of why."""
        host = self.useFixture(hosts.Host(**{**HERE, **localrc}))
        before = host.files()
        done = host.devstack('stack')
        self.assertEqual(1, done.returncode, done.stdout)
        self.assertEqual(before, host.files())
        [line] = (line for line in done.stdout.splitlines()
                  if not line.startswith('+'))
        return line

    def test_nodes(self):
        self.assertIn("CASSANDRA_NODES is '2'",
                      self.refused(CASSANDRA_NODES=2))

    def test_a_host_without_cassandra(self):
        self.assertIn('set CASSANDRA_CONTACT_POINTS',
                      self.refused(HOST_IP='192.0.2.2'))

    def test_a_password_for_nobody(self):
        self.assertIn('not CASSANDRA_USERNAME', self.refused(
            CASSANDRA_CONTACT_POINTS='192.0.2.3', CASSANDRA_PASSWORD='x'))

    def test_a_user_of_the_one_here(self):
        self.assertIn('CASSANDRA_USE_PASSWORD',
                      self.refused(CASSANDRA_USERNAME='me'))


@sizes.nightly
class TestElsewhere(testtools.TestCase):
    """A cluster that runs already."""

    def test_from_stack_to_clean(self):
        settings = cassandra.settings(
            keyspace=f'test_{uuid.uuid4().hex[:12]}')
        session = opening.open_store(settings).session
        self.addCleanup(session.close)
        self.addCleanup(sync.drop, session)
        host = self.useFixture(hosts.Host(
            **HERE, ENABLED_SERVICES='placement-api',
            CASSANDRA_CONTACT_POINTS=','.join(settings.contact_points),
            CASSANDRA_PORT=settings.port,
            CASSANDRA_KEYSPACE=settings.keyspace))
        before = host.files()
        done = host.devstack('stack')
        self.assertEqual(0, done.returncode, done.stdout[-4000:])
        self.assertEqual(check.VERSION, check.find_version(session).version)
        self.assertEqual([], [*host.units.glob('*cassandra*')])
        for script in ('unstack', 'clean'):
            done = host.devstack(script)
            self.assertEqual(0, done.returncode, done.stdout[-4000:])
        self.assertIsNone(check.find_version(session))
        self.assertEqual([], host.processes())
        self.assertEqual(set(), {path for path in host.files() - before
                                 if 'cassandra' in path})


class TestOnDevstack(TestOnStandIns):

    def setUp(self):
        self.checkout = os.environ.get(CHECKOUT)
        if not self.checkout:
            self.skipTest(f'{CHECKOUT} names no checkout of devstack')
        super().setUp()
