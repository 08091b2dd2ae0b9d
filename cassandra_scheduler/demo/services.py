# SPDX-License-Identifier: Apache-2.0
"""The two child processes of the demo.

    python -m cassandra_scheduler.demo.services placement FOLDER PORT
    python -m cassandra_scheduler.demo.services nova FOLDER PORT COMPUTES

The first serves this project's Placement API. The second runs Nova's
conductor, schedulers, computes and API, with this project's managers; they
share the process, so that messages go through memory and no message broker
is needed. The configuration is in FOLDER. A line of the log that begins with
STEP says what goes on.

Imports are inside of the functions, because Nova must choose its kind of
threads before other imports.
"""

import pathlib
import shutil
import sqlite3
import sys
import threading
import uuid

from cassandra_scheduler.demo import contents
from cassandra_scheduler.testbed import http_server

SCHEDULERS = 2
#: The one cell of Nova where the computes are.
CELL = 'cell1'
STEP = 'STEP '


def main(service, folder, port, computes=0):
    """Start one of the two and stay until a signal ends the process."""
    start = {'placement': _start_placement, 'nova': _start_nova}[service]
    try:
        http_server.serve(start(pathlib.Path(folder), int(computes)),
                          int(port))
    except ImportError as exc:
        sys.exit(f'{exc}: install test-requirements.txt, or run '
                 '"tox -e demo"')
    threading.Event().wait()


def _step(text):
    print(f'{STEP}{text}', flush=True)


def _start_placement(folder, _computes):
    """Return the application of the Placement API."""
    _step('starting the Placement API')
    from oslo_config import cfg
    from placement import conf as placement_conf
    from placement import db_api
    from placement import deploy
    from placement import wsgi

    from cassandra_scheduler.placement_api.http import exchange

    exchange.install()
    config = cfg.ConfigOpts()
    placement_conf.register_opts(config)
    config(['--config-file', str(folder / 'placement.conf')],
           project='placement', default_config_files=[])
    wsgi.setup_logging(config)
    db_api.configure(config)
    return deploy.loadapp(config)


def _start_nova(folder, computes):
    """Start Nova's services; return the application of its API."""
    _step('reading Nova')
    from nova import monkey_patch
    monkey_patch.patch(backend='threading')
    conf = _read_configuration(folder)
    _step('making Nova\'s databases')
    cell_uuid = _make_databases(folder)
    _use_our_managers()
    _step('starting conductor and schedulers')
    _service('conductor', 'conductor-1').start()
    for number in range(SCHEDULERS):
        _service('scheduler', f'scheduler-{number + 1}').start()
    for number, host in enumerate(contents.hosts(computes)):
        _step(f'starting computes: {number}/{computes}')
        _start_compute(conf, host)
    _step('starting nova-api')
    from nova.api import wsgi
    from nova import context as nova_context
    from nova.objects import host_mapping
    host_mapping.discover_hosts(nova_context.get_admin_context(), cell_uuid)
    return wsgi.Loader().load_app('osapi_compute')


def _read_configuration(folder):
    import nova.conf
    from nova import config
    from nova import objects
    from oslo_log import log

    from cassandra_scheduler.conf import registration

    registration.register_opts(nova.conf.CONF)
    config.parse_args(['nova', '--config-file', str(folder / 'nova.conf')],
                      default_config_files=[])
    log.setup(nova.conf.CONF, 'nova')
    objects.register_all()
    return nova.conf.CONF


def _use_our_managers():
    from nova import service
    service.SERVICE_MANAGERS.update({
        'nova-scheduler':
            'cassandra_scheduler.demo.noting_manager.NotingSchedulerManager',
        'nova-compute':
            'cassandra_scheduler.reporter.compute.CassandraComputeManager'})


def _service(name, host, **options):
    from nova import service
    return service.Service.create(host=host, binary=f'nova-{name}',
                                  topic=name, **options)


def _start_compute(conf, host):
    from nova.compute import rpcapi
    from nova.virt import fake

    conf.set_override('host', host.name)
    service = _service('compute', host.name,
                       topic_alt=rpcapi.RPC_TOPIC_ALT)
    driver = service.manager.driver
    driver.vcpus, driver.memory_mb = host.vcpus, host.memory_mb
    driver.local_gb = host.disk_gb
    driver.resources = fake.Resources(host.vcpus, host.memory_mb,
                                      host.disk_gb)
    service.start()


def database_file(folder, name):
    """Return the SQLite file of one of Nova's databases."""
    return folder / f'nova_{name}.sqlite'


def database_url(folder, name):
    """Return the URL of one of Nova's databases."""
    return f'sqlite:///{database_file(folder, name)}'


def _make_databases(folder):
    """Make Nova's databases and the mappings of its cells.

    Returns the uuid of the cell with the computes. SQLite has one writer at a
    time, and refuses a transaction that read before another one wrote. As in
    Nova's own tests, a lock is around each writing transaction.
    """
    from nova.db import migration
    from nova import objects
    from nova.tests import fixtures as nova_fixtures

    nova_fixtures.DatabaseWriteLock().setUp()
    for name in ('api', CELL):
        with sqlite3.connect(database_file(folder, name)) as file:
            # Readers then continue while a service writes.
            file.execute('PRAGMA journal_mode=WAL')
    migration.db_sync(database='api')
    migration.db_sync(database='main')
    # A copy of the empty database is faster than another migration.
    with sqlite3.connect(database_file(folder, CELL)) as file:
        file.execute('PRAGMA wal_checkpoint(TRUNCATE)')
    shutil.copyfile(database_file(folder, CELL),
                    database_file(folder, 'cell0'))
    _map_cell(folder, 'cell0', objects.CellMapping.CELL0_UUID, 'none:///')
    return _map_cell(folder, CELL, str(uuid.uuid4()), 'fake:///')


def _map_cell(folder, name, cell_uuid, transport_url):
    from nova import context as nova_context
    from nova import objects

    objects.CellMapping(
        nova_context.get_admin_context(), uuid=cell_uuid, name=name,
        transport_url=transport_url,
        database_connection=database_url(folder, name)).create()
    return cell_uuid


if __name__ == '__main__':
    main(*sys.argv[1:])
