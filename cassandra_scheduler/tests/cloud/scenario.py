# SPDX-License-Identifier: Apache-2.0
"""A run of the cloud from its beginning to its end.

    1 databases, messages and a Cassandra; tables in all of them
    2 the APIs, a service catalog, schedulers and computes
    3 what a user and an operator do
    4 each of our services restarted while requests are under way
    5 what is left in Cassandra and in the logs
"""

import contextlib
import shutil
import time

from cassandra_scheduler.model import errors
from cassandra_scheduler.store import settings as store_settings
from cassandra_scheduler.testbed import cluster as local_cluster
from cassandra_scheduler.testbed import interrupts
from cassandra_scheduler.testbed import ports as testbed_ports
from cassandra_scheduler.testbed import postgresql
from cassandra_scheduler.testbed import programs
from cassandra_scheduler.testbed import screen as screens
from cassandra_scheduler.tests.cloud import clock as clocks
from cassandra_scheduler.tests.cloud import cloud as clouds
from cassandra_scheduler.tests.cloud import final_checks
from cassandra_scheduler.tests.cloud import openstack_client
from cassandra_scheduler.tests.cloud import rabbitmq
from cassandra_scheduler.tests.cloud import restarts as cloud_restarts
from cassandra_scheduler.tests.cloud import site as sites
from cassandra_scheduler.tests.cloud import site_setup
from cassandra_scheduler.tests.cloud import user_actions

_CONNECTIONS = 300
_HEAP = {1: '1G', 3: '768M'}
#: How many computes load at the same time; each keeps a core busy.
_BATCH = 4
#: Seconds between two checks of a cloud that is kept.
_CHECK_S = 1


def run(options, folder, screen):
    """Do everything in ``folder``; return the exit status.

    Raises SchedulerError in one line when it cannot continue.
    """
    clock, logs = clocks.Clock(screen), folder / 'logs'
    folder.chmod(0o711)
    logs.mkdir()
    screen.say(f'The logs are in {logs}')
    objections = None
    try:
        with interrupts.once(), screen.busy(), \
                contextlib.ExitStack() as cleanup:
            objections = _run(options, folder, clock, cleanup)
    finally:
        if objections != []:
            # The next run removes the folder, but not the renamed logs.
            logs = logs.rename(folder.with_name(f'failed-{folder.name}'))
            screen.say(f'All logs of it are kept in {logs}')
    screen.say(f'{len(objections)} objections after {clock}')
    return 1 if objections else 0


def _run(options, folder, clock, cleanup):
    """Return what was wrong; ``cleanup`` ends what was started."""
    try:
        site, cassandra = _systems(folder, options.nodes, clock.tell, cleanup)
        return _live(options, site, cassandra, clock, cleanup)
    finally:
        interrupts.ignore()
        clock.tell('stopping everything')


def _live(options, site, cassandra, clock, cleanup):
    """Start a cloud, do everything in it, return what was wrong."""
    cloud, openstack, view = _start(site, clock.tell, cleanup)
    (site.folder / 'openrc').write_text(
        screens.openrc(openstack_client.environment(site)) + '\n')
    actions = user_actions.UserActions(cloud, openstack, view,
                                       tell=clock.tell)
    try:
        _act(options, actions,
             cloud_restarts.Restarts(cloud, cassandra, actions), clock)
        objections = final_checks.FinalChecks(
            site, cloud, actions).objections()
    except errors.SchedulerError as exc:
        objections = [str(exc)]
    for objection in objections:
        clock.say(f'WRONG: {objection}')
    if options.keep:
        _keep(site, cloud, clock)
    return objections


def _act(options, actions, restarts, clock):
    """Do what users and operators do, and restart the services."""
    actions.prepare()
    actions.boot(options.servers)
    actions.refuse()
    actions.change()
    actions.ask_placement()
    restarts.run()
    for name, count in restarts.under_way.items():
        clock.say(f'{name} was restarted with {count} servers under way, '
                  f'{restarts.failed[name]} were never up')
    actions.evacuate()
    actions.tell('deleting servers')
    actions.delete(name for name in actions.expected
                   if name.startswith('plain-'))


def _systems(folder, nodes, tell, cleanup):
    """Start databases and RabbitMQ; return (Site, LocalCluster)."""
    logs = folder / 'logs'
    broker = rabbitmq.RabbitMQ(folder / 'rabbitmq', logs=logs)
    for each in broker.services:
        cleanup.callback(each.kill)
    broker.start()
    tell('starting PostgreSQL')
    sql = _postgresql(folder / 'postgresql', logs, cleanup)
    cassandra = local_cluster.LocalCluster.on_fresh_ports(
        folder.name, nodes=nodes, heap=_HEAP[nodes])
    cleanup.callback(_wipe, cassandra, logs)
    cassandra.start(tell)
    return sites.Site(
        folder, clouds.free_ports(), sql.url, broker.url,
        store_settings.Settings(
            contact_points=tuple(cassandra.contact_points),
            port=cassandra.port,
            replication=(('datacenter1', nodes),))), cassandra


def _wipe(cassandra, logs):
    """Stop and remove a Cassandra, and keep its logs."""
    cassandra.stop()
    for node in cassandra.nodes:
        if node.output.parent.exists():
            shutil.copytree(node.output.parent, logs / node.name)
    cassandra.wipe()


def _keep(site, cloud, clock):
    """Leave the cloud running until Ctrl-C."""
    clock.say('The cloud is yours until Ctrl-C. In another terminal:\n')
    clock.say((site.folder / 'openrc').read_text())
    clock.say(f'export PATH={programs.installed("openstack").parent}:$PATH\n'
              'openstack server list')
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            cloud.check()
            time.sleep(_CHECK_S)


def _postgresql(folder, logs, cleanup):
    folder.mkdir()
    log = folder / 'log'
    cleanup.callback(lambda: log.exists() and shutil.copy(
        log, logs / 'postgresql.log'))
    server = postgresql.Server(
        folder, testbed_ports.fresh())
    cleanup.callback(server.stop)
    server.start(durable=False, connections=_CONNECTIONS)
    for name in site_setup.DATABASES:
        server.create_database(name)
    return server


def _start(site, tell, cleanup):
    """Start a cloud; return (ProcessCloud, OpenStackCommand, ServerView)."""
    sites.write(site)
    cloud = clouds.ProcessCloud(site)
    cleanup.callback(cloud.stop)
    setup = site_setup.SiteSetup(site)
    tell('making tables')
    setup.tables()
    tell('starting APIs')
    cloud.start('keystone', 'placement')
    openstack = openstack_client.OpenStackCommand(
        openstack_client.environment(site),
        log=site.folder / 'logs' / 'openstack.log')
    cloud.wait_for_api('keystone')
    setup.accounts(openstack)
    cloud.start('nova', 'glance', 'conductor', *cloud.schedulers)
    cloud.wait_for_api('placement', 'nova', 'glance')
    view = openstack_client.ServerView(site)
    for first in range(0, len(cloud.computes), _BATCH):
        tell('starting computes', first, len(cloud.computes))
        batch = cloud.computes[first:first + _BATCH]
        cloud.start(*batch)
        view.wait_for_services(batch, check=cloud.check)
    view.wait_for_services(cloud.schedulers, check=cloud.check)
    setup.discover_hosts()
    setup.sync()
    return cloud, openstack, view
