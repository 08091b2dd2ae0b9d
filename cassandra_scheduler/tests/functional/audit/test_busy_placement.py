# SPDX-License-Identifier: Apache-2.0
"""Providers come, move and go through the API while an audit heals."""

import concurrent.futures
import random
import threading
import uuid

import testtools

from cassandra_scheduler.audit import invariants
from cassandra_scheduler.audit import running
from cassandra_scheduler.tests.fixtures import placement_service


class Client:
    """Does something with providers of its own, again and again."""

    def __init__(self, service, roots, seed):
        self.service, self.roots = service, roots
        self.draw = random.Random(seed)
        self.mine = [service.new_provider(VCPU=8)]
        self.statuses = set()

    def ask(self, method, path, body=None):
        answer = self.service.ask(method, path, body)
        self.statuses.add(answer.status_int)
        return answer.status_int < 300

    def step(self):
        provider = self.draw.choice(self.mine)
        path = f'/resource_providers/{provider}'
        parent = self.draw.choice([None, *self.roots])
        match self.draw.randrange(4):
            case 0:
                self.mine.append(self.service.new_provider(
                    parent=parent, VCPU=8))
            case 1:
                self.ask('PUT', path, {'name': uuid.uuid4().hex,
                                       'parent_provider_uuid': parent})
            case 2 if len(self.mine) > 1:
                if self.ask('DELETE', path):
                    self.mine.remove(provider)
            case _:
                consumer = f'/allocations/{uuid.uuid4()}'
                self.ask('PUT', consumer, placement_service.consumer_of({
                    provider: {'VCPU': 1},
                    self.draw.choice(self.roots): {'VCPU': 1}}))
                self.ask('DELETE', consumer)


class TestBusy(testtools.TestCase):

    AUDITS = 3

    def test_nothing_is_found_and_nothing_is_touched(self):
        service = self.useFixture(placement_service.PlacementService())
        roots = [service.new_provider(VCPU=64) for _root in range(2)]
        clients = [Client(service, roots, seed) for seed in range(2)]
        done = threading.Event()

        def work(client):
            while not done.is_set():
                client.step()

        with concurrent.futures.ThreadPoolExecutor(2) as threads:
            try:
                working = [threads.submit(work, client)
                           for client in clients]
                reports = [running.CloudAudit(
                    service.store, older_than_s=60, pause_s=1).run(heal=True)
                    for _audit in range(self.AUDITS)]
            finally:
                done.set()
            for each in working:
                each.result()
        for report in reports:
            self.assertEqual(((), ()), (report.left, report.healed))
        self.assertEqual([], invariants.violations(service.store))
        for client in clients:
            self.assertLess(max(client.statuses), 500)
