# SPDX-License-Identifier: Apache-2.0
"""The Site of a cloud, and the configuration files of all its services.

    etc/            keystone.conf, glance-api.conf, nova.conf, placement.conf
      nova-compute.conf   nova.conf without databases
      NAME.conf     the options of one scheduler or compute
      NAME.ini      uWSGI: the file that we ship, with other values
"""

import dataclasses
import pathlib
import secrets
import shutil
import sys

from cassandra_scheduler.testbed import config_files
from cassandra_scheduler.testbed import ports as testbed_ports

_ROOT = pathlib.Path(__file__).parents[3]
_UWSGI = _ROOT / 'etc/cassandra_scheduler/cassandra-placement-api.uwsgi.ini'
_INSTALLED = pathlib.Path(sys.prefix, 'etc')
#: The project and the user of the services, as in the install guides.
PROJECT, USER, REGION = 'service', 'nova', 'RegionOne'
#: Threads of a WSGI process; each has one SQL connection.
_THREADS = 8
#: Seconds between two reports of a service, and until it counts as dead.
_REPORT_S, _DEAD_S = 5, 30
#: Where oslo.messaging counts the queues that it has names for.
_COUNTERS = pathlib.Path('/dev/shm')


@dataclasses.dataclass(frozen=True, slots=True)
class ApiPorts:
    """Where the APIs listen; ``neutron`` is a stub."""
    keystone: int
    glance: int
    nova: int
    placement: int
    neutron: int

    def url(self, service):
        """Return the URL of an API as the catalogue has it."""
        paths = {'keystone': '/v3', 'nova': '/v2.1'}
        return (f'http://{testbed_ports.ADDRESS}:{getattr(self, service)}'
                f'{paths.get(service, "")}')


@dataclasses.dataclass(frozen=True, slots=True)
class Site:
    """What all files of one cloud agree on.

    ``database_url(name)``: the SQLAlchemy URL of a database.
    ``transport_url``: that of the message broker. ``settings``: Cassandra's.
    """
    folder: pathlib.Path
    ports: ApiPorts
    database_url: object
    transport_url: str
    settings: object
    password: str = dataclasses.field(
        default_factory=lambda: secrets.token_urlsafe(12), repr=False)

    @property
    def etc(self):
        """Return the folder of the configuration files."""
        return self.folder / 'etc'


def write(site):
    """Write the files that do not depend on how many services there are."""
    site.etc.mkdir()
    site.etc.chmod(0o700)
    for name, content in (('keystone.conf', _keystone(site)),
                          ('glance-api.conf', _glance(site)),
                          ('placement.conf', _placement(site)),
                          ('nova.conf', _nova(site)),
                          ('nova-compute.conf', _nova_compute(site))):
        config_files.write(site.etc / name, content)
    shutil.copy(config_files.installed_paste(), site.etc / 'api-paste.ini')


def write_host(site, host):
    """Write the options of one service of Nova; return the file."""
    path, state = site.etc / f'{host}.conf', site.folder / host
    state.mkdir()
    config_files.write(path, {
        'DEFAULT': {'host': host, 'state_path': state},
        'oslo_concurrency': {'lock_path': state},
        # A queue with a random name loses what arrives while it stops.
        'oslo_messaging_rabbit': {'use_queue_manager': True,
                                  'hostname': f'{site.folder.name}.{host}'}})
    return path


def forget_queues(site):
    """Remove the files outside of the folder that count queue names."""
    for path in _COUNTERS.glob(f'{site.folder.name}.*_qmanager'):
        path.unlink()


def write_uwsgi(site, name, module, *, processes):
    """Write the uWSGI file of an API; return the file.

    It is the file that we ship for the Placement API, with another module,
    port and number of processes.
    """
    changed = {'module': module, 'processes': processes, 'threads': _THREADS,
               'http-socket': (f'{testbed_ports.ADDRESS}:'
                               f'{getattr(site.ports, name)}'),
               'master-fifo': fifo(site, name)}
    lines = []
    for line in _UWSGI.read_text().splitlines():
        option = line.partition('=')[0].strip()
        lines.append(f'{option} = {changed.pop(option)}'
                     if option in changed else line)
    if changed:
        raise KeyError(f'{_UWSGI} has no {", ".join(changed)}')
    path = site.etc / f'{name}.ini'
    path.write_text('\n'.join(lines) + '\n')
    return path


def fifo(site, name):
    """Return the FIFO that takes commands for the uWSGI of an API."""
    return site.folder / f'{name}.fifo'


def _usual(site):
    return {'use_stderr': True, 'transport_url': site.transport_url,
            # At DEBUG oslo.log would set a level that hides warnings.
            'debug': False}


def _database(site, name):
    return {'connection': site.database_url(name), 'max_pool_size': 2,
            'max_overflow': _THREADS}


def _account(site):
    return {'auth_type': 'password', 'auth_url': site.ports.url('keystone'),
            'username': USER, 'password': site.password,
            'project_name': PROJECT, 'user_domain_id': 'default',
            'project_domain_id': 'default', 'region_name': REGION}


def _authtoken(site):
    return {**_account(site),
            'www_authenticate_uri': site.ports.url('keystone'),
            'service_token_roles_required': True}


def _keystone(site):
    return {
        'DEFAULT': _usual(site), 'database': _database(site, 'keystone'),
        'token': {'provider': 'fernet'},
        'fernet_tokens': {'key_repository': site.folder / 'fernet'},
        'fernet_receipts': {'key_repository': site.folder / 'receipts'},
        'credential': {'key_repository': site.folder / 'credential'}}


def _glance(site):
    files = {kind: {'filesystem_store_datadir': site.folder / kind}
             for kind in ('images', 'os_glance_staging_store',
                          'os_glance_tasks_store')}
    return {
        'DEFAULT': {**_usual(site), 'enabled_backends': 'images:file',
                    'enabled_import_methods': '[]'},
        'database': _database(site, 'glance'),
        'glance_store': {'default_backend': 'images'}, **files,
        'keystone_authtoken': _authtoken(site),
        'paste_deploy': {
            'flavor': 'keystone', 'config_file':
                _INSTALLED / 'glance' / 'glance-api-paste.ini'}}


def _placement(site):
    return {'DEFAULT': _usual(site), 'api': {'auth_strategy': 'keystone'},
            'keystone_authtoken': _authtoken(site),
            'cassandra': _cassandra(site)}


def _cassandra(site):
    copies = ','.join(f'{datacenter}:{count}' for datacenter, count
                      in site.settings.replication)
    return {**config_files.cassandra(site.settings), 'replication': copies}


def _nova(site):
    return {
        'DEFAULT': {
            **_usual(site), 'my_ip': testbed_ports.ADDRESS,
            'state_path': site.folder, 'report_interval': _REPORT_S,
            'service_down_time': _DEAD_S,
            # The driver that is the same host after a restart.
            'compute_driver': 'fake.FakeDriverWithoutFakeNodes',
            'reserved_host_memory_mb': 0, 'osapi_compute_workers': 1},
        'api_database': _database(site, 'nova_api'),
        'database': _database(site, 'nova_cell1'),
        'scheduler': {'driver': 'cassandra_scheduler', 'workers': 1},
        'conductor': {'workers': 1},
        'cassandra': _cassandra(site),
        'keystone_authtoken': _authtoken(site),
        'service_user': {**_account(site), 'send_service_user_token': True},
        'placement': _account(site), 'glance': {'region_name': REGION},
        'neutron': _account(site), 'vnc': {'enabled': False},
        'oslo_concurrency': {'lock_path': site.folder / 'locks'},
        'quota': dict.fromkeys(
            ('instances', 'cores', 'ram', 'server_group_members'), -1),
        'wsgi': {'api_paste_config': site.etc / 'api-paste.ini'}}


def _nova_compute(site):
    """Return the same for computes, which have no database."""
    return {name: options for name, options in _nova(site).items()
            if name not in ('api_database', 'database')}
