# SPDX-License-Identifier: Apache-2.0

import testtools

from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.transfer import content

PROVIDER = tree_model.Provider(
    'uuid', 'name', generation=3, traits=frozenset({'A'}),
    aggregates=frozenset({'B'}), created_ms=1999, updated_ms=None,
    inventories={'VCPU': tree_model.Inventory(
        total=4, allocation_ratio=1.1, created_ms=1000)})
CONSUMER = consumer_model.Consumer(
    'uuid', home='', amounts={('uuid', 'VCPU'): 1}, generation=1,
    project_id='p', user_id='u', created_ms=5000, updated_ms=6000)


class TestSame(testtools.TestCase):

    def test_nothing_is_the_same_as_nothing_only(self):
        self.assertTrue(content.same_provider(None, None))
        self.assertFalse(content.same_provider(PROVIDER, None))
        self.assertFalse(content.same_consumer(None, CONSUMER))

    def test_what_a_database_cannot_keep_is_not_compared(self):
        single_precision = tree_model.Inventory(
            total=4, allocation_ratio=1.10000002384, created_ms=1400)
        self.assertTrue(content.same_provider(PROVIDER, PROVIDER.replace(
            created_ms=1000, inventories={'VCPU': single_precision})))

    def test_everything_else_is(self):
        for field, other in (
                ('name', 'other'), ('parent', 'other'), ('generation', 4),
                ('traits', frozenset()), ('aggregates', frozenset()),
                ('created_ms', 2000), ('updated_ms', 0),
                ('inventories', {})):
            self.assertFalse(content.same_provider(
                PROVIDER, PROVIDER.replace(**{field: other})), field)
        for field, other in (
                ('amounts', {('uuid', 'VCPU'): 2}), ('generation', 2),
                ('project_id', 'q'), ('user_id', 'v'),
                ('consumer_type', 'INSTANCE'), ('created_ms', 4000),
                ('updated_ms', 7000)):
            self.assertFalse(content.same_consumer(
                CONSUMER, CONSUMER.replace(**{field: other})), field)

    def test_where_a_consumer_lives_does_not_matter(self):
        self.assertTrue(content.same_consumer(CONSUMER, CONSUMER.replace(
            home='tree', claim_id='claim', also_in=frozenset({'tree'}))))


class TestOrder(testtools.TestCase):

    def test_parents_come_first(self):
        providers = {name: tree_model.Provider(name, name, parent=parent)
                     for name, parent in (('c', 'b'), ('b', 'a'),
                                          ('d', 'a'), ('a', None))}
        self.assertEqual(['a', 'b', 'd', 'c'],
                         list(content.parents_first(providers)))
