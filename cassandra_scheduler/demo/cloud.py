# SPDX-License-Identifier: Apache-2.0
"""The whole cloud: what runs where, started in order and ended together.

    this process  stub Glance, Neutron and Keystone, over HTTP
      placement   Placement API, over HTTP
      nova        nova-api over HTTP; conductor, schedulers and computes, with
                  messages in memory

The configuration files are real: they would do in a cloud of one machine.
"""

import pathlib
import re
import sys

from cassandra_scheduler.demo import decisions
from cassandra_scheduler.demo import services
from cassandra_scheduler.testbed import available_cassandra
from cassandra_scheduler.testbed import config_files
from cassandra_scheduler.testbed import http_server
from cassandra_scheduler.testbed import ports
from cassandra_scheduler.testbed import service
from cassandra_scheduler.testbed import stub_services
from cassandra_scheduler.testbed import waiting

_START_S = 240
_STEP = re.compile(rf'^{services.STEP}([^:\n]+)(?:: (\d+)/(\d+))?$', re.M)


class DemoCloud:
    """A cloud with its files in ``folder``; ``settings`` lead to its store.
    """

    def __init__(self, folder: pathlib.Path, settings):
        self._folder = folder
        self._settings = settings
        self._children = []

    def start(self, computes, *, tell):
        """Start everything with so many computes.

        Returns the variables that the openstack command needs. ``tell(text,
        done, of)`` gets the progress. Raises SchedulerError in one line; call
        ``stop`` even then.
        """
        glance = http_server.serve(stub_services.glance)
        neutron = http_server.serve(stub_services.neutron)
        self._write_placement_conf()
        placement = self._start('placement', tell=tell)
        self._write_nova_conf(placement=placement, glance=glance,
                              neutron=neutron)
        nova = self._start('nova', computes, tell=tell) + '/v2.1'
        keystone = http_server.serve(stub_services.keystone({
            'compute': nova, 'placement': placement, 'image': glance,
            'network': neutron}))
        return {'OS_AUTH_URL': f'{keystone}/v3',
                'OS_IDENTITY_API_VERSION': '3',
                'OS_USERNAME': stub_services.ADMIN,
                'OS_PASSWORD': stub_services.PROJECT,
                'OS_PROJECT_NAME': stub_services.PROJECT,
                'OS_USER_DOMAIN_ID': 'default',
                'OS_PROJECT_DOMAIN_ID': 'default'}

    def stop(self):
        """End everything that was started."""
        for child in self._children:
            child.kill()

    def check(self):
        """Raise SchedulerError if a part of the cloud has died."""
        for child in self._children:
            child.check()
        available_cassandra.check(self._settings)

    def decisions(self):
        """Return what the schedulers have decided so far, oldest first."""
        return decisions.read(self._folder)

    def _start(self, name, *arguments, tell):
        """Start one of the child processes; return the URL of its API."""
        port = ports.fresh()
        child = service.Service(
            name, [sys.executable, '-m', services.__name__, name,
                   self._folder, port, *arguments],
            log=self._folder / f'{name}.out', environment={
                'OS_NOVA_DISABLE_EVENTLET_PATCHING': 'true'})
        self._children.append(child)
        child.start()
        url = f'http://{ports.ADDRESS}:{port}'

        def answers():
            child.check()
            steps = _STEP.findall(child.log.read_text(errors='replace'))
            if steps:
                text, done, of = steps[-1]
                tell(text, *(map(int, (done, of)) if of else ()))
            return http_server.answers(url)
        waiting.wait_for(f'starting {name}', answers, seconds=_START_S)
        return url

    def _write_placement_conf(self):
        config_files.write(self._folder / 'placement.conf', {
            'DEFAULT': {'log_file': self._folder / 'placement.log',
                        'use_stderr': False},
            'api': {'auth_strategy': 'noauth2'},
            'cassandra': config_files.cassandra(self._settings)})

    def _write_nova_conf(self, *, placement, glance, neutron):
        """Write nova.conf and api-paste.ini; the parameters are URLs."""
        folder = self._folder
        admin = {'auth_type': 'admin_token',
                 'token': stub_services.ADMIN_TOKEN}
        config_files.write(folder / 'nova.conf', {
            'DEFAULT': {
                'state_path': folder, 'log_file': folder / 'nova.log',
                'use_stderr': False, 'transport_url': 'fake:///',
                'compute_driver': 'fake.FakeDriver',
                'my_ip': ports.ADDRESS, 'reserved_host_memory_mb': 0,
                # The periodic tasks of twenty computes in one process would
                # be most of the work of this machine.
                'periodic_enable': False},
            'api_database': self._database('api'),
            'database': self._database(services.CELL),
            'cassandra': config_files.cassandra(self._settings),
            'placement': {**admin, 'endpoint': placement,
                          'endpoint_override': placement},
            'glance': {'endpoint_override': glance},
            'neutron': {**admin, 'endpoint': neutron,
                        'endpoint_override': neutron},
            'oslo_concurrency': {'lock_path': folder / 'locks'},
            'quota': dict.fromkeys(
                ('instances', 'cores', 'ram', 'server_groups',
                 'server_group_members'), -1),
            'wsgi': {'api_paste_config': folder / config_files.PASTE}})
        # The pipeline of the installed nova, but with the stub's tokens.
        paste = config_files.parser()
        paste.read(config_files.installed_paste())
        paste['filter:authtoken'] = {
            'paste.filter_factory':
                f'{stub_services.__name__}:token_filter'}
        with (folder / config_files.PASTE).open('w') as file:
            paste.write(file)

    def _database(self, name):
        return {'connection': services.database_url(self._folder, name),
                'sqlite_synchronous': False}
