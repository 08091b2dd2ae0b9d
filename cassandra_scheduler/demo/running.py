# SPDX-License-Identifier: Apache-2.0
"""The demo from its beginning to its end.

    1 a Cassandra, tables, a cloud in it
    2 Nova and Placement on top, with hosts unlike each other
    3 servers, asked for by many users at once
    4 a resize, a delete, a request that nobody can fulfil
    5 what was claimed and why, and what Cassandra says of it
"""

import contextlib
import dataclasses
import time

from cassandra_scheduler.demo import asking
from cassandra_scheduler.demo import cloud as demo_cloud
from cassandra_scheduler.demo import decisions
from cassandra_scheduler.demo import fleet
from cassandra_scheduler.demo import ground
from cassandra_scheduler.demo import interrupts
from cassandra_scheduler.demo import preparing
from cassandra_scheduler.demo import rest
from cassandra_scheduler.demo import showing
from cassandra_scheduler.demo import store_reading
from cassandra_scheduler.demo import wishes as wish_list
from cassandra_scheduler.model import errors

FEWEST_COMPUTES = 4
#: Seconds between two looks at a cloud that is kept.
_LOOK_S = 1


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """What to run, and on which Cassandra."""
    servers: int = 40
    computes: int = 20
    contact_points: tuple = ('127.0.0.1',)
    port: int = 9042
    keep: bool = False

    def __post_init__(self):
        """Refuse what cannot be shown, naming the option.

        Raises InvalidSettings.
        """
        if self.computes < FEWEST_COMPUTES:
            raise errors.InvalidSettings(
                f'--computes must be at least {FEWEST_COMPUTES}.')
        if self.servers < wish_list.FEWEST_SERVERS:
            raise errors.InvalidSettings(
                f'--servers must be at least {wish_list.FEWEST_SERVERS}.')
        room = self.computes * wish_list.SERVERS_PER_COMPUTE
        if self.servers > room:
            raise errors.InvalidSettings(
                f'{self.servers} servers need more than {self.computes} '
                f'computes: give --servers {room} or more --computes.')


def run(plan, folder, screen):
    """Run the demo in ``folder``; return whether Cassandra was right.

    Raises SchedulerError in one line when it cannot go on.
    """
    with interrupts.once(), screen.busy(), ground.cassandra(
            plan.contact_points, plan.port, name=folder.name,
            tell=screen.tell) as settings:
        screen.say(f'Cassandra on {settings.address}, keyspace '
                   f'{settings.keyspace}, cloud {settings.cloud}')
        with ground.store(settings, log=folder / 'driver.log',
                          tell=screen.tell) as store:
            cloud = demo_cloud.Cloud(folder, settings)
            try:
                return _show(plan, cloud, store, screen)
            finally:
                interrupts.ignore()
                screen.tell('stopping the cloud')
                cloud.stop()


def _show(plan, cloud, store, screen):
    """Do everything in a cloud that is about to be started."""
    hosts = fleet.hosts(plan.computes)
    urls = cloud.start(plan.computes, tell=screen.tell)
    nova = rest.Rest(urls.nova, rest.NOVA)
    placement = rest.Rest(urls.placement, rest.PLACEMENT)
    preparing.prepare(nova, placement, hosts, tell=screen.tell)
    screen.say(showing.fleet_line(hosts))
    user = asking.User(nova, alive=cloud.check)
    _boot(plan, cloud, user, screen)
    screen.tell('reading Cassandra')
    providers = [provider['uuid'] for provider in
                 placement.get('/resource_providers')['resource_providers']]
    found = store_reading.verdict_on(store, providers, user.active)
    screen.say(f'{"RIGHT" if found.holds else "WRONG"}: {found}')
    if plan.keep:
        _keep(urls, cloud, screen)
    return found.holds


def _boot(plan, cloud, user, screen):
    """Boot servers, then change some of them, and show all of it."""
    wishes = wish_list.wishes(plan.servers)
    servers = user.boot(wishes, tell=screen.tell)
    claims = decisions.claims(cloud.decisions())
    screen.show(showing.landed(wishes, servers, claims))
    screen.say(showing.claims_line(claims.values()))
    before = servers[wish_list.RESIZED]
    screen.tell('resizing a server')
    after = user.resize(before, wish_list.RESIZED_TO)
    screen.say(showing.resized(
        before, after, wish_list.RESIZED_TO,
        decisions.claims(cloud.decisions())[after['id']]))
    screen.tell('deleting a server')
    user.delete(servers[wish_list.DELETED])
    screen.say(f'{wish_list.DELETED} is deleted from '
               f'{servers[wish_list.DELETED][asking.HOST]}')
    screen.tell('asking for what nobody has')
    refused = user.boot_in_vain(wish_list.IMPOSSIBLE)
    screen.say(f'{wish_list.IMPOSSIBLE.name} is refused. '
               f'{refused["fault"]["message"]}')
    screen.say(f'  hosts that refused it: '
               f'{decisions.last_reason(cloud.decisions())}')


def _keep(urls, cloud, screen):
    """Leave the cloud running until Ctrl-C."""
    screen.tell('running until Ctrl-C')
    screen.say('The cloud is yours until Ctrl-C. In another terminal:\n')
    screen.say(showing.openrc(demo_cloud.client_environment(urls)))
    screen.say('openstack server list\nopenstack resource provider list\n'
               'openstack server create --image tiny --flavor small '
               '--nic none mine')
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            cloud.check()
            time.sleep(_LOOK_S)
