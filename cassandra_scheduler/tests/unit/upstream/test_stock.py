# SPDX-License-Identifier: Apache-2.0
"""The traps sit where the installed Nova and Placement can be reached."""

import functools

import sqlalchemy
import testtools

from nova import context as nova_context
from nova.scheduler import host_manager
from placement import context
from placement import db_api
from placement.objects import trait

from cassandra_scheduler.tests.fixtures import sql_trap
from cassandra_scheduler.tests.upstream import stock
from cassandra_scheduler.tests.upstream import traps


class HeirThatCallsStock(host_manager.HostState):

    def __init__(self):
        super().__init__('host1', 'node1', 'cell1')


class TestStock(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.traps = traps.Traps()
        self.addCleanup(self.traps.release)
        stock.guard_placement(self.traps)
        stock.guard_nova(self.traps)

    def assertTrapped(self, what, *call):
        try:
            call[0](*call[1:])
        except Exception as exc:
            self.assertIsInstance(exc, traps.StockReached)
        error = self.assertRaises(traps.StockReached, self.traps.check)
        self.assertIn(what, str(error))

    def test_host_manager(self):
        self.assertTrapped('host_manager.HostManager',
                           host_manager.HostManager)

    def test_host_state(self):
        self.assertTrapped('host_manager.HostState',
                           host_manager.HostState, 'host1', 'node1', 'cell1')

    def test_host_state_below_a_class_of_ours(self):
        self.assertTrapped('host_manager.HostState', HeirThatCallsStock)

    def test_a_query_of_placement(self):
        self.assertTrapped("placement's SQL", trait.get_all,
                           context.RequestContext())

    def test_a_query_while_placing(self):
        stock.guard_databases(self.traps)
        with sqlalchemy.create_engine('sqlite://').connect() as connection:
            ask = functools.partial(connection.execute,
                                    sqlalchemy.text('SELECT 7'))
            self.assertEqual(7, ask().scalar())
            with sql_trap.placing():
                self.assertTrapped('SQL while placing: SELECT 7', ask)
                self.assertEqual(7, sql_trap.excused(ask)().scalar())

    def test_all_cells_while_placing(self):
        stock.guard_databases(self.traps)
        with sql_trap.placing():
            self.assertTrapped('all cells', nova_context.scatter_gather_cells,
                               None, [], 1, None)

    def test_the_engine_of_placement(self):
        self.assertTrapped("placement's SQL", db_api.get_placement_engine)
