# SPDX-License-Identifier: Apache-2.0

import datetime
import uuid

from cassandra_scheduler.model import change as change_model
from cassandra_scheduler.model import report as report_model
from cassandra_scheduler.model import restriction
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.store import query
from cassandra_scheduler.store import token_ranges
from cassandra_scheduler.tests.contract import case
from cassandra_scheduler.tests.fixtures import hosts
from cassandra_scheduler.tests.fixtures import sessions

Restriction = restriction.Restriction


class CandidatesTestCase(case.StoreTestCase):

    def new_compute(self, vcpu=8, **fields):
        return self.cloud.new_tree(
            hosts.provider(vcpu, **fields), resource_type='compute',
            report=report_model.HostReport(
                '{"host": "h-%s", "nodename": "n"}' % uuid.uuid4()))

    def read(self, *restrictions, **how):
        return self.store.query.read(
            [Restriction(*one) for one in restrictions], **how)

    def found(self, *restrictions):
        return {tree.id for tree in self.read(*restrictions).trees}


class TestRestrictions(CandidatesTestCase):

    def test_without_any_all_roots_of_this_cloud_only(self):
        mine = {self.new_compute().id, self.new_host().id}
        stranger = self.useFixture(type(self.cloud)())
        stranger.new_tree(hosts.provider())
        self.assertEqual(mine, self.found())

    def test_a_candidate_is_the_whole_tree(self):
        tree = self.new_compute(traits=frozenset({'CUSTOM_A'}))
        self.store.trees.write_heartbeat(tree.id, tree_model.Heartbeat(
            1700000000000, True, True, report_model.ServiceRecord('{}')))
        [candidate] = self.read().trees
        self.assertEqual(self.store.trees.find(tree.id), candidate)
        self.assertEqual(1700000000000, candidate.heartbeat.last_seen_ms)

    def test_free_amounts_are_bounds(self):
        small, large = self.new_compute(4).id, self.new_compute(8).id
        for asked, wanted in ((4, {small, large}), (5, {large}), (8, {large}),
                              (9, set())):
            self.assertEqual(wanted, self.found(('free_vcpu', '>=', asked)))

    def test_what_is_claimed_is_no_longer_found(self):
        tree = self.new_compute(8)
        self.write(hosts.claiming(tree, hosts.consumer(tree.id, 5)))
        self.assertEqual(set(), self.found(('free_vcpu', '>=', 4)))
        self.assertEqual({tree.id}, self.found(('free_vcpu', '>=', 3)))

    def test_traits_and_aggregates_are_members(self):
        aggregate = str(uuid.uuid4())
        with_both = self.new_compute(
            traits=frozenset({'CUSTOM_A', 'CUSTOM_B'}),
            aggregates=frozenset({aggregate})).id
        with_one = self.new_compute(traits=frozenset({'CUSTOM_A'})).id
        for wanted, *restrictions in (
                ({with_both, with_one},
                 ('tree_traits', 'CONTAINS', 'CUSTOM_A')),
                ({with_both}, ('tree_traits', 'CONTAINS', 'CUSTOM_A'),
                              ('tree_traits', 'CONTAINS', 'CUSTOM_B')),
                ({with_both}, ('tree_aggregates', 'CONTAINS', aggregate)),
                ({with_both}, ('root_traits', 'CONTAINS', 'CUSTOM_B'),
                              ('free_vcpu', '>=', 8)),
                (set(), ('root_traits', 'CONTAINS', 'CUSTOM_C'))):
            self.assertEqual(wanted, self.found(*restrictions))

    def test_a_host_by_name_and_by_its_last_beat(self):
        tree = self.new_compute()
        host = self.store.searchable(tree)['host']
        self.assertEqual({tree.id}, self.found(('host', '=', host)))
        self.assertEqual(set(), self.found(('host', '=', host + ' ')))
        seen = datetime.datetime(2023, 11, 14, 22, 13, 20)
        recent = ('last_seen', '>=', seen)
        self.assertEqual(set(), self.found(recent))
        self.store.trees.write_heartbeat(tree.id,
                                         tree_model.Heartbeat(1700000000000))
        self.assertEqual({tree.id}, self.found(recent))

    def test_values_are_bound(self):
        self.new_compute(traits=frozenset({'CUSTOM_A'}))
        for evil in ("' OR ''='", "CUSTOM_A' ALLOW FILTERING; --", ''):
            self.assertEqual(set(), self.found(
                ('tree_traits', 'CONTAINS', evil)))

    def test_a_row_that_lost_its_tree_is_counted_but_not_returned(self):
        tree = self.new_compute()
        self.write(change_model.TreeChange(
            tree, tree.replace(providers={}), write_id=hosts.write_id()))
        self.store.trees.write_heartbeat(tree.id,
                                         tree_model.Heartbeat(1700000000000))
        page = self.read(('last_seen', '>=', datetime.datetime(2020, 1, 1)))
        self.assertEqual((), page.trees)

    def test_a_row_mixed_of_two_states_is_read_again(self):
        tree = self.new_compute(8)
        self.store.session.write(
            'UPDATE {keyspace}.trees SET used = \'{"x":{"VCPU":1}}\' WHERE '
            "cloud = ? AND tree = ? AND kind = 'root' AND key = ''",
            (self.store.cloud, tree.id))
        session = sessions.WiredSession(self.cloud.settings)
        page = self.store_over(session).query.read([])
        self.assertEqual([tree.id], [found.id for found in page.trees])
        self.assertEqual(2, len(session.sent))
        self.assertIn("kind = 'root'", session.sent[1])


class TestPaging(CandidatesTestCase):

    def setUp(self):
        super().setUp()
        self.all = {self.new_compute().id for _ in range(7)}

    def test_pages_follow_each_other_through_the_token_range(self):
        seen, within, pages = [], token_ranges.WHOLE, 0
        while True:
            page = self.read(within=within, limit=3)
            self.assertEqual(len(page.trees), page.rows_read)
            seen += [tree.id for tree in page.trees]
            pages += 1
            if page.ended:
                break
            within = within._replace(after=page.last_token)
        self.assertEqual(3, pages)
        self.assertEqual((7, self.all), (len(seen), set(seen)))

    def test_one_round_from_anywhere_reads_each_tree_once(self):
        start = self.read(limit=4).last_token
        tail, head = (self.read(within=each)
                      for each in token_ranges.one_round(start))
        self.assertEqual((3, 4), (len(tail.trees), len(head.trees)))
        self.assertEqual(self.all,
                         {tree.id for tree in tail.trees + head.trees})

    def test_an_empty_range(self):
        page = self.read(within=token_ranges.WHOLE._replace(
            after=token_ranges.MAX_TOKEN - 1))
        self.assertEqual(((), 0, None, True), (
            page.trees, page.rows_read, page.last_token, page.ended))


class TestStatement(CandidatesTestCase):

    def test_an_index_always_leads(self):
        for restrictions, lead in (
                ((), 'root_of = ?'),
                ((Restriction('free_vcpu', '>=', 1),), 'cloud = ?')):
            text = query.statement(restrictions, frozenset({'free_vcpu'}))
            self.assertIn(f'WHERE {lead}', text)

    def test_no_value_is_in_the_text(self):
        text = query.statement(
            [Restriction('host', '=', 'the-value')], frozenset())
        self.assertIn('host = ?', text)
        self.assertNotIn('the-value', text)
