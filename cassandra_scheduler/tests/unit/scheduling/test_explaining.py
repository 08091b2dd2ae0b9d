# SPDX-License-Identifier: Apache-2.0

import testtools

from cassandra_scheduler.model import restriction
from cassandra_scheduler.scheduling import explain

ROW = {'free_vcpu': 4, 'host': 'one', 'tree_traits': {'A'}, 'nodename': None}


def holds(column, operator, value):
    return explain.holds(
        restriction.Restriction(column, operator, value), ROW)


class TestHolds(testtools.TestCase):

    def test_each_operator(self):
        for wanted, asked in (
                (True, ('free_vcpu', '>=', 4)),
                (False, ('free_vcpu', '>=', 5)),
                (True, ('free_vcpu', '<=', 4)),
                (False, ('free_vcpu', '<=', 3)),
                (True, ('host', '=', 'one')), (False, ('host', '=', 'two')),
                (True, ('tree_traits', 'CONTAINS', 'A')),
                (False, ('tree_traits', 'CONTAINS', 'B')),
                (True, ('host', 'IN', ('one', 'two'))),
                (False, ('host', 'IN', ('two',)))):
            self.assertEqual(wanted, holds(*asked), asked)

    def test_what_is_not_there_satisfies_nothing(self):
        self.assertFalse(holds('nodename', '=', 'one'))
        self.assertFalse(holds('nowhere', '<=', 9))
