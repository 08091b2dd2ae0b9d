# SPDX-License-Identifier: Apache-2.0

import testtools

from cassandra_scheduler.audit import consumers
from cassandra_scheduler.model import consumer as consumer_model

HOME, OTHER, UUID = 'home', 'other', 'consumer'


def row(tree, home=HOME, **fields):
    return consumer_model.Consumer(UUID, **{
        'home': home, 'amounts': {(tree, 'VCPU'): 1}, **fields})


def forwarding(tree, moved_to):
    return consumer_model.Consumer(UUID, home=tree, moved_to=moved_to)


class TestWrong(testtools.TestCase):

    def wrong(self, leads_to, **rows):
        return [(flaw.kind, flaw.tree)
                for flaw in consumers.wrong(leads_to, rows)]

    def test_nothing_is_nothing(self):
        self.assertEqual([], self.wrong(None))

    def test_one_home(self):
        self.assertEqual([], self.wrong(HOME, home=row(HOME)))
        self.assertEqual([(consumers.HOME, HOME)],
                         self.wrong(None, home=row(HOME)))
        self.assertEqual([(consumers.HOME, HOME)],
                         self.wrong(OTHER, home=row(HOME)))

    def test_a_lookup_row_to_nothing(self):
        self.assertEqual([(consumers.DANGLING, OTHER)], self.wrong(OTHER))
        self.assertEqual(
            {consumers.DANGLING},
            {kind for kind, _tree in self.wrong(
                OTHER, other=forwarding(OTHER, HOME))})

    def test_two_homes(self):
        self.assertEqual(
            [(consumers.HOMES, HOME)],
            self.wrong(HOME, home=row(HOME), other=row(OTHER, OTHER)))

    def test_a_home_and_a_part(self):
        both = {'other': row(OTHER)}
        self.assertEqual([], self.wrong(HOME, **both, home=row(
            HOME, also_in=frozenset({OTHER}))))
        self.assertEqual([(consumers.ALSO_IN, HOME)],
                         self.wrong(HOME, **both, home=row(HOME)))
        self.assertEqual(
            [(consumers.ALSO_IN, HOME)], self.wrong(HOME, home=row(
                HOME, also_in=frozenset({OTHER}))))

    def test_a_part_alone(self):
        self.assertEqual([(consumers.PART, OTHER)],
                         self.wrong(HOME, other=row(OTHER)))

    def test_a_move_that_was_not_finished(self):
        left = {'home': row(HOME), 'other': forwarding(OTHER, HOME)}
        [flaw] = consumers.wrong(OTHER, left)
        self.assertEqual((consumers.HOME, HOME), (flaw.kind, flaw.tree))
        self.assertIn('has moved', flaw.what)
        self.assertEqual([(consumers.FORWARDING, OTHER)],
                         self.wrong(HOME, **left))
