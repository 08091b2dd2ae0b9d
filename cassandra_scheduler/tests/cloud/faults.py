# SPDX-License-Identifier: Apache-2.0
"""Restarts each of our services and Cassandra while requests are under way.

For each of them: servers are asked for, others are deleted, and once some of
the first are wanted and not yet there, the service goes, and comes back.
"""

from concurrent import futures

from cassandra_scheduler.demo import rest
from cassandra_scheduler.model import errors
from cassandra_scheduler.tests.cloud import client

#: Servers asked for in each wave.
WAVE = 8
#: Waves at most until one is seen on its way.
_TRIES = 4
_SEEN_S = 60
#: Seconds in which those come that are not lost.
_COME_S = 60


class Restarts:
    """Restarts of a Cloud and a local Cluster, under what Acting asks for.

    Where the only Cassandra goes, servers may fail: Nova gives up those whose
    compute asks Placement in vain. Afterwards ``under_way`` says, for each
    restart, how many servers were wanted and not yet there; ``failed`` how
    many never came.
    """

    def __init__(self, cloud, cassandra, acting):
        self._cloud, self._cassandra = cloud, cassandra
        self._acting, self._last = acting, set()
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
        self._acting.delete(self._last)

    def _wave(self, what, restart, *, faulty=False):
        acting, old = self._acting, self._last
        acting.tell(f'restarting {what} under load')
        with futures.ThreadPoolExecutor(2) as users:
            deleted = users.submit(acting.delete, old)
            asked = self._ask(what, users)
            restart()
            self._last = set().union(*(wave.result() for wave in asked))
            deleted.result()
        # A compute that starts puts into ERROR what is claimed for it and has
        # not reached it yet, and builds it all the same once it does.
        missing = acting.never_come(self._last, seconds=_COME_S)
        failed = missing if faulty else set()
        self.failed[what] = len(failed)
        acting.delete(failed)
        self._last -= failed
        acting.wait(self._last)

    def _ask(self, what, users):
        """Let ``users`` ask for waves until one is seen on its way.

        Returns a future for each wave: the names of its servers.
        """
        asked = []
        for number in range(1, _TRIES + 1):
            wave = f'wave-{what}-{number}'
            asked.append(users.submit(self._acting.create, wave, WAVE))
            self.under_way[what] = self._not_yet(wave, asked[-1])
            if self.under_way[what]:
                return asked
        raise errors.SchedulerError(
            f'All {_TRIES} waves for {what} were up too soon: nothing is '
            f'shown.')

    def _not_yet(self, wave, asked):
        """Return how many servers of a wave are under way: 0 if it is over.
        """
        def look():
            over = asked.done()
            found = [
                server for server in self._acting.eye.servers(
                    name=f'^{wave}-').values() if server.status == 'BUILD']
            if over:
                asked.result()
            return (len(found),) if found or over else None
        return rest.wait(f'asking for {wave}', look, seconds=_SEEN_S)[0]

    def _restart(self, name):
        self._cloud.services[name].stop()
        since = client.now()
        self._cloud.start(name)
        self._acting.eye.wait_for_services(
            [name], check=self._cloud.check, since=since)

    def _restart_node(self, node):
        node.stop()
        self._cassandra.start_node(node.number)
