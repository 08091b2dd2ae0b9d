# SPDX-License-Identifier: Apache-2.0
"""What must be true of a cloud at the end, whatever was done to it.

    servers      exactly those that are wanted, and they are up
    Cassandra    claims add up, tree by tree, read linearizably
    audits       ours and that of nova-manage find nothing
    logs         those of our services hold no traceback
"""

import subprocess

from cassandra_scheduler.demo import ground
from cassandra_scheduler.demo import store_reading
from cassandra_scheduler.tests.cloud import logs
from cassandra_scheduler.tests.cloud import programs

#: Seconds in which computes free what a fault has kept them from freeing;
#: Nova has them look once a minute.
_SETTLING_S = 150


class Judging:
    """Judges a Cloud on a Site by what Acting wanted.

    A cloud with one node of Cassandra has been without for a while, and Nova
    writes a traceback for whatever Placement cannot answer then.
    """

    def __init__(self, site, cloud, acting):
        self._site, self._cloud, self._acting = site, cloud, acting
        self._alone = len(site.settings.contact_points) == 1

    def objections(self):
        """Return what is not right, a line for each."""
        return [*self._servers(), *self._claims(), *self._audits(),
                *(f'{log} has a traceback {times} times: {what}'
                  for log, what, times in self._tracebacks()
                  if not logs.excused(what, outage=self._alone))]

    def _servers(self):
        self._acting.tell('looking at the servers')
        servers, wanted = self._acting.eye.servers(), self._acting.wanted
        yield from (f'{name} is lost'
                    for name in sorted(wanted - set(servers)))
        yield from (f'{name} was deleted and is still there'
                    for name in sorted(set(servers) - wanted))
        yield from (f'{server.name} is {server.status}'
                    for server in servers.values()
                    if server.status != 'ACTIVE')

    def _claims(self):
        """Yield what is wrong with what Cassandra holds."""
        self._acting.tell('reading Cassandra')
        providers = [each['uuid'] for each in self._acting.openstack.ask(
            'resource', 'provider', 'list')]
        with ground.store(self._site.settings,
                          log=self._site.folder / 'logs' / 'driver.log',
                          tell=self._acting.tell) as store:
            found = store_reading.verdict_on(
                store, providers, self._where, seconds=_SETTLING_S)
        if found.holds:
            self._acting.tell(str(found))
        yield from found.faults + found.open

    def _where(self):
        return {server.id: server.compute_host
                for server in self._acting.eye.servers().values()
                if server.compute_host}

    def _audits(self):
        nova_conf = '--config-file', self._site.etc / 'nova.conf'
        for program, *words in (
                ('cassandra-scheduler', 'audit', '--stopped', *nova_conf),
                ('nova-manage', *nova_conf, 'placement', 'audit',
                 '--verbose')):
            self._acting.tell(f'asking {program} for its audit')
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
        """Yield (log, what it ended with, how often) for our services."""
        for name in (*self._cloud.schedulers, *self._cloud.computes,
                     'placement'):
            log = self._cloud.services[name].log
            with log.open(errors='replace') as lines:
                found = logs.tracebacks(lines)
            yield from ((log.name, *each) for each in found.items())
