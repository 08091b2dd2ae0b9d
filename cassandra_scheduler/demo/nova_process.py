# SPDX-License-Identifier: Apache-2.0
"""A child process: Nova's services, with this project's managers in them.

``python -m cassandra_scheduler.demo.nova_process FOLDER COMPUTES``, with the
configuration in FOLDER. All services share the process, so that messages can
go through memory and no message broker is needed.
"""

import pathlib
import sys

from cassandra_scheduler.demo import fleet
from cassandra_scheduler.demo import telling

SCHEDULERS = 2


def main():
    """Start everything and stay until the parent process goes."""
    folder, computes = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    telling.run(lambda teller: _start(folder, computes, teller))


def _start(folder, computes, teller):
    teller.step('reading Nova')
    # Nova chooses its kind of threads here, so this comes first.
    from nova import monkey_patch
    monkey_patch.patch(backend='threading')
    conf = _configure(folder)
    teller.step('making Nova\'s databases')
    from cassandra_scheduler.demo import databases
    cell_uuid = databases.prepare(folder)
    _use_our_managers()
    teller.step('starting conductor and schedulers')
    _run('conductor', 'conductor-1')
    for number in range(SCHEDULERS):
        _run('scheduler', f'scheduler-{number + 1}')
    for number, host in enumerate(fleet.hosts(computes)):
        teller.step('starting computes', number, computes)
        _run_compute(conf, host)
    teller.step('starting nova-api')
    _discover(cell_uuid)
    teller.ready(nova=_serve_api())


def _configure(folder):
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
            'cassandra_scheduler.demo.watching.WatchedSchedulerManager',
        'nova-compute':
            'cassandra_scheduler.reporter.compute.CassandraComputeManager'})


def _run(name, host, **options):
    service = _make(name, host, **options)
    service.start()
    return service


def _make(name, host, **options):
    from nova import service
    return service.Service.create(host=host, binary=f'nova-{name}',
                                  topic=name, **options)


def _run_compute(conf, host):
    from nova.compute import rpcapi
    from nova.virt import fake

    conf.set_override('host', host.name)
    service = _make('compute', host.name, topic_alt=rpcapi.RPC_TOPIC_ALT)
    driver = service.manager.driver
    driver.vcpus, driver.memory_mb = host.vcpus, host.memory_mb
    driver.local_gb = host.disk_gb
    driver.resources = fake.Resources(host.vcpus, host.memory_mb,
                                      host.disk_gb)
    service.start()


def _discover(cell_uuid):
    from nova import context as nova_context
    from nova.objects import host_mapping
    host_mapping.discover_hosts(nova_context.get_admin_context(), cell_uuid)


def _serve_api():
    from nova.api import wsgi

    from cassandra_scheduler.demo import serving
    return serving.serve(wsgi.Loader().load_app('osapi_compute')) + '/v2.1'


if __name__ == '__main__':
    main()
