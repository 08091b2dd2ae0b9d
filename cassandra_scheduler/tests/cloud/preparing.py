# SPDX-License-Identifier: Apache-2.0
"""What is done once before a cloud works: tables, accounts, a catalogue."""

from concurrent import futures
import os
import subprocess
import threading

from cassandra_scheduler.model import errors
from cassandra_scheduler.tests.cloud import client
from cassandra_scheduler.tests.cloud import configuring
from cassandra_scheduler.tests.cloud import programs

DATABASES = ('keystone', 'glance', 'nova_api', 'nova_cell0', 'nova_cell1')
#: API -> the type of its service in the catalogue.
_TYPES = {'glance': 'image', 'nova': 'compute', 'placement': 'placement',
          'neutron': 'network'}


class Preparing:
    """Prepares one Site."""

    def __init__(self, site):
        self._site = site
        self._lock, self._given_up = threading.Lock(), False
        self._log = site.folder / 'logs' / 'preparing.log'

    def tables(self):
        """Make the tables of everybody, side by side."""
        with futures.ThreadPoolExecutor(2) as threads:
            try:
                for done in [threads.submit(self._nova),
                             threads.submit(self._keystone)]:
                    done.result()
            except BaseException:
                # The other one ends with what it is just doing.
                self._given_up = True
                raise

    def accounts(self, openstack):
        """Make the services' user and the catalogue, by Client."""
        commands = [
            ('project', 'create', '--domain', 'default',
             configuring.PROJECT),
            ('user', 'create', '--domain', 'default', '--password',
             self._site.password, configuring.USER)]
        commands += [('role', 'add', '--user', configuring.USER, '--project',
                      configuring.PROJECT, role)
                     for role in ('admin', 'service')]
        for name, kind in _TYPES.items():
            commands += [
                ('service', 'create', '--name', name, kind),
                ('endpoint', 'create', '--region', configuring.REGION, name,
                 'public', self._site.ports.url(name))]
        openstack.session(*commands)

    def discover_hosts(self):
        """Let Nova's API know the computes that have come."""
        self._run('nova-manage', 'nova.conf', 'cell_v2', 'discover_hosts')

    def sync(self):
        """Bring what Nova's databases know to Cassandra."""
        self._run('cassandra-scheduler', 'nova.conf', 'sync')

    def _keystone(self):
        self._run('cassandra-scheduler', 'nova.conf', 'db', 'sync')
        self._run('keystone-manage', 'keystone.conf', 'db_sync')
        self._run('keystone-manage', 'keystone.conf', 'fernet_setup',
                  '--keystone-user', os.getuid(),
                  '--keystone-group', os.getgid())
        self._run('keystone-manage', 'keystone.conf', 'bootstrap',
                  '--bootstrap-password', self._site.password,
                  '--bootstrap-username', client.ADMIN,
                  '--bootstrap-project-name', client.PROJECT,
                  '--bootstrap-region-id', configuring.REGION,
                  '--bootstrap-public-url', self._site.ports.url('keystone'),
                  '--bootstrap-internal-url',
                  self._site.ports.url('keystone'))
        self._run('glance-manage', 'glance-api.conf', 'db_sync')

    def _nova(self):
        self._run('nova-manage', 'nova.conf', 'api_db', 'sync')
        self._run('nova-manage', 'nova.conf', 'cell_v2', 'map_cell0',
                  '--database_connection',
                  self._site.database_url('nova_cell0'))
        self._run('nova-manage', 'nova.conf', 'cell_v2', 'create_cell',
                  '--name', 'cell1')
        self._run('nova-manage', 'nova.conf', 'db', 'sync')

    def _run(self, program, file, *words):
        if self._given_up:
            return
        options = ['--config-file', self._site.etc / file]
        # oslo.config wants its options first, our own command last.
        command = [*map(str, (
            *words, *options) if program == 'cassandra-scheduler' else (
                *options, *words))]
        ended = subprocess.run(
            [programs.installed(program), *command], text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        name = f'{program} {words[0]}'
        with self._lock, self._log.open('a') as log:
            print(f'$ {name}\n{ended.stdout}', file=log)
        if ended.returncode:
            raise errors.SchedulerError(
                f'"{name}" failed: {ended.stdout.strip().splitlines()[-1:]}')
