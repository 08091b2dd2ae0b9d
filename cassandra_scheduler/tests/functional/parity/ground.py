# SPDX-License-Identifier: Apache-2.0
"""Nova's databases with a fleet in them, and the options of a request."""

import datetime

from nova import context as nova_context
from nova.db.api import api as api_database
from nova.db.main import api as main_database
from nova import objects
from oslo_utils import timeutils

from cassandra_scheduler.tests.fixtures import nova_ground
from cassandra_scheduler.tests.functional.parity import fleet as fleets
from cassandra_scheduler.tests.functional.parity import requests
from cassandra_scheduler.tests import sizes

SEED = 20260131
HOSTS, REQUESTS = sizes.PARITY_HOSTS, sizes.PARITY_REQUESTS
#: For every request; heartbeats are written once.
_STANDING = {
    ('DEFAULT', 'service_down_time'): 3600,
    ('oslo_messaging_notifications', 'driver'): ['noop'],
    ('filter_scheduler', 'host_subset_size'): 1,
}


class Ground(nova_ground.NovaGround):
    """Nova's databases: new ones, or those that are in a ``folder``."""

    def __init__(self, settings, *, folder=None):
        super().__init__(settings)
        self._filled = folder

    def _database(self, name, base):
        if self._filled is None:
            return super()._database(name, base)
        return f'sqlite:///{self._filled}/{name}.sqlite'

    def add_cell(self, name):
        """Make a cell, or find it; return its CellMapping."""
        if self._filled is None:
            return super().add_cell(name)
        return next(cell for cell in self.cells() if cell.name == name)

    def cells(self):
        """Return the CellMappings in the order of their names."""
        return sorted(objects.CellMappingList.get_all(self.context),
                      key=lambda cell: cell.name)


def fill(ground, fleet):
    """Write a Fleet into the databases of a NovaGround.

    Returns host name -> (ComputeNode, Service).
    """
    ground.add_cell('cell2')
    found = {}
    # One transaction for each database: commits are what takes time.
    with api_database.context_manager.writer.using(ground.context):
        cells = ground.cells()
        for host in fleet.hosts:
            objects.HostMapping(ground.context, host=host.name,
                                cell_mapping=cells[host.cell]).create()
        _aggregates(ground.context, fleet)
    for number, cell in enumerate(cells):
        with nova_context.target_cell(ground.context, cell) as context, (
                main_database.get_context_manager(
                    context).writer.using(context)):
            here = {host.name: host for host in fleet.hosts
                    if host.cell == number}
            for name, host in here.items():
                found[name] = _compute(context, host)
        with nova_context.target_cell(ground.context, cell) as context:
            for server in fleet.instances:
                if server.host in here:
                    _instance(context, server)
    return found


def _compute(context, host):
    """Write a compute service with its one node; return (node, service)."""
    seen = timeutils.utcnow() - datetime.timedelta(
        seconds=host.service['last_seen_up'])
    service = objects.Service(
        context, host=host.name, binary='nova-compute', topic='compute',
        report_count=1, **{**host.service, 'last_seen_up': seen})
    service.create()
    node = objects.ComputeNode(
        context, uuid=host.uuid, host=host.name,
        hypervisor_hostname=host.name, service_id=service.id, **host.node)
    node.create()
    return node, service


def _aggregates(context, fleet):
    for number, (uuid, metadata) in enumerate(fleet.aggregates):
        aggregate = objects.Aggregate(context, name=f'aggregate{number}',
                                      uuid=uuid, metadata=metadata)
        aggregate.create()
        for host in fleet.hosts:
            if number in host.aggregates:
                aggregate.add_host(host.name)


def _instance(context, server):
    objects.Instance(
        context, uuid=server.uuid, host=server.host, project_id='alpha',
        user_id='user', system_metadata={
            f'image_{key}': value for key, value in
            server.properties.items()}).create()


class Options:
    """Sets the options of one request, and only those."""

    def __init__(self, conf):
        self._conf = conf
        self._set = set()

    def use(self, draft):
        """Let the options of this Draft hold."""
        for group, name in self._set:
            self._conf.clear_override(name, group=group)
        wanted = {**_STANDING, **draft.options,
                  ('filter_scheduler', 'enabled_filters'): draft.filters,
                  ('filter_scheduler', 'weight_classes'): draft.weighers}
        wanted = {(None if group == 'DEFAULT' else group, name): value
                  for (group, name), value in wanted.items()}
        for (group, name), value in wanted.items():
            self._conf.set_override(name, value, group=group)
        self._set = set(wanted)


def drawn(random, *, hosts, count):
    """Yield a Fleet, and then so many Drafts."""
    fleet = fleets.draw(random, count=hosts)
    yield fleet
    for _ in range(count):
        yield requests.draw(random, fleet)
