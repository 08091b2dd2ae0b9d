# SPDX-License-Identifier: Apache-2.0
"""What an operator and a user do with the demo's cloud, by openstacksdk."""

from concurrent import futures

from cassandra_scheduler.demo import contents
from cassandra_scheduler.model import errors
from cassandra_scheduler.testbed import openstack_sdk
from cassandra_scheduler.testbed import stub_services
from cassandra_scheduler.testbed import waiting

#: The microversions that this was written for.
_VERSIONS = {'OS_COMPUTE_API_VERSION': '2.90',
             'OS_PLACEMENT_API_VERSION': '1.39'}
#: Users who ask at the same time.
_USERS = 8
#: Seconds that one change of one server may take on a slow machine.
_CHANGE_S = 60
_PAUSE_S = 0.2


class User:
    """Sends requests to the APIs of a cloud.

    ``environment``: the variables of the openstack command. ``check`` raises
    when a part of the cloud has died.
    """

    def __init__(self, environment, *, check):
        connection = openstack_sdk.connect({**environment, **_VERSIONS})
        self._nova, self._placement = connection.compute, connection.placement
        self._check = check
        self._group = None

    def prepare(self, hosts, *, tell):
        """Make zones, traits and flavors, as an operator does."""
        for number, zone in enumerate(contents.ZONES):
            tell('making zones', number, len(contents.ZONES))
            aggregate = self._nova.create_aggregate(
                name=zone, availability_zone=zone)
            for host in hosts:
                if host.zone == zone:
                    self._nova.add_host_to_aggregate(aggregate, host.name)
        providers = {provider.name: provider.id for provider in
                     self._placement.resource_providers()}
        self._placement.create_trait(contents.FAST_DISK)
        for number, host in enumerate(hosts):
            tell('setting traits', number, len(hosts))
            if host.traits:
                self._add_traits(providers[host.name], host.traits)
        tell('making flavors')
        for flavor in contents.FLAVORS:
            made = self._nova.create_flavor(
                name=flavor.name, id=flavor.name, vcpus=flavor.vcpus,
                ram=flavor.memory_mb, disk=flavor.disk_gb)
            if flavor.trait:
                self._nova.create_flavor_extra_specs(
                    made, {f'trait:{flavor.trait}': 'required'})

    def providers(self):
        """Return the uuids of all resource providers."""
        return [provider.id for provider in
                self._placement.resource_providers()]

    def boot(self, requests, *, tell):
        """Boot a server for each ServerRequest; return name -> server.

        Returns when every server is up. Raises SchedulerError if one failed,
        or after a minute without any progress.
        """
        tell('asking for servers')
        self._group = self._nova.create_server_group(
            name='apart', policy='anti-affinity').id
        with futures.ThreadPoolExecutor(_USERS) as users:
            asked = [server.id for server in users.map(self._ask, requests)]
        missing = set(asked)
        while missing:
            landed = waiting.wait_for(
                'booting the next server', lambda: self._landed(missing),
                seconds=_CHANGE_S)
            missing -= set(landed)
            last = list(landed.values())[-1]
            tell('booting servers', len(asked) - len(missing), len(asked),
                 detail=f': {last.name} is on {last.compute_host}')
        servers = self._servers()
        return {servers[uuid].name: servers[uuid] for uuid in asked}

    def boot_in_vain(self, request):
        """Ask for a server that fits nowhere; return it with its fault."""
        asked = self._ask(request)

        def refused():
            self._check()
            server = self._nova.get_server(asked.id)
            return server.status == 'ERROR' and server.fault and server
        return waiting.wait_for(f'refusing server {request.name}', refused,
                                seconds=_CHANGE_S)

    def resize(self, server, flavor):
        """Resize a server and confirm it; return it as it is then."""
        self._nova.resize_server(server, flavor.name)
        resized = self._wait(self._nova.get_server(server.id),
                             'VERIFY_RESIZE')
        self._nova.confirm_server_resize(resized)
        return self._wait(resized, 'ACTIVE')

    def delete(self, server):
        """Delete a server; return when Nova does not know it any more."""
        self._nova.delete_server(server)
        self._nova.wait_for_delete(
            server, interval=_PAUSE_S, wait=_CHANGE_S,
            callback=lambda progress: self._check())

    def active(self):
        """Return server uuid -> host of all servers that are up."""
        return {uuid: server.compute_host
                for uuid, server in self._servers().items()
                if server.status == 'ACTIVE'}

    def _add_traits(self, provider_uuid, traits):
        current = self._placement.get_resource_provider_trait(provider_uuid)
        self._placement.set_resource_provider_trait(
            current, traits=sorted({*current.traits, *traits}))

    def _ask(self, request):
        options = {}
        if request.zone:
            options['availability_zone'] = request.zone
        if request.in_group:
            options['scheduler_hints'] = {'group': self._group}
        return self._nova.create_server(
            name=request.name, flavor_id=request.flavor.name,
            image_id=stub_services.IMAGE['id'], networks='none', **options)

    def _servers(self):
        self._check()
        return {server.id: server for server in self._nova.servers()}

    def _landed(self, missing):
        """Return uuid -> server of those among ``missing`` that are up."""
        servers = self._servers()
        for uuid in missing:
            if uuid not in servers:
                raise errors.SchedulerError(f'Server {uuid} has vanished.')
            server = servers[uuid]
            if server.status == 'ERROR':
                fault = (server.fault or {}).get('message', 'no reason')
                raise errors.SchedulerError(
                    f'Server {server.name} failed: {fault}')
        return {uuid: servers[uuid] for uuid in missing
                if servers[uuid].status == 'ACTIVE'}

    def _wait(self, server, status):
        return self._nova.wait_for_server(
            server, status=status, interval=_PAUSE_S, wait=_CHANGE_S,
            callback=lambda progress: self._check())
