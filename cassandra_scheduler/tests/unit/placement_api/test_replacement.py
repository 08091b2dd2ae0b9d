# SPDX-License-Identifier: Apache-2.0

import types

from placement import exception
from placement.objects import allocation
import testtools

from cassandra_scheduler.model import change as change_model
from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.placement_api.providers import replacement


def state_of(tree_id, *rows, total=8, pending=()):
    """Return the TreeState of a host whose consumers have these rows."""
    tree = tree_model.Tree(
        id=tree_id, version=5, providers={tree_id: tree_model.Provider(
            uuid=tree_id, name=tree_id, generation=3,
            inventories={'VCPU': tree_model.Inventory(total)})})
    for row in rows:
        tree = tree.with_amounts(row.amounts)
    for uuid in pending:
        tree = tree.with_pending(uuid, tree_model.Pending('claim', 1))
    return change_model.TreeState(tree, {row.uuid: row for row in rows})


def row_of(uuid, tree_id, vcpu, **fields):
    return consumer_model.Consumer(**{
        'uuid': uuid, 'home': tree_id, 'amounts': {(tree_id, 'VCPU'): vcpu},
        'generation': 1, 'created_ms': 7, **fields})


def consumer_of(row=None, uuid='new'):
    """Return what the handlers know of a consumer."""
    owner = types.SimpleNamespace(external_id='owner')
    return types.SimpleNamespace(
        uuid=row.uuid if row else uuid, row=row, project=owner, user=owner,
        generation=row.generation if row else 0, consumer_type_id='INSTANCE')


def wanting(consumer, **vcpu):
    """Return the upstream Allocations of a consumer, by provider."""
    return [allocation.Allocation(
        resource_provider=types.SimpleNamespace(uuid=provider),
        consumer=consumer, resource_class='VCPU', used=units)
        for provider, units in vcpu.items()]


class TestReplacement(testtools.TestCase):

    def replaced(self, wanted, **states):
        """Return the Draft, and its changes by tree id."""
        draft = replacement.Draft(states, write_id='op', now=99)
        replacement.replace(draft, wanted)
        return draft, {change.after.id: change for change in draft.changes()}

    def test_a_new_consumer(self):
        _draft, changes = self.replaced(
            wanting(consumer_of(), a=2), a=state_of('a'))
        change = changes['a']
        self.assertEqual({('a', 'VCPU'): 2}, change.after.used)
        self.assertEqual(4, change.after.providers['a'].generation)
        [row] = change.put
        self.assertEqual(frozenset({'new'}), change.create)
        self.assertEqual(
            consumer_model.Consumer(
                'new', 'a', {('a', 'VCPU'): 2}, claim_id='op', generation=1,
                project_id='owner', user_id='owner',
                consumer_type='INSTANCE', created_ms=99, updated_ms=99), row)

    def test_it_stays_at_home_while_it_holds_something_there(self):
        row = row_of('c', 'b', 1)
        draft, changes = self.replaced(
            wanting(consumer_of(row), a=1, b=2),
            a=state_of('a'), b=state_of('b', row))
        self.assertEqual('b', draft.homes['c'].home)
        self.assertEqual(frozenset({'a'}), draft.homes['c'].also_in)
        [elsewhere] = changes['a'].put
        self.assertEqual(('b', frozenset()),
                         (elsewhere.home, elsewhere.also_in))
        self.assertEqual(7, elsewhere.created_ms)

    def test_it_leaves_a_stub_where_it_was_at_home(self):
        row = row_of('c', 'a', 1)
        draft, changes = self.replaced(
            wanting(consumer_of(row), b=1),
            a=state_of('a', row, pending=['c']), b=state_of('b'))
        self.assertEqual('b', draft.homes['c'].home)
        [stub] = changes['a'].put
        self.assertTrue(stub.is_forwarding)
        self.assertEqual('b', stub.moved_to)
        self.assertEqual({('a', 'VCPU'): 0}, changes['a'].after.used)
        self.assertEqual({}, changes['a'].after.pending)
        # Nobody asked for anything of this provider.
        self.assertEqual(3, changes['a'].after.providers['a'].generation)

    def test_it_is_gone_with_the_last_allocation(self):
        row = row_of('c', 'a', 1)
        draft, changes = self.replaced(
            wanting(consumer_of(row), a=0),
            a=state_of('a', row, pending=['c', 'other']))
        self.assertIsNone(draft.homes['c'])
        self.assertEqual((('c',), ()),
                         (changes['a'].delete, changes['a'].put))
        self.assertEqual({'other'}, set(changes['a'].after.pending))

    def test_too_much(self):
        other = row_of('other', 'a', 6)
        self.assertRaises(
            exception.InvalidAllocationCapacityExceeded, self.replaced,
            wanting(consumer_of(), a=3), a=state_of('a', other))

    def test_too_much_but_less_than_before(self):
        one, other = row_of('one', 'a', 8), row_of('other', 'a', 4)
        _draft, changes = self.replaced(
            wanting(consumer_of(one), a=7), a=state_of('a', one, other))
        self.assertEqual({('a', 'VCPU'): 11}, changes['a'].after.used)
        self.assertRaises(
            exception.InvalidAllocationCapacityExceeded, self.replaced,
            wanting(consumer_of(one), a=9)[:1],
            a=state_of('a', one, other, total=9))

    def test_units_that_an_inventory_does_not_give(self):
        self.assertRaises(
            exception.InvalidInventory, self.replaced,
            [allocation.Allocation(
                resource_provider=types.SimpleNamespace(uuid='a'),
                consumer=consumer_of(), resource_class='DISK_GB', used=1)],
            a=state_of('a'))

    def test_another_generation(self):
        row = row_of('c', 'a', 1)
        late = consumer_of(row)
        late.generation = 0
        refused = self.assertRaises(
            exception.ConcurrentUpdateDetected, self.replaced,
            wanting(late, a=1), a=state_of('a', row))
        # Nova would take a conflict of the provider for something else.
        self.assertNotIsInstance(
            refused, exception.ResourceProviderConcurrentUpdateDetected)

    def test_somebody_else_has_created_it(self):
        self.assertRaises(
            exception.ConcurrentUpdateDetected, self.replaced,
            wanting(consumer_of(uuid='c'), a=1),
            a=state_of('a', row_of('c', 'a', 1)))

    def test_somebody_has_fenced_us_off(self):
        fence = consumer_model.Consumer('new', 'a', blocked_claims=('op',))
        self.assertRaises(
            exception.ConcurrentUpdateDetected, self.replaced,
            wanting(consumer_of(), a=1), a=state_of('a', fence))

    def test_an_old_fence_is_overwritten(self):
        fence = consumer_model.Consumer('new',
                                        'a',
                                        blocked_claims=('another', ))
        _draft, changes = self.replaced(
            wanting(consumer_of(), a=1), a=state_of('a', fence))
        self.assertEqual(frozenset(), changes['a'].create)
        [row] = changes['a'].put
        self.assertEqual((), row.blocked_claims)

    def test_a_provider_that_is_gone(self):
        self.assertRaises(
            exception.ResourceProviderConcurrentUpdateDetected,
            self.replaced, wanting(consumer_of(), b=1), a=state_of('a'))
