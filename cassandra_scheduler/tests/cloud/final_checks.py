# SPDX-License-Identifier: Apache-2.0
"""What must be true of a cloud at the end.

    servers      exactly the expected ones, and they are up
    Cassandra    claims add up, tree by tree, read linearizably
    audits       ours and the one of nova-manage find nothing
    logs         of our services: no traceback
"""

import subprocess

from cassandra_scheduler.testbed import available_cassandra
from cassandra_scheduler.testbed import programs
from cassandra_scheduler.testbed import verdict
from cassandra_scheduler.tests.cloud import tracebacks

#: Seconds in which computes free what they could not free during a fault;
#: they try once a minute.
_FREEING_S = 150


class FinalChecks:
    """Checks a cloud on a Site against what UserActions did.

    A cloud with one node of Cassandra was without it for a while. Nova writes
    a traceback for each request that Placement could not answer then.
    """

    def __init__(self, site, cloud, actions):
        self._site, self._cloud, self._actions = site, cloud, actions
        self._alone = len(site.settings.contact_points) == 1

    def objections(self):
        """Return what is wrong, one line for each."""
        return [*self._servers(), *self._claims(), *self._audits(),
                *(f'{log} has a traceback {times} times: {what}'
                  for log, what, times in self._tracebacks()
                  if not tracebacks.excused(what, outage=self._alone))]

    def _servers(self):
        self._actions.tell('checking the servers')
        servers = self._actions.view.servers()
        expected = self._actions.expected
        yield from (f'{name} is lost'
                    for name in sorted(expected - set(servers)))
        yield from (f'{name} was deleted and is still there'
                    for name in sorted(set(servers) - expected))
        yield from (f'{server.name} is {server.status}'
                    for server in servers.values()
                    if server.status != 'ACTIVE')

    def _claims(self):
        """Yield what is wrong in Cassandra."""
        self._actions.tell('reading Cassandra')
        providers = [each['uuid'] for each in self._actions.openstack.show(
            'resource', 'provider', 'list')]
        with available_cassandra.store(
                self._site.settings,
                log=self._site.folder / 'logs' / 'driver.log',
                tell=self._actions.tell) as store:
            found = verdict.of_store(
                store, providers, self._hosts, seconds=_FREEING_S)
        if found.holds:
            self._actions.tell(str(found))
        yield from found.faults + found.open

    def _hosts(self):
        return {server.id: server.compute_host
                for server in self._actions.view.servers().values()
                if server.compute_host}

    def _audits(self):
        nova_conf = '--config-file', self._site.etc / 'nova.conf'
        for program, *words in (
                ('cassandra-scheduler', 'audit', '--stopped', *nova_conf),
                ('nova-manage', *nova_conf, 'placement', 'audit',
                 '--verbose')):
            self._actions.tell(f'running the audit of {program}')
            ended = subprocess.run(
                [programs.installed(program), *map(str, words)], text=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT)
            log = self._site.folder / 'logs' / f'audit-{program}.log'
            log.write_text(ended.stdout)
            if ended.returncode:
                yield (f'the audit of {program} ends with status '
                       f'{ended.returncode}: see {log}')

    def _tracebacks(self):
        """Yield (log, last line, how often) for our services."""
        for name in (*self._cloud.schedulers, *self._cloud.computes,
                     'placement'):
            log = self._cloud.services[name].log
            with log.open(errors='replace') as lines:
                found = tracebacks.find(lines)
            yield from ((log.name, *each) for each in found.items())
