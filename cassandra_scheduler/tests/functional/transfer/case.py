# SPDX-License-Identifier: Apache-2.0
"""Tests between a stock Placement on PostgreSQL and a cloud of ours."""

import itertools
import json
import subprocess
import sys

import fixtures
import testtools

from cassandra_scheduler.testbed import postgresql
from cassandra_scheduler.tests.fixtures import placement_service
from cassandra_scheduler.tests.functional.transfer import cloud
from cassandra_scheduler.tests import sizes
from cassandra_scheduler.transfer import running
from cassandra_scheduler.transfer import sql_database
from cassandra_scheduler.transfer import sql_reading
from cassandra_scheduler.transfer import sql_writing
from cassandra_scheduler.transfer import store_reading
from cassandra_scheduler.transfer import store_writing

STOCK = 'cassandra_scheduler.tests.functional.transfer.stock_placement'
_numbers = itertools.count()


class StockPlacement(fixtures.Fixture):
    """Upstream's application on a database of its own.

    It is empty at first, or like the database ``template``.
    """

    def __init__(self, server, template=postgresql.EMPTY):
        super().__init__()
        self._server, self._template = server, template
        self.name = f'placement_{next(_numbers)}'
        self.url = server.url(self.name)

    def _setUp(self):
        self._server.create_database(self.name, template=self._template)
        self._process = subprocess.Popen(
            [sys.executable, '-m', STOCK, self.url], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL)
        self.addCleanup(self._server.drop_database, self.name)
        self.addCleanup(self.close)
        assert json.loads(self._process.stdout.readline()) == 'ready'

    def close(self):
        """End the application; the database stays."""
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(30)

    def ask_all(self, requests):
        """Return [status, body] of each request."""
        self._process.stdin.write(json.dumps(requests) + '\n')
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def get(self, path):
        """Return the JSON of an answer that must be 200."""
        [[status, body]] = self.ask_all(
            [['GET', path, None, version_for(path)]])
        assert status == 200, body
        return body

    def do(self, *requests):
        """Send requests that must succeed."""
        for request, (status, body) in zip(requests,
                                           self.ask_all(list(requests))):
            assert status < 300, f'{request}: {status} {body}'

    def fill(self, plan):
        """Make the cloud of a plan."""
        self.do(*cloud.names(), *cloud.providers(plan))
        self.do(*cloud.allocations(plan))


class TransferTestCase(testtools.TestCase):
    """``stock`` is filled by ``plan``; ``ours`` is an empty cloud."""

    plan = cloud.Plan(nested=3, flat=10, per_nested=6, per_flat=6)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        running_server = postgresql.running(durable=False)
        cls.server = running_server.__enter__()
        cls.addClassCleanup(running_server.__exit__, None, None, None)
        # Upstream's own code takes its time: once for all tests.
        filled = StockPlacement(cls.server)
        filled.setUp()
        cls.addClassCleanup(filled.cleanUp)
        filled.fill(cls.plan)
        filled.close()
        cls.filled = filled.name

    def setUp(self):
        super().setUp()
        self.stock = self.useFixture(StockPlacement(self.server, self.filled))
        self.service = self.useFixture(placement_service.PlacementService())
        self.store = self.service.store

    def bring_in(self, store=None, *, url=None, **options):
        """Import; return the tallies of the first pass and of the last."""
        with sql_database.opened(url or self.stock.url, '--from') as engine:
            return running.copy(
                sql_reading.SqlReader(engine),
                store_writing.StoreWriter(store or self.store), **options)

    def take_out(self, url, **options):
        """Export; return the tallies of the first pass and of the last."""
        with sql_database.opened(url, '--to') as engine:
            return running.copy(store_reading.StoreReader(self.store),
                                sql_writing.SqlWriter(engine), **options)

    def assert_same_answers(self, other, *, every=sizes.COMPARED):
        """Compare what GET answers here and in ``other``.

        ``every``: only one provider and consumer in so many is looked at.
        """
        for path in questions(self.stock, self.plan, every):
            self.assertEqual(in_order(self.stock.get(path)),
                             in_order(answer(other, path)), path)


def answer(placement, path):
    """Return the JSON that a stock Placement or ours answers with."""
    if isinstance(placement, StockPlacement):
        return placement.get(path)
    return placement.expect(200, 'GET', path,
                            version=version_for(path)).json


def version_for(path):
    """Return the microversion to ask with.

    From 1.38 on upstream's statement for usages groups by fewer columns than
    it selects, which PostgreSQL refuses.
    """
    return '1.37' if path.startswith('/usages') else cloud.VERSION


def questions(stock, plan, every):
    """Yield the paths to look at."""
    yield from ('/resource_providers', '/traits', '/resource_classes',
                '/usages?project_id=project-0',
                '/allocation_candidates?resources=VCPU:2,MEMORY_MB:512,'
                'DISK_GB:5&limit=100000',
                '/allocation_candidates?resources=CUSTOM_LICENCE:1&'
                'resources1=VCPU:2&resources2=FPGA:1&group_policy=none&'
                'required2=CUSTOM_FPGA_A')
    found = stock.get('/resource_providers')['resource_providers']
    for provider in found[::every]:
        yield f'/resource_providers/{provider["uuid"]}'
        for what in ('inventories', 'usages', 'allocations', 'traits',
                     'aggregates'):
            yield f'/resource_providers/{provider["uuid"]}/{what}'
    for consumer in list(cloud.consumers(plan))[::every]:
        yield f'/allocations/{consumer}'


def in_order(value):
    """Return a JSON value with all its lists in one order."""
    if isinstance(value, dict):
        return {key: in_order(one) for key, one in value.items()}
    if isinstance(value, list):
        return sorted((in_order(one) for one in value),
                      key=lambda one: json.dumps(one, sort_keys=True))
    return value
