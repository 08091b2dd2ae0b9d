# SPDX-License-Identifier: Apache-2.0
"""A run of the cloud from its beginning to its end.

    1 databases, messages and a Cassandra; tables in all of them
    2 the APIs, a catalogue, schedulers and computes
    3 what a user and an operator do
    4 each of our services restarted while requests are under way
    5 what is left, and what the logs say
"""

import contextlib
import shutil
import time

from cassandra_scheduler.demo import interrupts
from cassandra_scheduler.demo import showing as demo_showing
from cassandra_scheduler.local import cluster as local_cluster
from cassandra_scheduler.local import ports as local_ports
from cassandra_scheduler.local import postgresql
from cassandra_scheduler.model import errors
from cassandra_scheduler.store import settings as store_settings
from cassandra_scheduler.tests.cloud import acting as actings
from cassandra_scheduler.tests.cloud import broker as brokers
from cassandra_scheduler.tests.cloud import client
from cassandra_scheduler.tests.cloud import cloud as clouds
from cassandra_scheduler.tests.cloud import configuring
from cassandra_scheduler.tests.cloud import faults
from cassandra_scheduler.tests.cloud import judging
from cassandra_scheduler.tests.cloud import preparing
from cassandra_scheduler.tests.cloud import programs
from cassandra_scheduler.tests.cloud import showing

_CONNECTIONS = 300
_HEAP = {1: '1G', 3: '768M'}
#: So many computes load at the same time; each keeps a core busy.
_BATCH = 4
#: Seconds between two looks at a cloud that is kept.
_LOOK_S = 1


def run(options, folder, screen):
    """Do it all in ``folder``; return the exit status.

    Raises SchedulerError in one line when it cannot go on.
    """
    clock, logs = showing.Clock(screen), folder / 'logs'
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
            # The next run clears the folder away, but not this one.
            logs = logs.rename(folder.with_name(f'failed-{folder.name}'))
            screen.say(f'All logs of it are kept in {logs}')
    screen.say(f'{len(objections)} objections after {clock}')
    return 1 if objections else 0


def _run(options, folder, clock, cleanup):
    """Return what was wrong; leave to ``cleanup`` what is to be ended."""
    try:
        site, cassandra = _systems(folder, options.nodes, clock.tell, cleanup)
        return _live(options, site, cassandra, clock, cleanup)
    finally:
        interrupts.ignore()
        clock.tell('stopping everything')


def _live(options, site, cassandra, clock, cleanup):
    """Raise a cloud, do everything in it, return what was wrong."""
    cloud, openstack, eye = _raise(site, clock.tell, cleanup)
    (site.folder / 'openrc').write_text(
        demo_showing.openrc(client.environment(site)) + '\n')
    acting = actings.Acting(cloud, openstack, eye, tell=clock.tell)
    try:
        _act(options, acting, faults.Restarts(cloud, cassandra, acting), clock)
        objections = judging.Judging(site, cloud, acting).objections()
    except errors.SchedulerError as exc:
        objections = [str(exc)]
    for objection in objections:
        clock.say(f'WRONG: {objection}')
    if options.keep:
        _keep(site, cloud, clock)
    return objections


def _act(options, acting, restarts, clock):
    """Do what users and operators do, and what befalls services."""
    acting.prepare()
    acting.boot(options.servers)
    acting.refuse()
    acting.change()
    acting.ask_placement()
    restarts.run()
    for name, count in restarts.under_way.items():
        clock.say(f'{name} was restarted with {count} servers under way, '
                  f'{restarts.failed[name]} never came')
    acting.evacuate()
    acting.tell('deleting servers')
    acting.delete(name for name in acting.wanted
                  if name.startswith('plain-'))


def _systems(folder, nodes, tell, cleanup):
    """Start databases and messages of our own; return (Site, Cluster)."""
    logs = folder / 'logs'
    broker = brokers.Broker(folder / 'rabbitmq', logs=logs)
    for each in broker.services:
        cleanup.callback(each.kill)
    broker.start()
    tell('starting PostgreSQL')
    sql = _postgresql(folder / 'postgresql', logs, cleanup)
    cassandra = local_cluster.Cluster.on_fresh_ports(
        folder.name, nodes=nodes, heap=_HEAP[nodes])
    cleanup.callback(_put_away, cassandra, logs)
    cassandra.start(tell)
    return configuring.Site(
        folder, clouds.free_ports(), sql.url, broker.url,
        store_settings.Settings(
            contact_points=tuple(cassandra.contact_points),
            port=cassandra.port,
            replication=(('datacenter1', nodes),))), cassandra


def _put_away(cassandra, logs):
    """Stop and remove a Cassandra, but for its logs."""
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
            time.sleep(_LOOK_S)


def _postgresql(folder, logs, cleanup):
    folder.mkdir()
    log = folder / 'log'
    cleanup.callback(lambda: log.exists() and shutil.copy(
        log, logs / 'postgresql.log'))
    server = postgresql.Server(
        folder, local_ports.fresh((postgresql.ADDRESS,), below=0))
    cleanup.callback(server.stop)
    server.start(durable=False, connections=_CONNECTIONS)
    for name in preparing.DATABASES:
        server.create_database(name)
    return server


def _raise(site, tell, cleanup):
    """Start everything on a Site; return (Cloud, Client, Eye)."""
    configuring.write(site)
    cloud = clouds.Cloud(site)
    cleanup.callback(cloud.stop)
    prepare = preparing.Preparing(site)
    tell('making tables')
    prepare.tables()
    tell('starting APIs')
    cloud.start('keystone', 'placement')
    openstack = client.Client(client.environment(site),
                              log=site.folder / 'logs' / 'openstack.log')
    cloud.wait_for_api('keystone')
    prepare.accounts(openstack)
    cloud.start('nova', 'glance', 'conductor', *cloud.schedulers)
    cloud.wait_for_api('placement', 'nova', 'glance')
    eye = client.Eye(site)
    for first in range(0, len(cloud.computes), _BATCH):
        tell('starting computes', first, len(cloud.computes))
        batch = cloud.computes[first:first + _BATCH]
        cloud.start(*batch)
        eye.wait_for_services(batch, check=cloud.check)
    eye.wait_for_services(cloud.schedulers, check=cloud.check)
    prepare.discover_hosts()
    prepare.sync()
    return cloud, openstack, eye
