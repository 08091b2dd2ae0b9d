# SPDX-License-Identifier: Apache-2.0
"""Restarts each of our services and Cassandra while requests are under way.

For each of them: users ask for servers and delete others. When some of the
new servers are requested and not yet up, the service stops and starts again.
"""

from concurrent import futures

from cassandra_scheduler.model import errors
from cassandra_scheduler.testbed import waiting
from cassandra_scheduler.tests.cloud import openstack_client

#: Servers asked for in each wave.
WAVE = 8
#: Most waves until one is seen under way.
_TRIES = 4
_SEEN_S = 60
#: Seconds in which servers are up, unless they are lost.
_UP_S = 60


class Restarts:
    """Restarts of a cloud and a LocalCluster, under the load of UserActions.

    While the only Cassandra is away, servers may fail: Nova gives up a server
    whose compute gets no answer from Placement. Afterwards ``under_way``
    says, for each restart, how many servers were requested and not yet up;
    ``failed`` says how many were never up.
    """

    def __init__(self, cloud, cassandra, actions):
        self._cloud, self._cassandra = cloud, cassandra
        self._actions, self._last = actions, set()
        self.under_way, self.failed = {}, {}

    def run(self):
        """Do them all, one after another."""
        for name in (*self._cloud.schedulers, self._cloud.computes[0]):
            self._wave(name, lambda: self._restart(name))
        self._wave('placement',
                   lambda: self._cloud.replace_workers('placement'))
        for node in self._cassandra.nodes:
            self._wave(node.name, lambda: self._restart_node(node),
                       faulty=len(self._cassandra.nodes) == 1)
        self._actions.delete(self._last)

    def _wave(self, what, restart, *, faulty=False):
        actions, old = self._actions, self._last
        actions.tell(f'restarting {what} under load')
        with futures.ThreadPoolExecutor(2) as users:
            deleted = users.submit(actions.delete, old)
            asked = self._ask(what, users)
            restart()
            self._last = set().union(*(wave.result() for wave in asked))
            deleted.result()
        # A compute that starts sets a server to ERROR that is claimed for it
        # and has not reached it yet, and still builds it later.
        missing = actions.never_up(self._last, seconds=_UP_S)
        failed = missing if faulty else set()
        self.failed[what] = len(failed)
        actions.delete(failed)
        self._last -= failed
        actions.wait(self._last)

    def _ask(self, what, users):
        """Make ``users`` ask for waves until one is seen under way.

        Returns a future for each wave: the names of its servers.
        """
        asked = []
        for number in range(1, _TRIES + 1):
            wave = f'wave-{what}-{number}'
            asked.append(users.submit(self._actions.create, wave, WAVE))
            self.under_way[what] = self._not_yet(wave, asked[-1])
            if self.under_way[what]:
                return asked
        raise errors.SchedulerError(
            f'All {_TRIES} waves for {what} were up too soon: this proves '
            'nothing.')

    def _not_yet(self, wave, asked):
        """Return how many servers of a wave are under way; 0 at its end."""
        def count():
            over = asked.done()
            found = [
                server for server in self._actions.view.servers(
                    name=f'^{wave}-').values() if server.status == 'BUILD']
            if over:
                asked.result()
            return (len(found),) if found or over else None
        return waiting.wait_for(f'asking for {wave}', count,
                                seconds=_SEEN_S)[0]

    def _restart(self, name):
        self._cloud.services[name].stop()
        since = openstack_client.now()
        self._cloud.start(name)
        self._actions.view.wait_for_services(
            [name], check=self._cloud.check, since=since)

    def _restart_node(self, node):
        node.stop()
        self._cassandra.start_node(node.number)
