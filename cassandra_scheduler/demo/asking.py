# SPDX-License-Identifier: Apache-2.0
"""What a user does: asks for servers, resizes one, deletes one.

Everything goes through Nova's REST API. Many ask at once, so that the
schedulers work side by side.
"""

from concurrent import futures

from cassandra_scheduler.demo import neighbours
from cassandra_scheduler.demo import rest
from cassandra_scheduler.model import errors

#: The attribute of a server that says where it is.
HOST = 'OS-EXT-SRV-ATTR:host'
#: Users who ask at the same time.
_USERS = 8
#: Seconds that one change of one server may take on a slow machine.
_CHANGE_S = 60


class User:
    """Asks nova-api; ``alive`` raises when the cloud is gone."""

    def __init__(self, nova, *, alive):
        self._nova = nova
        self._alive = alive
        self._group = None

    def boot(self, wishes, *, tell):
        """Boot a server for each Wish; return name -> server, as JSON.

        Returns when every server is up. Raises SchedulerError if one
        failed, or after a minute without any progress.
        """
        tell('asking for servers')
        self._make_group()
        with futures.ThreadPoolExecutor(_USERS) as users:
            asked = list(users.map(self._ask, wishes))
        missing = set(asked)
        while missing:
            landed = rest.wait('booting the next server',
                               lambda: self._landed(missing),
                               seconds=_CHANGE_S)
            missing -= set(landed)
            last = list(landed.values())[-1]
            tell('booting servers', len(asked) - len(missing), len(asked),
                 detail=f': {last["name"]} is on {last[HOST]}')
        servers = self._servers()
        return {servers[uuid]['name']: servers[uuid] for uuid in asked}

    def boot_in_vain(self, wish):
        """Ask for a server that cannot be; return it with its fault."""
        uuid = self._ask(wish)
        return rest.wait(
            f'refusing server {wish.name}',
            lambda: self._with_status(uuid, 'ERROR', has='fault'),
            seconds=_CHANGE_S)

    def resize(self, server, flavor):
        """Resize a server and confirm it; return it as it is then."""
        path = f'/servers/{server["id"]}'
        self._nova.post(f'{path}/action',
                        {'resize': {'flavorRef': flavor.name}})
        rest.wait(f'resizing server {server["name"]}',
                  lambda: self._with_status(server['id'], 'VERIFY_RESIZE'),
                  seconds=_CHANGE_S)
        self._nova.post(f'{path}/action', {'confirmResize': None})
        return rest.wait(f'confirming the resize of {server["name"]}',
                         lambda: self._with_status(server['id'], 'ACTIVE'),
                         seconds=_CHANGE_S)

    def delete(self, server):
        """Delete a server; return when Nova does not know it any more."""
        path = f'/servers/{server["id"]}'
        self._nova.delete(path)
        rest.wait(f'deleting server {server["name"]}',
                  lambda: self._is_gone(path), seconds=_CHANGE_S)

    def active(self):
        """Return server uuid -> host of all servers that are up."""
        return {uuid: server[HOST]
                for uuid, server in self._servers().items()
                if server['status'] == 'ACTIVE'}

    def _landed(self, missing):
        """Return uuid -> server of those among ``missing`` that are up."""
        servers = self._servers()
        self._refuse_failed(servers, missing)
        return {uuid: servers[uuid] for uuid in missing
                if servers[uuid]['status'] == 'ACTIVE'}

    def _make_group(self):
        self._group = self._nova.post('/os-server-groups', {'server_group': {
            'name': 'apart', 'policy': 'anti-affinity'}})[
                'server_group']['id']

    def _ask(self, wish):
        server = {'name': wish.name, 'flavorRef': wish.flavor.name,
                  'imageRef': neighbours.IMAGE['id'], 'networks': 'none'}
        if wish.zone:
            server['availability_zone'] = wish.zone
        body = {'server': server}
        if wish.in_group:
            body['os:scheduler_hints'] = {'group': self._group}
        return self._nova.post('/servers', body)['server']['id']

    def _servers(self):
        self._alive()
        listed = self._nova.get('/servers/detail')['servers']
        return {server['id']: server for server in listed}

    def _is_gone(self, path):
        self._alive()
        return self._nova.find(path) is None

    def _with_status(self, uuid, status, *, has='id'):
        self._alive()
        server = self._nova.get(f'/servers/{uuid}')['server']
        if server['status'] == 'ERROR' and status != 'ERROR':
            self._refuse_failed({uuid: server}, {uuid})
        return server if server['status'] == status and has in server else None

    @staticmethod
    def _refuse_failed(servers, uuids):
        for uuid in uuids:
            server = servers.get(uuid)
            if server is None:
                raise errors.SchedulerError(f'Server {uuid} has vanished.')
            if server['status'] == 'ERROR':
                fault = server.get('fault', {}).get('message', 'no reason')
                raise errors.SchedulerError(
                    f'Server {server["name"]} failed: {fault}')
