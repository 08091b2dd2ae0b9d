# SPDX-License-Identifier: Apache-2.0

import collections

from nova import objects
import testtools

from cassandra_scheduler.driver import destinations
from cassandra_scheduler.tests.unit.driver import specs

View = collections.namedtuple('View', 'host nodename')
VIEWS = [View('one', 'n1'), View('one', 'n2'), View('Two', 'n3')]


def matching(**fields):
    return [view.nodename for view in destinations.allowed(
        VIEWS, specs.spec(**fields))]


class TestMatching(testtools.TestCase):

    def test_no_names(self):
        self.assertEqual(['n1', 'n2', 'n3'], matching())

    def test_ignored_and_forced_hosts_whatever_the_case(self):
        self.assertEqual(['n3'], matching(ignore_hosts=['ONE']))
        self.assertEqual(['n3'], matching(force_hosts=['two']))
        self.assertEqual([], matching(force_hosts=['one'],
                                      ignore_hosts=['one']))

    def test_nodes_match_exactly(self):
        self.assertEqual(['n2'], matching(force_nodes=['n2', 'N1']))

    def test_destination_matches_exactly(self):
        def to(**fields):
            return matching(requested_destination=objects.Destination(
                **fields))

        self.assertEqual(['n1', 'n2'], to(host='one'))
        self.assertEqual(['n2'], to(host='one', node='n2'))
        self.assertEqual([], to(host='two'))
        self.assertEqual(['n1', 'n2', 'n3'], to(aggregates=['a']))


class TestFilters(testtools.TestCase):

    def skips(self, **fields):
        return destinations.skips_filters(specs.spec(**fields))

    def test_forced_hosts_are_not_filtered(self):
        self.assertTrue(self.skips(force_hosts=['one']))
        self.assertTrue(self.skips(force_nodes=['n1']))
        self.assertFalse(self.skips())

    def test_unless_nova_checks_one(self):
        self.assertFalse(self.skips(force_hosts=['one'], scheduler_hints={
            '_nova_check_type': ['rebuild']}))


class TestOnlyCell(testtools.TestCase):

    def only_cell(self, **fields):
        return destinations.only_cell(specs.spec(
            requested_destination=objects.Destination(**fields)))

    def test_a_cell_to_stay_in(self):
        cell = objects.CellMapping(
            uuid='0c5ff1ce-0000-4000-8000-000000000001')
        self.assertEqual(cell.uuid, self.only_cell(cell=cell))
        self.assertIsNone(self.only_cell(cell=cell,
                                         allow_cross_cell_move=True))
        self.assertIsNone(self.only_cell(host='one'))
        self.assertIsNone(destinations.only_cell(specs.spec()))
