# SPDX-License-Identifier: Apache-2.0
"""Judging what a cluster says of itself."""

import testtools

from cassandra_scheduler.store.cluster import advice
from cassandra_scheduler.store.cluster import clocks
from cassandra_scheduler.store.cluster import facts
from cassandra_scheduler.store.cluster import fitness
from cassandra_scheduler.store import session
from cassandra_scheduler.store import settings

SETTINGS = settings.Settings(clock_tolerance=5.0)
BY_DATACENTER = {
    'class': 'org.apache.cassandra.locator.NetworkTopologyStrategy'}


def node(number, version='5.0.9'):
    return session.ClusterNode(f'192.0.2.{number}', 'datacenter1', version)


def asked(*settings, clocks=()):
    """Return Facts of nodes with these settings, or with these clocks."""
    nodes = [facts.NodeFacts(f'192.0.2.{number}', each)
             for number, each in enumerate(settings, 1)]
    nodes += [facts.NodeFacts(f'192.0.2.{number}', {}, clock)
              for number, clock in enumerate(clocks, 1)]
    return facts.Facts(nodes=(), asked=tuple(nodes), replication=None)


class TestClocks(testtools.TestCase):

    def test_the_time_of_the_answer_is_not_known(self):
        # Theirs was 1000 some time while ours was 990 to 994.
        self.assertEqual(6.0, clocks.ahead(990, 1_000_000, 994).apart)
        behind = clocks.ahead(1006, 1_000_000, 1010)
        self.assertAlmostEqual(5.999, behind.apart)

    def test_a_slow_answer_proves_nothing(self):
        self.assertEqual(0.0, clocks.ahead(990, 1_000_000, 1060).apart)

    def test_two_nodes_are_compared_through_us(self):
        one, other = clocks.Ahead(-3.0, -2.0), clocks.Ahead(2.0, 2.5)
        self.assertEqual(4.0, one.of(other).apart)
        self.assertEqual(4.0, other.of(one).apart)

    def test_each_node_may_be_fine_and_both_are_apart(self):
        found = asked(clocks=[clocks.Ahead(-3.5, -3.4),
                              clocks.Ahead(3.4, 3.5)])
        verdict = fitness.clocks(found, SETTINGS)
        self.assertIs(fitness.Level.FAILURE, verdict.level)
        self.assertIn('192.0.2.1 and 192.0.2.2 are 6.8 s apart',
                      verdict.text)

    def test_a_little_apart_is_worth_a_warning(self):
        found = asked(clocks=[clocks.Ahead(0.6, 0.7)])
        verdict = fitness.clocks(found, SETTINGS)
        self.assertIs(fitness.Level.WARNING, verdict.level)
        self.assertIn('this host and Cassandra node 192.0.2.1', verdict.text)

    def test_nobody_answered(self):
        self.assertEqual(fitness.FINE, fitness.clocks(asked(), SETTINGS))


class TestVersions(testtools.TestCase):

    def test_one_old_node_is_enough(self):
        verdict = fitness.versions([node(1), node(2, '4.1.10')])
        self.assertIs(fitness.Level.FAILURE, verdict.level)
        self.assertIn('192.0.2.2 runs Cassandra 4.1.10, but 5.0',
                      verdict.text)

    def test_names_that_builders_give(self):
        for version in ('5.0', '5.0-beta1', '5.0.9-SNAPSHOT', '5.0.9.1'):
            self.assertEqual(fitness.FINE, fitness.versions(
                [node(1, version), node(2, version)]))

    def test_an_upgrade_that_is_not_finished(self):
        verdict = fitness.versions([node(1), node(2, '6.0.0'), node(3, '')])
        self.assertIs(fitness.Level.WARNING, verdict.level)
        self.assertIn('5.0.9, 6.0.0', verdict.text)


class TestReplication(testtools.TestCase):

    def judge(self, **copies):
        found = facts.Facts((), (), {**BY_DATACENTER, **copies})
        return fitness.replication(found, SETTINGS)

    def test_copies(self):
        self.assertEqual(fitness.FINE, self.judge(datacenter1='3'))
        # Three of them, one transient.
        self.assertEqual(fitness.FINE, self.judge(datacenter1='3/1'))
        verdict = self.judge(datacenter1='2', elsewhere='3')
        self.assertIs(fitness.Level.WARNING, verdict.level)
        self.assertIn('2 of 3 copies', verdict.text)

    def test_copies_anywhere(self):
        verdict = fitness.replication(facts.Facts((), (), {
            'class': 'org.apache.cassandra.locator.SimpleStrategy',
            'replication_factor': '3'}), SETTINGS)
        self.assertIs(fitness.Level.WARNING, verdict.level)
        self.assertIn('NetworkTopologyStrategy', verdict.text)

    def test_a_keyspace_that_is_yet_to_come(self):
        self.assertEqual(fitness.FINE,
                         fitness.replication(asked(), SETTINGS))


class TestAdvice(testtools.TestCase):

    def test_a_node_that_is_silent(self):
        found = asked(clocks=[clocks.Ahead(0, 0), None])
        verdict = advice.answers(found, SETTINGS)
        self.assertIs(fitness.Level.WARNING, verdict.level)
        self.assertIn('Nothing is known of 192.0.2.2,', verdict.text)

    def test_the_node_that_differs_is_named(self):
        found = asked({'paxos_state_purging': 'repaired'},
                      {'paxos_state_purging': 'gc_grace'})
        verdict = advice.purging(found, SETTINGS)
        self.assertIn('gc_grace on 192.0.2.2', verdict.text)
        self.assertNotIn('192.0.2.1', verdict.text)

    def test_durations(self):
        for duration, longer in (('1800ms', False), ('10s', False),
                                 ('10001ms', True), ('1m', True)):
            found = asked({'cas_contention_timeout': duration})
            verdict = advice.timeouts(found, SETTINGS)
            self.assertEqual(longer, verdict.level > 0, duration)

    def test_a_setting_that_a_version_does_not_have(self):
        for rule in (advice.purging, advice.guardrails, advice.storage,
                     advice.access, advice.timeouts, fitness.paxos):
            self.assertEqual(fitness.FINE, rule(asked({}), SETTINGS))
