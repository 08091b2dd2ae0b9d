# SPDX-License-Identifier: Apache-2.0

from cassandra_scheduler.store import lookups
from cassandra_scheduler.tests.contract import case

LookupRow = lookups.LookupRow


class TestLocators(case.StoreTestCase):

    def setUp(self):
        super().setUp()
        self.homes = self.store.consumer_homes

    def test_the_first_claim_wins(self):
        self.assertIsNone(self.homes.find('c'))
        won = self.assert_applied(self.homes.create('c', 'tree', 'op-1'))
        lost = self.assert_rejected(self.homes.create('c', 'other', 'op-2'))
        self.assertEqual(LookupRow('tree', 'op-1'), won.state)
        self.assertEqual(LookupRow('tree', 'op-1'), lost.winner)

    def test_asking_again_is_no_loss(self):
        for _ in range(2):
            self.assert_applied(self.homes.create('c', 'tree', 'op-1'))
        for _ in range(2):
            self.assert_applied(self.homes.move('c', 'new', write_id='op-2',
                                                from_write_id='op-1'))
        for _ in range(2):
            self.assert_applied(self.homes.release('c', 'op-2'))
        self.assertIsNone(self.homes.find('c'))

    def test_only_the_writer_s_op_moves_or_releases(self):
        self.homes.create('c', 'tree', 'op-1')
        stands = LookupRow('tree', 'op-1')
        moved = self.homes.move('c',
                                'new',
                                write_id='op-3',
                                from_write_id='op-2')
        self.assertEqual(stands, self.assert_rejected(moved).winner)
        released = self.homes.release('c', 'op-2')
        self.assertEqual(stands, self.assert_rejected(released).winner)
        self.assertEqual(stands, self.homes.find('c'))

    def test_what_is_not_there_cannot_move(self):
        moved = self.homes.move('c',
                                'new',
                                write_id='op-2',
                                from_write_id='op-1')
        self.assertIsNone(self.assert_rejected(moved).winner)
        self.assertIsNone(self.homes.find('c'))

    def test_the_three_tables_are_three(self):
        for locator in (self.store.provider_trees, self.store.provider_names,
                        self.homes):
            self.assertIsNone(locator.find('key'))
            self.assert_applied(locator.create('key', 'value', 'op'))
            self.assertEqual({'key': LookupRow('value', 'op')},
                             locator.find_many(['key', 'nobody']))
