# SPDX-License-Identifier: Apache-2.0

from placement import exception
import testtools

from cassandra_scheduler.model import change as change_model
from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.model import holdings
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.model import write as write_model
from cassandra_scheduler.placement_api.providers import move_subtree

WRITE = write_model.Write('write', 99)


def tree_of(*providers, **fields):
    """Return a Tree of (uuid, parent); its id is the first uuid."""
    return tree_model.Tree(
        id=providers[0][0], version=5, providers={
            uuid: tree_model.Provider(uuid, f'name of {uuid}', parent)
            for uuid, parent in providers}, **fields)


def state_of(tree, *rows):
    for row in rows:
        tree = tree.with_amounts({
            key: units for key, units in row.amounts.items()
            if key[0] in tree.providers})
    return change_model.TreeState(tree, {row.uuid: row for row in rows})


def row_of(home, *providers):
    return consumer_model.Consumer(
        'c', home, {(uuid, 'VCPU'): 1 for uuid in providers}, generation=4)


class TestStatesAfter(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.states = {
            'host': state_of(
                tree_of(('host', None), ('card', 'host'), ('slice', 'card')),
                row_of('host', 'host', 'slice')),
            'other': state_of(tree_of(('other', None)))}

    def moved(self, uuid='card', parent='other', moved=('card', 'slice'),
              consumers=('c',)):
        return move_subtree.SubtreeMove(
            uuid, 'new name', parent, 'host', 'other', frozenset(moved),
            frozenset(consumers)).states_after(self.states, WRITE)

    def test_all_goes_along(self):
        after = self.moved()
        self.assertEqual({'host'}, set(after['host'].tree.providers))
        providers = after['other'].tree.providers
        self.assertEqual({'other', 'card', 'slice'}, set(providers))
        self.assertEqual(('new name', 'other', 99), (
            providers['card'].name, providers['card'].parent,
            providers['card'].updated_ms))
        self.assertEqual('card', providers['slice'].parent)
        self.assertEqual(1, after['other'].tree.units_used('slice', 'VCPU'))
        rows = holdings.rows_of(after, 'c')
        self.assertEqual({('host', 'VCPU'): 1}, rows['host'].amounts)
        self.assertEqual({('slice', 'VCPU'): 1}, rows['other'].amounts)
        self.assertEqual(('host', frozenset({'other'}), 4), (
            rows['host'].home, rows['host'].also_in,
            rows['host'].generation))

    def test_a_whole_host_takes_its_report_along(self):
        self.states['host'] = self.states['host'].with_tree(
            self.states['host'].tree.replace(
                resource_type='compute', pending={
                    'c': tree_model.Pending('claim', 1)}))
        after = self.moved('host', moved=('host', 'card', 'slice'))
        self.assertEqual({}, dict(after['host'].tree.providers))
        self.assertEqual('compute', after['other'].tree.resource_type)
        self.assertEqual({'c'}, set(after['other'].tree.pending))
        self.assertEqual({'other'}, set(holdings.rows_of(after, 'c')))
        self.assertTrue(after['host'].consumers['c'].is_forwarding)

    def test_another_subtree_than_planned(self):
        self.assertRaises(
            exception.ResourceProviderConcurrentUpdateDetected,
            self.moved, moved=('card',))

    def test_a_consumer_that_came_since(self):
        self.assertRaises(exception.ConcurrentUpdateDetected,
                          self.moved, consumers=())

    def test_a_consumer_in_a_tree_that_was_not_read(self):
        state = self.states['host']
        self.states['host'] = state.with_row('c', state.consumers[
            'c'].replace(also_in=frozenset({'third'})))
        self.assertRaises(exception.ConcurrentUpdateDetected, self.moved)

    def test_a_parent_that_is_gone(self):
        self.assertRaises(exception.ObjectActionError,
                          self.moved, parent='gone')
