# SPDX-License-Identifier: Apache-2.0
"""What a user and an operator do with a cloud, each step by a command.

The names of new and of deleted servers are noted: in the end exactly the
others must exist.
"""

import collections
from concurrent import futures
import contextlib

from cassandra_scheduler.model import errors
from cassandra_scheduler.testbed import waiting
from cassandra_scheduler.tests.cloud import openstack_client

TRAIT = 'CUSTOM_FAST'
ZONES = ('east', 'west')
GROUP_SIZE = 4
FAST = 2
_IN_A_ZONE = 8
#: Seconds in which servers must be up on a slow machine.
PATIENCE_S = 300
#: Flavor -> VCPU, MiB, GB.
_FLAVORS = {'small': (1, 256, 1), 'large': (2, 512, 2), 'fast': (1, 256, 1)}


class UserActions:
    """Acts on a cloud by OpenStackCommand and reads it by ServerView.

    ``tell`` gets what is being done.
    """

    def __init__(self, cloud, openstack, view, *, tell):
        self._cloud, self.openstack, self.view = cloud, openstack, view
        self.tell = tell
        #: Names of the servers that must exist.
        self.expected = set()
        self._group = None

    def prepare(self):
        """Make flavors, an image, zones, a trait and a group."""
        self.tell('making flavors, an image, zones')
        commands = [
            ('flavor', 'create', '--vcpus', vcpus, '--ram', memory_mb,
             '--disk', disk_gb, name)
            for name, (vcpus, memory_mb, disk_gb) in _FLAVORS.items()]
        commands += [
            ('flavor', 'set', '--property', f'trait:{TRAIT}=required',
             'fast'),
            ('trait', 'create', TRAIT),
            ('image', 'create', '--public', '--disk-format', 'raw',
             '--container-format', 'bare', '--file', __file__, 'tiny')]
        half = len(self._cloud.computes) // len(ZONES)
        for number, zone in enumerate(ZONES):
            commands.append(('aggregate', 'create', '--zone', zone, zone))
            commands += [('aggregate', 'add', 'host', zone, host) for host in
                         self._cloud.computes[number * half:][:half]]
        self.openstack.session(*commands)
        self._add_trait()
        self._group = self.openstack.show(
            'server', 'group', 'create', '--policy', 'anti-affinity',
            'apart')['id']

    def boot(self, count):
        """Boot ``count`` servers of several kinds; check their hosts."""
        self.tell('asking for servers')
        special = {'apart': GROUP_SIZE, 'fast': FAST,
                   **dict.fromkeys(ZONES, _IN_A_ZONE)}
        self.create('apart', GROUP_SIZE, '--hint', f'group={self._group}')
        self.create('fast', FAST, flavor='fast')
        for zone in ZONES:
            self.create(zone, _IN_A_ZONE, '--availability-zone', zone)
        self.create('plain', count - sum(special.values()))
        servers = self.wait(self.expected)
        self._check_places(servers)
        return servers

    def create(self, name, count, *options, flavor='small'):
        """Ask for servers NAME-1, NAME-2 ...; return their names."""
        names = {f'{name}-{number + 1}' for number in range(count)
                 } if count > 1 else {name}
        self.expected |= names
        self.openstack.run(
            'server', 'create', '--nic', 'none', '--image', 'tiny',
            '--flavor', flavor, '--min', count, '--max', count, *options,
            name)
        return names

    def wait(self, names, *, away_from=None):
        """Return name -> server when these are up.

        ``away_from``: a host that they are being evacuated from. Nova says
        ACTIVE a moment before it names the new host.
        """
        if not names:
            return {}

        def up():
            self._cloud.check()
            found = self._named(names)
            for server in found.values():
                _expect(server.status != 'ERROR',
                        f'Server {server.name} failed: '
                        f'{openstack_client.fault(server)}')
            there = [server for server in found.values()
                     if server.status == 'ACTIVE' and not server.task_state
                     and server.compute_host != away_from]
            self.tell('waiting for servers', len(there), len(found))
            return found if len(there) == len(found) else None
        return waiting.wait_for(
            f'booting {len(names)} servers', up, seconds=PATIENCE_S,
            pause=openstack_client.PAUSE_S)

    def never_up(self, names, *, seconds):
        """Return the names of those that are not up after so long."""
        missing = set(names)

        def up():
            self._cloud.check()
            missing.intersection_update(
                name for name, server in self._named(names).items()
                if server.status != 'ACTIVE' or server.task_state)
            return not missing
        with contextlib.suppress(errors.SchedulerError):
            waiting.poll(up, seconds=seconds, pause=openstack_client.PAUSE_S)
        return missing

    def _named(self, names):
        servers = self.view.servers()
        lost = sorted(set(names) - set(servers))
        _expect(not lost, f'Servers are lost: {", ".join(lost)}.')
        return {name: servers[name] for name in names}

    def delete(self, names):
        """Delete servers, and wait until they are gone.

        A server whose deletion met a fault stays in ERROR; its user deletes
        it again.
        """
        names = set(names)
        if not names:
            return
        self.openstack.run('server', 'delete', *sorted(names))
        self.expected -= names

        def gone():
            self._cloud.check()
            left = [server for server in self.view.servers().values()
                    if server.name in names]
            failed = sorted(server.name for server in left
                            if server.status == 'ERROR'
                            and server.task_state is None)
            if failed:
                self.openstack.run('server', 'delete', *failed)
            return not left
        waiting.wait_for(
            f'deleting {len(names)} servers', gone, seconds=PATIENCE_S,
            pause=openstack_client.PAUSE_S)

    def change(self):
        """Resize, revert a resize and migrate; check the hosts."""
        run = self.openstack.run
        self.tell('resizing and migrating')
        before = self.view.servers()
        run('server', 'resize', '--flavor', 'large', '--wait', 'plain-1')
        run('server', 'resize', 'confirm', 'plain-1')
        run('server', 'resize', '--flavor', 'large', '--wait', 'plain-2')
        run('server', 'resize', 'revert', 'plain-2')
        run('server', 'migrate', '--wait', 'plain-3')
        run('server', 'migration', 'confirm', 'plain-3')
        after = self.wait({'plain-1', 'plain-2', 'plain-3'})
        for name, moves in (('plain-1', True), ('plain-2', False),
                            ('plain-3', True)):
            hosts = before[name].compute_host, after[name].compute_host
            _expect((hosts[0] != hosts[1]) == moves,
                    f'{name} went from {hosts[0]} to {hosts[1]}.')
        _expect(after['plain-1'].flavor['original_name'] == 'large',
                'plain-1 is not large after its resize.')

    def refuse(self):
        """Ask for a server that fits nowhere, and delete it."""
        self.tell('asking for a server that fits nowhere')
        self.openstack.run('flavor', 'create', '--vcpus', 4096, '--ram', 256,
                           '--disk', 1, 'giant')
        self.create('giant', 1, flavor='giant')

        def refused():
            server = self.view.servers()['giant']
            return server.status in ('ACTIVE', 'ERROR') and server
        server = waiting.wait_for('refusing a server', refused,
                                  seconds=PATIENCE_S)
        _expect('No valid host' in openstack_client.fault(server),
                f'giant is {server.status}: {openstack_client.fault(server)}')
        self.delete({'giant'})

    def ask_placement(self):
        """Read providers and candidates as an operator does."""
        show = self.openstack.show
        self.tell('asking Placement')
        providers = self._providers()
        _expect(set(self._cloud.computes) <= set(providers),
                f'There are only the providers {sorted(providers)}.')
        servers = self.view.servers()
        server = servers['plain-1']
        uuid = providers[server.compute_host]
        held = show('resource', 'provider', 'allocation', 'show', server.id)
        _expect([each['resource_provider'] for each in held] == [uuid],
                f'plain-1 is on {server.compute_host}, but holds {held}.')
        held = sum(_FLAVORS[each.flavor['original_name']][0]
                   for each in servers.values()
                   if each.compute_host == server.compute_host)
        used = {each['resource_class']: each['usage'] for each in show(
            'resource', 'provider', 'usage', 'show', uuid)}
        _expect(used['VCPU'] == held, f'The servers of {server.compute_host} '
                f'have {held} VCPU, Placement says {used["VCPU"]}.')
        show('resource', 'provider', 'inventory', 'list', uuid)
        found = show('allocation', 'candidate', 'list', '--resource',
                     'VCPU=1', '--resource', 'MEMORY_MB=256', '--required',
                     TRAIT)
        hosts = {each['resource provider'] for each in found}
        _expect(hosts == {providers[host] for host in self._fast_hosts},
                f'Candidates with {TRAIT} are {hosts}.')

    def evacuate(self):
        """Kill the fullest compute, evacuate it, and start it again."""
        on = collections.defaultdict(list)
        for server in self.view.servers().values():
            on[server.compute_host].append(server.name)
        host = max(self._cloud.computes, key=lambda each: len(on[each]))
        self.tell(f'evacuating {len(on[host])} servers from {host}')
        self._cloud.services[host].kill()
        service = ('compute', 'service', 'set')
        self.openstack.run(*service, '--down', host, 'nova-compute')
        # Without --wait, which never ends: python-openstackclient 10 compares
        # "ACTIVE" with states in small letters.
        with futures.ThreadPoolExecutor(2) as threads:
            list(threads.map(lambda name: self.openstack.run(
                'server', 'evacuate', name), on[host]))
        self.wait(on[host], away_from=host)
        self.tell(f'starting {host} again')
        since = openstack_client.now()
        self._cloud.start(host)
        # Nova refuses --up until the compute has removed what was evacuated.
        self.view.wait_for_services([host], check=self._cloud.check,
                                    since=since, state='down')
        self.openstack.run(*service, '--up', host, 'nova-compute')
        self.view.wait_for_services([host], check=self._cloud.check)

    @property
    def _fast_hosts(self):
        return self._cloud.computes[::len(self._cloud.computes) // FAST]

    def _add_trait(self):
        """Add the trait to some hosts; the command replaces all traits."""
        uuids, commands = self._providers(), []
        for host in self._fast_hosts:
            has = [each['name'] for each in self.openstack.show(
                'resource', 'provider', 'trait', 'list', uuids[host])]
            commands.append((
                'resource', 'provider', 'trait', 'set', uuids[host],
                *(word for name in (*has, TRAIT)
                  for word in ('--trait', name))))
        self.openstack.session(*commands)

    def _providers(self):
        """Return the name of each provider -> its uuid."""
        return {each['name']: each['uuid'] for each in
                self.openstack.show('resource', 'provider', 'list')}

    def _check_places(self, servers):
        for zone in ZONES:
            for number in range(_IN_A_ZONE):
                server = servers[f'{zone}-{number + 1}']
                _expect(server.availability_zone == zone,
                        f'{server.name} is in {server.availability_zone}.')
        for number in range(FAST):
            server = servers[f'fast-{number + 1}']
            _expect(server.compute_host in self._fast_hosts,
                    f'{server.name} is on {server.compute_host}.')
        hosts = [servers[f'apart-{number + 1}'].compute_host
                 for number in range(GROUP_SIZE)]
        _expect(len(set(hosts)) == GROUP_SIZE,
                f'Servers that must be apart are on {hosts}.')


def _expect(right, otherwise):
    if not right:
        raise errors.SchedulerError(otherwise)
