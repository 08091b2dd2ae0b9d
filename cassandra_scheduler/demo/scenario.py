# SPDX-License-Identifier: Apache-2.0
"""The demo from its beginning to its end.

    1 a Cassandra, tables, a cloud in it
    2 Nova and Placement on top, with hosts unlike each other
    3 servers, requested by many users at once
    4 a resize, a delete, a request that fits nowhere
    5 what was claimed and why, and what Cassandra says about it
"""

import contextlib
import dataclasses
import time
import uuid

from rich import table as rich_table

from cassandra_scheduler.demo import cloud as demo_cloud
from cassandra_scheduler.demo import contents
from cassandra_scheduler.demo import decisions
from cassandra_scheduler.demo import user as demo_user
from cassandra_scheduler.model import errors
from cassandra_scheduler.store import settings as store_settings
from cassandra_scheduler.testbed import available_cassandra
from cassandra_scheduler.testbed import interrupts
from cassandra_scheduler.testbed import openstack_sdk
from cassandra_scheduler.testbed import screen as screens
from cassandra_scheduler.testbed import verdict

KEYSPACE = 'cassandra_scheduler_demo'
FEWEST_COMPUTES = 4
#: Seconds between two checks of a cloud that is kept.
_CHECK_S = 1
_MIB = 1024


@dataclasses.dataclass(frozen=True, slots=True)
class DemoOptions:
    """What to run, and on which Cassandra."""
    servers: int = 40
    computes: int = 20
    contact_points: tuple = ('127.0.0.1',)
    port: int = 9042
    keep: bool = False

    def __post_init__(self):
        """Raise InvalidSettings, which names the option, if one is wrong."""
        if self.computes < FEWEST_COMPUTES:
            raise errors.InvalidSettings(
                f'--computes must be at least {FEWEST_COMPUTES}.')
        if self.servers < contents.FEWEST_SERVERS:
            raise errors.InvalidSettings(
                f'--servers must be at least {contents.FEWEST_SERVERS}.')
        most = self.computes * contents.SERVERS_PER_COMPUTE
        if self.servers > most:
            raise errors.InvalidSettings(
                f'{self.servers} servers need more than {self.computes} '
                f'computes: give --servers {most} or more --computes.')


def run(options, folder, screen):
    """Run the demo in ``folder``; return whether Cassandra was right.

    Raises SchedulerError in one line when it cannot continue.
    """
    with interrupts.once(), screen.busy(), \
            available_cassandra.listening_or_local(
                options.contact_points, options.port, name=folder.name,
                tell=screen.tell) as (contact_points, port):
        settings = store_settings.Settings(
            contact_points=tuple(contact_points), port=port,
            keyspace=KEYSPACE, cloud=f'demo-{uuid.uuid4()}')
        screen.say(f'Cassandra on {settings.address}, keyspace '
                   f'{settings.keyspace}, cloud {settings.cloud}')
        with available_cassandra.store(
                settings, log=folder / 'driver.log',
                tell=screen.tell) as store:
            cloud = demo_cloud.DemoCloud(folder, settings)
            try:
                with openstack_sdk.one_line_errors():
                    return _show(options, cloud, store, screen)
            finally:
                interrupts.ignore()
                screen.tell('stopping the cloud')
                cloud.stop()


def _show(options, cloud, store, screen):
    """Start the cloud and do everything in it."""
    hosts = contents.hosts(options.computes)
    environment = cloud.start(options.computes, tell=screen.tell)
    user = demo_user.User(environment, check=cloud.check)
    user.prepare(hosts, tell=screen.tell)
    screen.say(f'{len(hosts)} computes in {len({h.zone for h in hosts})} '
               f'zones: {sum(h.vcpus for h in hosts)} VCPU, '
               f'{sum(h.memory_mb for h in hosts) // _MIB} GiB of memory')
    servers = _boot(options, cloud, user, screen)
    _change(servers, cloud, user, screen)
    screen.tell('reading Cassandra')
    found = verdict.of_store(store, user.providers(), user.active)
    screen.say(f'{"RIGHT" if found.holds else "WRONG"}: {found}')
    if options.keep:
        _keep(environment, cloud, screen)
    return found.holds


def _boot(options, cloud, user, screen):
    """Boot servers and show their claims; return name -> server."""
    requests = contents.server_requests(options.servers)
    servers = user.boot(requests, tell=screen.tell)
    claims = decisions.claims(cloud.decisions())
    screen.console.print(_table(requests, servers, claims))
    times = sorted(claim.milliseconds for claim in claims.values())
    raced = sum(claim.raced for claim in claims.values())
    screen.say(f'{len(times)} claims: {times[len(times) // 2]:.1f} ms at the '
               f'median, {times[-1]:.1f} ms at most; {raced} met another '
               'claim on the way and were made again')
    return servers


def _change(servers, cloud, user, screen):
    """Resize a server, delete one, and ask for one that fits nowhere."""
    before = servers[contents.RESIZED]
    screen.tell('resizing a server')
    after = user.resize(before, contents.RESIZED_TO)
    claim = decisions.claims(cloud.decisions())[after.id]
    screen.say(f'{after.name} is resized from '
               f'{before.flavor["original_name"]} to '
               f'{contents.RESIZED_TO.name} and confirmed: '
               f'{before.compute_host} -> {after.compute_host}, claimed in '
               f'{claim.milliseconds:.1f} ms')
    screen.tell('deleting a server')
    deleted = servers[contents.DELETED]
    user.delete(deleted)
    screen.say(f'{contents.DELETED} is deleted from {deleted.compute_host}')
    screen.tell('asking for a server that fits nowhere')
    refused = user.boot_in_vain(contents.IMPOSSIBLE)
    screen.say(f'{contents.IMPOSSIBLE.name} is refused. '
               f'{refused.fault["message"]}')
    screen.say(f'  hosts that refused it: '
               f'{decisions.last_reason(cloud.decisions())}')


def _table(requests, servers, claims):
    """Return a Table of the servers, in the order of their claims.

    ``servers``: name -> server as Nova shows it. ``claims``: server uuid ->
    NotedClaim.
    """
    table = rich_table.Table(
        title='Servers in the order of their claims', box=None,
        pad_edge=False, padding=(0, 2, 0, 0),
        caption='free: before -> after the claim; by: which scheduler; '
                'ms: to claim')
    for heading, justify in (
            ('server', 'left'), ('wanted', 'left'), ('host', 'left'),
            ('zone', 'left'), ('VCPU free', 'right'), ('GiB free', 'right'),
            ('by', 'right'), ('ms', 'right')):
        table.add_column(heading, justify=justify, no_wrap=True)
    requested = {servers[request.name].id: request for request in requests}
    for server_uuid, claim in claims.items():
        if server_uuid not in requested:
            continue
        request = requested[server_uuid]
        server = servers[request.name]
        wanted = (request.flavor.name, request.note)
        table.add_row(
            request.name, ', '.join(filter(None, wanted)),
            server.compute_host, server.availability_zone,
            claim.before_and_after('VCPU'),
            claim.before_and_after('MEMORY_MB', _MIB),
            claim.scheduler.rpartition('-')[2], f'{claim.milliseconds:.1f}')
    return table


def _keep(environment, cloud, screen):
    """Leave the cloud running until Ctrl-C."""
    screen.tell('running until Ctrl-C')
    screen.say('The cloud is yours until Ctrl-C. In another terminal:\n')
    screen.say(screens.openrc(environment))
    screen.say('openstack server list\nopenstack resource provider list\n'
               'openstack server create --image tiny --flavor small '
               '--nic none mine')
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            cloud.check()
            time.sleep(_CHECK_S)
