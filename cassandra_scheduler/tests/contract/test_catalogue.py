# SPDX-License-Identifier: Apache-2.0

from cassandra_scheduler.store import catalogue
from cassandra_scheduler.tests.contract import case

TRAIT, CLASS = catalogue.TRAIT, catalogue.RESOURCE_CLASS


class TestCatalogue(case.StoreTestCase):

    def setUp(self):
        super().setUp()
        self.names = self.store.catalogue

    def test_a_name_is_created_once(self):
        made = self.names.create(TRAIT, 'CUSTOM_A', write_id='1', now_ms=5)
        self.assertEqual(catalogue.CatalogueEntry('CUSTOM_A', 5, 5),
                         self.assert_applied(made).state)
        late = self.names.create(TRAIT, 'CUSTOM_A', write_id='2', now_ms=6)
        self.assertEqual(made.state, self.assert_rejected(late).winner)
        again = self.names.create(TRAIT, 'CUSTOM_A', write_id='1', now_ms=7)
        self.assertEqual(made.state, self.assert_applied(again).state)

    def test_kinds_do_not_meet(self):
        self.names.create(TRAIT, 'CUSTOM_A', write_id='1', now_ms=5)
        self.assertIsNone(self.names.find(CLASS, 'CUSTOM_A'))
        self.assertEqual([], self.names.list(CLASS))
        self.assert_rejected(self.names.delete(CLASS, 'CUSTOM_A'))
        self.assertIsNotNone(self.names.find(TRAIT, 'CUSTOM_A'))

    def test_the_oldest_is_listed_first(self):
        for name, now_ms in (('CUSTOM_C', 1), ('CUSTOM_A', 2),
                             ('CUSTOM_B', 2)):
            self.names.create(TRAIT, name, write_id=name, now_ms=now_ms)
        self.assertEqual(['CUSTOM_C', 'CUSTOM_A', 'CUSTOM_B'],
                         [entry.name for entry in self.names.list(TRAIT)])

    def test_deleting_says_whether_it_was_there(self):
        self.names.create(TRAIT, 'CUSTOM_A', write_id='1', now_ms=5)
        self.assert_applied(self.names.delete(TRAIT, 'CUSTOM_A'))
        self.assert_rejected(self.names.delete(TRAIT, 'CUSTOM_A'))
        self.assertIsNone(self.names.find(TRAIT, 'CUSTOM_A'))
