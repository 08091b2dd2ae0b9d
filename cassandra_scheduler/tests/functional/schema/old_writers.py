# SPDX-License-Identifier: Apache-2.0
"""Schedulers, computes and API clients of commit 69dfdb2, all at work.

test_takeover runs this file with the code of that commit: all imports below
find modules of then, with the names of then. Do not rename them with ours.

Makes a keyspace and hosts, then works until its standard input ends. Writes
JSON, one object a line: what it has made when it is ready; how many claims
were applied, again and again; and at the end what everybody still holds.
"""

import concurrent.futures
import json
import random
import sys
import threading
import unittest

from cassandra_scheduler.reporter import publishing
from cassandra_scheduler.tests.contract import test_invariants
from cassandra_scheduler.tests.fixtures import compute_hosts
from cassandra_scheduler.tests.fixtures import hosts
from cassandra_scheduler.tests.fixtures import placement_service
from cassandra_scheduler.tests.functional.driver import nova_cloud

HOSTS, MOVERS = 6, 3
ROOM = {'vcpus': 4000, 'memory_mb': 10 ** 7, 'disk_gb': 10 ** 6}
#: One server in so many is deleted again.
DELETED = 3


def tell(**said):
    print(json.dumps(said), flush=True)


class OldWriters(nova_cloud.NovaCloudTest):
    """Everybody at work on one cloud, each in a thread."""

    def runTest(self):
        self.done, self.lock = threading.Event(), threading.Lock()
        self.claims = {}                 # uuid of a server -> tree id
        self.deleted = []
        self.applied = 0
        self.api = self.useFixture(
            placement_service.PlacementService(self.cloud.settings))
        trees = [self.add_host(f'host{number}', **ROOM)
                 for number in range(HOSTS)]
        self.movers = [self.cloud.new_tree(hosts.provider(20)).id
                       for _ in range(MOVERS)]
        tell(cloud=self.cloud.settings.cloud)
        with concurrent.futures.ThreadPoolExecutor() as threads:
            scheduling = [threads.submit(self.schedule, self.start())
                          for _ in range(2)]
            moving = threads.submit(self.claim_move_and_release)
            counting = threads.submit(self.count, trees, scheduling)
            sys.stdin.read()
            self.done.set()
            held = moving.result()
            for each in (*scheduling, counting):
                each.result()
        tell(claims=self.claims, deleted=self.deleted, held=held)

    def schedule(self, manager):
        """Place servers, and delete some of them."""
        while not self.done.is_set():
            [server], [[chosen, *_]] = self.select(nova_cloud.spec(),
                                                   manager=manager)
            with self.lock:
                self.claims[server] = chosen.compute_node_uuid
                self.applied += 1
                tell(applied=self.applied)
                unwanted = self.applied % DELETED == 0
            if unwanted:
                self.api.expect(204, 'DELETE', f'/allocations/{server}')
                with self.lock:
                    del self.claims[server]
                    self.deleted.append(server)

    def count(self, trees, scheduling):
        """Report and beat as computes do, until all claims are settled."""
        publisher = publishing.Publisher(self.store)
        names = {tree.id: tree.root.name for tree in trees}
        working = True
        while working:
            working = not all(each.done() for each in scheduling)
            for tree_id, name in names.items():
                with self.lock:
                    here = [server for server, place in self.claims.items()
                            if place == tree_id]
                    counted = {*here, *self.deleted}
                publisher.publish(tree_id, compute_hosts.report(
                    name, tree_id, vcpus_used=len(here), **ROOM), counted)
                publisher.beat(compute_hosts.heartbeat(name),
                               nodes={tree_id})

    def claim_move_and_release(self):
        """Write with transactions; return {uuid of a consumer: VCPU}."""
        draw = random.Random(69)
        writer = test_invariants.Writer(self.store, self.movers)
        while not self.done.is_set():
            writer.carry_out([draw.choice([
                (test_invariants.CLAIM, draw.randrange(MOVERS), 1),
                (test_invariants.RELEASE, draw.randrange(9)),
                (test_invariants.MOVE, draw.randrange(9),
                 draw.randrange(MOVERS))])])
        return writer.held


if __name__ == '__main__':
    ended = unittest.TextTestRunner().run(OldWriters())
    sys.exit(not ended.wasSuccessful())
