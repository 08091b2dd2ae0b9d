# SPDX-License-Identifier: Apache-2.0
"""The whole cloud: what runs, started in order and ended together.

    systems      PostgreSQL, RabbitMQ, Cassandra
    APIs         Keystone, Glance, Nova, Placement (ours) under uWSGI
    stub         a Neutron without a network, in this process
    services     nova-conductor, schedulers and computes (ours)
"""

import contextlib

from cassandra_scheduler.model import errors
from cassandra_scheduler.testbed import http_server
from cassandra_scheduler.testbed import ports as testbed_ports
from cassandra_scheduler.testbed import programs
from cassandra_scheduler.testbed import service
from cassandra_scheduler.testbed import stub_services
from cassandra_scheduler.testbed import waiting
from cassandra_scheduler.tests.cloud import site as sites

SCHEDULERS, COMPUTES = 2, 10
#: API -> (its WSGI module, processes).
_APIS = {'keystone': ('keystone.wsgi.api:application', 1),
         'glance': ('glance.wsgi.api:application', 1),
         'nova': ('nova.wsgi.osapi_compute:application', 1),
         'placement': ('cassandra_scheduler.placement_api.wsgi:application',
                       2)}
_START_S = 120


def free_ports():
    """Return ApiPorts that are free; the stub Neutron already serves."""
    neutron = http_server.serve(stub_services.neutron)
    return sites.ApiPorts(neutron=int(neutron.rpartition(':')[2]),
                          **{name: testbed_ports.fresh() for name in _APIS})


class ProcessCloud:
    """The services of a cloud whose files are written: name -> Service."""

    def __init__(self, site):
        self._site = site
        self._logs = site.folder / 'logs'
        self.services = {}
        for name, (module, processes) in _APIS.items():
            self._add_api(name, module, processes)
        self._add('conductor', 'nova-conductor', '--config-file',
                  site.etc / 'nova.conf')
        self.schedulers = [
            self._add_host(f'scheduler-{number + 1}',
                           'nova-cassandra-scheduler')
            for number in range(SCHEDULERS)]
        self.computes = [
            self._add_host(f'compute-{number + 1}', 'nova-cassandra-compute')
            for number in range(COMPUTES)]

    def start(self, *names):
        """Start services; do not wait until they are ready."""
        for name in names:
            self.services[name].start()

    def wait_for_api(self, *names):
        """Return when these APIs answer."""
        for name in names:
            if not waiting.poll(lambda: self._answers(name),
                                seconds=_START_S):
                raise errors.SchedulerError(
                    f'{name} does not answer after {_START_S} s: see '
                    f'{self.services[name].log}')

    def replace_workers(self, name):
        """Replace one worker of an API after another, as uWSGI does it.

        All clients are served. A restart of the whole would cut off clients
        whose connection no worker has accepted yet.
        """
        api = self.services[name]
        before = api.workers
        sites.fifo(self._site, name).write_text('c')
        if not waiting.poll(
                lambda: len(api.workers - before) >= len(before) and
                not api.workers & before, seconds=_START_S):
            raise errors.SchedulerError(
                f'{name} has not replaced its workers after {_START_S} s: '
                f'see {api.log}')
        self.wait_for_api(name)

    def check(self):
        """Raise SchedulerError if one of the services has died."""
        for each in self.services.values():
            each.check()

    def stop(self):
        """End everything: ask all of them, then wait for all."""
        for each in self.services.values():
            each.ask_to_stop()
        for each in self.services.values():
            with contextlib.suppress(errors.SchedulerError):
                each.stop()
        sites.forget_queues(self._site)

    def _answers(self, name):
        self.services[name].check()
        return http_server.answers(self._site.ports.url(name))

    def _add_api(self, name, module, processes):
        ini = sites.write_uwsgi(self._site, name, module,
                                processes=processes)
        self._add(name, 'uwsgi', '--ini', ini)

    def _add_host(self, name, program):
        own = sites.write_host(self._site, name)
        shared = ('nova-compute.conf' if program.endswith('compute')
                  else 'nova.conf')
        self._add(name, program, '--config-file', self._site.etc / shared,
                  '--config-file', own)
        return name

    def _add(self, name, program, *arguments):
        etc = str(self._site.etc)
        self.services[name] = service.Service(
            name, [programs.installed(program), *arguments],
            log=self._logs / f'{name}.log', environment={
                'OS_KEYSTONE_CONFIG_DIR': etc, 'OS_GLANCE_CONFIG_DIR': etc,
                'OS_NOVA_CONFIG_DIR': etc, 'OS_PLACEMENT_CONFIG_DIR': etc})
