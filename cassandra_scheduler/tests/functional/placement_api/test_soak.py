# SPDX-License-Identifier: Apache-2.0
"""Everything at once, for a while, and a worker killed now and then.

It takes sizes.SOAK_S seconds.
"""

import collections
from concurrent import futures
import time

import testtools

from cassandra_scheduler.audit import consumers
from cassandra_scheduler.audit import intents
from cassandra_scheduler.audit import invariants
from cassandra_scheduler.audit import providers
from cassandra_scheduler.audit import running
from cassandra_scheduler.store import token_ranges
from cassandra_scheduler.tests.fixtures import cassandra
from cassandra_scheduler.tests.fixtures import wsgi_server
from cassandra_scheduler.tests.functional.placement_api.soak import client
from cassandra_scheduler.tests.functional.placement_api.soak import deeds
from cassandra_scheduler.tests.functional.placement_api.soak import landscape
from cassandra_scheduler.tests import sizes

SECONDS = sizes.SOAK_S
CLIENTS = 32
TREES = 20
KILLS = sizes.SOAK_KILLS
PATIENCE_S = 120
#: What a process that died may leave behind: kinds of findings and how they
#: are mended. They stop no search for a consumer and no new provider.
LEFTOVERS = {(consumers.DANGLING, 'remove the lookup row'),
             (consumers.HOME, 'move the lookup row'),
             (consumers.FORWARDING, 'remove the forwarding row'),
             (intents.RECORD, 'make it expire'),
             (providers.STALE_TREE, 'remove the lookup row'),
             (providers.STALE_NAME, 'remove the lookup row')}


def undone(clients):
    """Return the names of deeds that no client has done."""
    return set(deeds.names()).difference(*(list(each.done)
                                           for each in clients))


class TestSoak(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.cloud = self.useFixture(cassandra.Cloud())
        self.server = self.useFixture(wsgi_server.WsgiServer(
            wsgi_server.cassandra_options(self.cloud.settings),
            # Nobody but a killer hangs up on a client.
            f'--keep-alive={wsgi_server.PATIENCE_S}', threads=16))

    def expect(self, method, path, body):
        answer = self.server.ask(method, path, body)
        self.assertTrue(answer.ok, answer.text)
        return answer.content and answer.json()

    def work(self, clients):
        """Run all clients until the time is up, and kill workers meanwhile.

        On a busy machine they go on until every deed was done once.
        """
        until = time.monotonic() + SECONDS

        def work(each):
            while time.monotonic() < until or (
                    time.monotonic() < until + PATIENCE_S and
                    undone(clients)):
                each.work()
            each.close()

        with futures.ThreadPoolExecutor(len(clients)) as threads:
            at_work = [threads.submit(work, each) for each in clients]
            for _number in range(KILLS):
                futures.wait(at_work, SECONDS / (KILLS + 1),
                             return_when=futures.FIRST_EXCEPTION)
                self.server.kill_worker()
            for each in at_work:
                each.result()

    def check_clients(self, clients):
        """Return how many requests have an unknown outcome."""
        for each in clients:
            each.look_back()
        answers, done = (sum((getattr(each, name) for each in clients),
                             collections.Counter())
                         for name in ('answers', 'done'))
        print(f'{SECONDS:.0f} s, {dict(answers)}, done {dict(done)}')
        self.assertEqual([], [wrong for each in clients
                              for wrong in each.wrong])
        won = collections.Counter(
            each for one in clients for each in one.won)
        self.assertEqual([], [each for each in won if won[each] > 1])
        # Each client has one connection, which dies at most with a worker.
        self.assertLessEqual(answers[client.BROKEN], KILLS * len(clients))
        self.assertEqual(set(), undone(clients))
        return answers[client.BROKEN] + answers[503]

    def check_server(self):
        """Check that all workers answer and that none had an error."""
        self.assertNotIn('Traceback', self.server.log)
        self.assertNotIn('status: 500', self.server.log)
        self.assertEqual(2 + KILLS, self.server.log.count('Booting worker'))

        def all_answer():
            self.server.ask('GET', '/')
            return all(f' {worker.pid} INFO placement.requestlog' in
                       self.server.log for worker in self.server.workers)

        self.server.wait_for(all_answer)

    def check_cloud(self, doubts):
        """Check the cloud, except what dead workers may leave behind."""
        store = self.cloud.store
        # This reads serially and resolves no intent: each one must have been
        # resolved by the request that met it.
        self.assertEqual([], [
            seen.id for part in token_ranges.parts()
            for seen in store.full_scan.trees(store.full_scan.tree_ids(part))
            if seen.tree is not None and seen.tree.intent is not None])
        found = self.violations()
        print(dict(collections.Counter(each.kind for each in found)))
        self.assertEqual([], [
            each for each in found
            if (each.kind, each.remedy) not in LEFTOVERS])
        self.assertLessEqual(len(found), doubts)
        running.CloudAudit(store, older_than_s=0, pause_s=0).run(heal=True)
        self.assertEqual([], self.violations())

    def violations(self):
        """Return what is wrong; clients may shrink what hosts have of VGPU.
        """
        return [each for each in invariants.violations(self.cloud.store)
                if not each.warning or ' VGPU ' not in each.what]

    def test_soak(self):
        ground = landscape.create(self.expect, TREES)
        clients = [client.Client(self.server.url, ground, seed)
                   for seed in range(CLIENTS)]
        self.work(clients)
        doubts = self.check_clients(clients)
        self.check_server()
        self.check_cloud(doubts)
        self.assertEqual(0, self.server.stop())
