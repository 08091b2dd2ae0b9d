# SPDX-License-Identifier: Apache-2.0
"""Prepares a new cloud once: tables, accounts, a service catalog."""

from concurrent import futures
import os
import threading

from cassandra_scheduler.testbed import programs
from cassandra_scheduler.tests.cloud import openstack_client
from cassandra_scheduler.tests.cloud import site as sites

DATABASES = ('keystone', 'glance', 'nova_api', 'nova_cell0', 'nova_cell1')
#: API -> the type of its service in the catalog.
_TYPES = {'glance': 'image', 'nova': 'compute', 'placement': 'placement',
          'neutron': 'network'}


class SiteSetup:
    """Prepares one Site."""

    def __init__(self, site):
        self._site = site
        self._lock, self._given_up = threading.Lock(), False
        self._log = site.folder / 'logs' / 'preparing.log'

    def tables(self):
        """Make the tables of all services, side by side."""
        with futures.ThreadPoolExecutor(2) as threads:
            try:
                for done in [threads.submit(self._nova),
                             threads.submit(self._keystone)]:
                    done.result()
            except BaseException:
                # The other thread ends after its current command.
                self._given_up = True
                raise

    def accounts(self, openstack):
        """Make the services' user and the catalog, by commands."""
        commands = [
            ('project', 'create', '--domain', 'default',
             sites.PROJECT),
            ('user', 'create', '--domain', 'default', '--password',
             self._site.password, sites.USER)]
        commands += [('role', 'add', '--user', sites.USER, '--project',
                      sites.PROJECT, role)
                     for role in ('admin', 'service')]
        for name, kind in _TYPES.items():
            commands += [
                ('service', 'create', '--name', name, kind),
                ('endpoint', 'create', '--region', sites.REGION, name,
                 'public', self._site.ports.url(name))]
        openstack.session(*commands)

    def discover_hosts(self):
        """Map the new computes in Nova's API database."""
        self._run('nova-manage', 'nova.conf', 'cell_v2', 'discover_hosts')

    def sync(self):
        """Copy what Nova's databases know to Cassandra."""
        self._run('cassandra-scheduler', 'nova.conf', 'sync')

    def _keystone(self):
        self._run('cassandra-scheduler', 'nova.conf', 'db', 'sync')
        self._run('keystone-manage', 'keystone.conf', 'db_sync')
        self._run('keystone-manage', 'keystone.conf', 'fernet_setup',
                  '--keystone-user', os.getuid(),
                  '--keystone-group', os.getgid())
        self._run('keystone-manage', 'keystone.conf', 'bootstrap',
                  '--bootstrap-password', self._site.password,
                  '--bootstrap-username', openstack_client.ADMIN,
                  '--bootstrap-project-name', openstack_client.PROJECT,
                  '--bootstrap-region-id', sites.REGION,
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
        # oslo.config wants its options first, our command last.
        command = [*map(str, (
            *words, *options) if program == 'cassandra-scheduler' else (
                *options, *words))]
        said = programs.run([programs.installed(program), *command])
        with self._lock, self._log.open('a') as log:
            print(f'$ {program} {words[0]}\n{said}', file=log)
