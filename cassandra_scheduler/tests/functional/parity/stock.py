# SPDX-License-Identifier: Apache-2.0
"""A stock scheduler with a stock Placement, in a process of its own.

Arguments: the seed, the numbers of hosts and of requests, and the folder of
Nova's databases. Placement has one of its own, in memory. Writes an Answer a
line.
"""

import random
import sys

import fixtures
from keystoneauth1 import adapter
from keystoneauth1 import session
from nova import context as nova_context
from nova import objects
from nova.scheduler.client import report
from nova.scheduler import host_manager
from nova.scheduler import manager as scheduler_manager
from placement import context as placement_context
from placement.objects import inventory
from placement.objects import resource_provider
from placement.objects import trait
from placement.tests.functional.fixtures import placement

from cassandra_scheduler.tests.fixtures import cassandra
from cassandra_scheduler.tests.fixtures import nova_ground
from cassandra_scheduler.tests.functional.parity import answers
from cassandra_scheduler.tests.functional.parity import ground


class Recording(host_manager.HostManager):
    """Nova's own, that notes what passed and puts ties into one order."""

    ranks, refused = (), ()
    excusable = False
    _records = None

    def _get_computes_for_cells(self, context, cells, compute_uuids):
        # Nothing changes between two requests, so they are read once.
        if self._records is None:
            self._records = super()._get_computes_for_cells(
                context, list(self.cells.values()), None)
        nodes, services = self._records
        wanted = None if compute_uuids is None else set(compute_uuids)
        return {cell.uuid: [node for node in nodes[cell.uuid] if
                            wanted is None or node.uuid in wanted]
                for cell in cells}, services

    def get_filtered_hosts(self, hosts, spec_obj, index=0):
        hosts = list(hosts)
        try:
            found = list(super().get_filtered_hosts(hosts, spec_obj, index)
                         or ())
        except Exception:
            self.excusable = not self._accepted_but_for_errors(
                hosts, spec_obj)
            raise
        if not found:
            self.ranks.append({})
        return found

    def _accepted_but_for_errors(self, hosts, spec):
        """Return the hosts that a filter raises about and none refuses."""
        filters, self.enabled_filters = self.enabled_filters, []
        named = list(super().get_filtered_hosts(hosts, spec))
        self.enabled_filters = filters
        found = []
        for host in named:
            said = [_said(each, host, spec) for each in filters]
            if None in said and False not in said:
                found.append(host)
        return found

    def get_weighed_hosts(self, hosts, spec_obj):
        weighed = super().get_weighed_hosts(hosts, spec_obj)
        self.ranks.append({each.obj.host: each.weight for each in weighed})
        return [each for _weight, _host, each in answers.by_name(
            (each.weight, each.obj.host, each) for each in weighed)]

    def reload(self):
        """Take the filters and weighers of a request, as at a start."""
        self.filter_obj_map = {}
        self.enabled_filters = self._choose_host_filters(
            self._load_filters())
        for each in self.enabled_filters:
            each.filter_all = self._noting(each)
        self.weighers = [
            cls() for cls in self.weight_handler.get_matching_classes(
                nova_ground.CONF.filter_scheduler.weight_classes)]

    def _noting(self, host_filter):
        filter_all = host_filter.filter_all

        def noted_filter_all(hosts, spec):
            hosts = list(hosts)
            found = list(filter_all(hosts, spec))
            if len(found) < len(hosts):
                self.refused.add(type(host_filter).__name__)
            return found
        return noted_filter_all

    def announce(self, by_host):
        """Know the instances of all hosts, as computes announce them.

        Anew for every request: Nova adds what a request placed to them.
        """
        self._instance_info = {
            host: {'instances': dict(found), 'updated': True}
            for host, found in by_host.items()}


def _said(host_filter, host, spec):
    """Return whether a host passes one filter, None when it raises."""
    try:
        return bool(host_filter._filter_one(host, spec))
    except Exception:
        return None


class _Ground(fixtures.Fixture):
    """Nova's databases, Placement's, and a scheduler on them."""

    def __init__(self, fleet, folder):
        super().__init__()
        self._fleet = fleet
        self._folder = folder

    def _setUp(self):
        nova = self.useFixture(ground.Ground(cassandra.settings(),
                                             folder=self._folder))
        # Nova looks at its scheme to see whether it may ask a replica.
        nova.flags(group='database', connection='sqlite://')
        service = self.useFixture(placement.PlacementFixture())
        self.conf = nova_ground.CONF
        self.cells = nova.cells()
        _provide(service.conf_fixture.conf, self._fleet)
        client = report.SchedulerReportClient(adapter.Adapter(
            session.Session(auth=None), service_type='placement',
            endpoint_override=service.endpoint, raise_exc=False))
        client._client.additional_headers['x-auth-token'] = service.token
        self.useFixture(fixtures.MonkeyPatch(
            'nova.scheduler.client.report.PLACEMENTCLIENT', client))
        self.useFixture(fixtures.MonkeyPatch(
            'nova.scheduler.host_manager.HostManager', Recording))
        self.client = client
        self.manager = scheduler_manager.SchedulerManager(host='stock')
        self.context = nova.context


def _provide(conf, fleet):
    """Fill Placement with the providers of a Fleet."""
    context = placement_context.RequestContext(config=conf)
    for host in fleet.hosts:
        provider = resource_provider.ResourceProvider(
            context, uuid=host.uuid, name=host.name)
        provider.create()
        provider.set_inventory([
            inventory.Inventory(context, resource_provider=provider,
                                resource_class=name, **fields)
            for name, fields in host.inventories.items()])
        provider.set_traits([_trait(context, name) for name in
                             sorted(host.traits)])
        provider.set_aggregates([fleet.aggregates[number][0]
                                 for number in host.aggregates])


def _trait(context, name):
    if name not in {known.name for known in context.trait_cache.get_all()}:
        trait.Trait(context, name=name).create()
        context.trait_cache.clear()
    return trait.Trait.get_by_name(context, name)


def main(seed, hosts, count, folder):
    """Answer every request that the seed determines."""
    drawn = ground.drawn(random.Random(int(seed)), hosts=int(hosts),
                         count=int(count))
    fleet = next(drawn)
    with _Ground(fleet, folder) as stock:
        by_host = {host.name: {} for host in fleet.hosts}
        for cell in stock.cells:
            with nova_context.target_cell(stock.context, cell) as context:
                for server in objects.InstanceList.get_by_filters(
                        context, {'deleted': False}):
                    by_host[server.host][server.uuid] = server
        options = ground.Options(stock.conf)
        for draft in drawn:
            options.use(draft)
            print(_answer(stock, draft, by_host).text(), flush=True)


def _answer(stock, draft, by_host):
    manager = stock.manager.host_manager
    manager.reload()
    manager.announce(by_host)
    manager.ranks, manager.refused, manager.excusable = [], set(), False
    found = answers.ask(
        stock.manager, ground.requests.spec_of(draft, stock.cells),
        draft.uuids, manager.ranks)
    found.refused, found.excusable = (sorted(manager.refused),
                                      manager.excusable)
    for uuid in draft.uuids:
        stock.client.delete_allocation_for_instance(stock.context, uuid,
                                                    force=True)
    return found


if __name__ == '__main__':
    main(*sys.argv[1:])
