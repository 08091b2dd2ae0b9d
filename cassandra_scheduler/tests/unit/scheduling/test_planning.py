# SPDX-License-Identifier: Apache-2.0

import testtools

from cassandra_scheduler.model import restriction
from cassandra_scheduler.scheduling import query_plan

INDEXED = frozenset({'host', 'nodename', 'tree_traits', 'free_vcpu'})
MANY = tuple(f'host{number}' for number in range(2000))


def plan(*asked):
    return query_plan.plan([restriction.Restriction(*one) for one in asked],
                           indexed=INDEXED)


def asked(found):
    return {(each.column, each.operator, each.value)
            for each in found.restrictions}


class TestLead(testtools.TestCase):

    def test_the_rarest_leads(self):
        all_of_them = [('root_of', '=', 'x'), ('free_vcpu', '>=', 1),
                       ('tree_traits', 'CONTAINS', 'A'),
                       ('nodename', '=', 'n'), ('host', '=', 'h')]
        for count, lead in enumerate(
                ('all roots', 'amounts', 'tree_traits', 'nodename', 'host'),
                1):
            self.assertEqual(lead, plan(*all_of_them[:count]).lead)


class TestHosts(testtools.TestCase):

    def test_they_are_read_by_name(self):
        found = plan(('host', 'IN', ('b', 'a')), ('free_vcpu', '>=', 1),
                     ('free_ram', '>=', 1))
        self.assertEqual((('a', 'b'), 'host'), (found.hosts, found.lead))
        # No other index is asked.
        self.assertEqual({('free_ram', '>=', 1)}, asked(found))

    def test_those_that_all_filters_name(self):
        self.assertEqual(('b',), plan(('host', 'IN', ('a', 'b')),
                                      ('host', 'IN', ('b', 'c'))).hosts)
        self.assertEqual((), plan(('host', 'IN', ()),).hosts)

    def test_too_many_are_left_to_the_filter(self):
        self.assertEqual(1000, len(plan(('host', 'IN', MANY[:1000])).hosts))
        self.assertEqual(query_plan.QueryPlan((), 'all roots'),
                         plan(('host', 'IN', MANY)))

    def test_a_pinned_host_is_one_of_them_or_refused_later(self):
        found = plan(('host', '=', 'x'), ('host', 'IN', ('a', 'b')),
                     ('free_vcpu', '>=', 1))
        self.assertEqual((None, 'host'), (found.hosts, found.lead))
        self.assertEqual({('host', '=', 'x')}, asked(found))


class TestTidy(testtools.TestCase):

    def test_the_closest_bound_counts(self):
        self.assertEqual({('a', '<=', 3), ('a', '>=', 2), ('b', '<=', 9)},
                         asked(plan(('a', '<=', 5), ('a', '<=', 3),
                                    ('a', '>=', 1), ('a', '>=', 2),
                                    ('b', '<=', 9))))

    def test_three_members_of_a_set_the_custom_ones_first(self):
        found = plan(*[('tree_traits', 'CONTAINS', name) for name in
                       ('A', 'B', 'A', 'C', 'CUSTOM_D', 'CUSTOM_E')])
        self.assertEqual(['CUSTOM_D', 'CUSTOM_E', 'A'],
                         [each.value for each in found.restrictions])
