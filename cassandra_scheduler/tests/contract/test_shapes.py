# SPDX-License-Identifier: Apache-2.0
"""Many different requests are few statements."""

import random

from cassandra_scheduler.model import restriction
from cassandra_scheduler.resource_types import loading
from cassandra_scheduler.scheduling import query_plan
from cassandra_scheduler.store import query as store_query
from cassandra_scheduler.tests.contract import case
from cassandra_scheduler.tests.fixtures import sessions

REQUESTS = 2000
#: A host, a node or both; six sets; four amounts from both sides; nothing.
COARSE = 18
NAMES = ('a', 'b', 'CUSTOM_C', 'd', 'e')


def restrictions(draw):
    """Draw what a request may ask for, of every installed column."""
    found = [restriction.Restriction('resource_type', '=', 'compute')]
    for kind in loading.installed():
        for column in kind.columns:
            found += _of(column, draw)
    return found


def _of(column, draw):
    def ask(operator, value):
        return [restriction.Restriction(column.name, operator, value)]

    if draw.random() < 0.5:
        return []
    if column.cql_type == 'set<text>':
        return [each for name in draw.sample(NAMES, draw.randrange(6))
                for each in ask('CONTAINS', name)]
    if column.cql_type == 'text':
        return ask('=', 'one') if draw.random() < 0.5 else (
            ask('IN', ('one', 'two')) if column.name == 'host' else [])
    if column.cql_type == 'boolean':
        return ask('=', True)
    number = 1.0 if column.cql_type == 'double' else 1
    return ask('>=', number) + (
        ask('<=', number) if draw.random() < 0.5 else [])


class TestStatements(case.StoreTestCase):

    def setUp(self):
        super().setUp()
        self.session = sessions.WiredSession(self.cloud.settings)
        self.query = self.store_over(self.session).query

    def ask(self, asked):
        """Read as a request does; return the Page."""
        plan = query_plan.plan(asked, indexed=self.query.indexed)
        if plan.hosts is None:
            return self.query.read(plan.restrictions)
        return self.query.read_hosts(plan.restrictions, plan.hosts)

    def test_they_are_bounded(self):
        draw = random.Random(1)
        for _time in range(REQUESTS):
            self.assertEqual((), self.ask(restrictions(draw)).trees)
        statements = {text for text in self.session.sent if 'WHERE' in text}
        self.assertLess(store_query.MOST_STATEMENTS, len(statements))
        self.assertGreaterEqual(store_query.MOST_STATEMENTS + COARSE,
                                len(statements))

    def test_a_coarse_form_misses_nobody(self):
        tree = self.new_host(traits=frozenset({'CUSTOM_A'}))
        draw = random.Random(2)
        while len(self.query._statements) < store_query.MOST_STATEMENTS:
            self.query._limited(restrictions(draw))
        found = self.query.read([
            restriction.Restriction('tree_traits', 'CONTAINS', 'CUSTOM_A'),
            restriction.Restriction('free_vcpu', '>=', 1),
            restriction.Restriction('free_disk_gb', '>=', 1),
            restriction.Restriction('max_unit_vcpu', '<=', 10 ** 9)])
        self.assertEqual([tree.id], [each.id for each in found.trees])
        self.assertIn('WHERE cloud = ? AND tree_traits CONTAINS ? AND token',
                      self.session.sent[-1])
