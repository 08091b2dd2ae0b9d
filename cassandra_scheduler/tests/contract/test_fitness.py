# SPDX-License-Identifier: Apache-2.0
"""What is asked of a real node, and what would be refused."""

import pathlib
import time

import yaml

import cassandra_scheduler
from cassandra_scheduler.model import errors
from cassandra_scheduler.store.cluster import advice
from cassandra_scheduler.store.cluster import facts
from cassandra_scheduler.store.cluster import fitness
from cassandra_scheduler.tests.contract import case

PRODUCTION = (pathlib.Path(cassandra_scheduler.__file__).parents[1] / 'etc' /
              'cassandra' / 'production.yaml')


def flat(settings, *above):
    """Yield the names of settings as Cassandra spells nested ones."""
    for name, value in settings.items():
        if isinstance(value, dict) and name != 'configurations':
            yield from flat(value, *above, name)
        else:
            yield '.'.join((*above, name))


class TestFitness(case.StoreTestCase):

    def test_the_node_of_these_tests_is_fit(self):
        fitness.check_cluster(self.store.session)
        fitness.check_statements(self.store)

    def test_a_cassandra_that_is_too_old(self):
        [node] = self.store.session.nodes()
        error = self.assertRaises(
            errors.StoreUnfit, fitness.check_cluster, self.store.session,
            oldest=(99, 1))
        self.assertEqual(
            f'Node {node.address} runs Cassandra {node.version}, but 99.1 '
            'is needed: upgrade it.', str(error))

    def test_clocks_that_are_apart(self):
        for shift_s in (-7, 7):
            error = self.assertRaises(
                errors.StoreUnfit, fitness.check_cluster,
                self.store.session, clock=lambda: time.time() + shift_s)
            self.assertRegex(
                str(error), r'^The clocks of this host and Cassandra node '
                r'[\d.]+ are (6\.\d|7\.0) s apart: .*clock_tolerance')

    def test_trying_writes_leaves_nothing(self):
        self.assertEqual(fitness.FINE, fitness.conditional_writes(
            self.store.session))
        self.assertEqual([], self.store.session.rows(
            'SELECT tree FROM {keyspace}.trees WHERE cloud = ? '
            'ALLOW FILTERING', (self.store.cloud,)))

    def test_every_setting_we_ask_for_is_known(self):
        found = facts.read(self.store.session, advice.SETTINGS)
        [asked] = found.asked
        self.assertEqual(set(advice.SETTINGS), set(asked.settings))
        self.assertLess(asked.clock.apart, fitness.NOTICEABLE_S)

    def test_what_we_tell_operators_to_set_exists(self):
        known = {row['name'] for row in self.store.session.rows(
            'SELECT name FROM system_views.settings')}
        told = set(flat(yaml.safe_load(PRODUCTION.read_text())))
        self.assertIn('paxos_variant', told)
        self.assertEqual(set(), told - known)
