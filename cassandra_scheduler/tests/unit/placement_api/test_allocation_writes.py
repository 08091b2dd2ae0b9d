# SPDX-License-Identifier: Apache-2.0

from placement import exception
import testtools

from cassandra_scheduler.model import change as change_model
from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.model import holdings
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.model import write as write_model
from cassandra_scheduler.placement_api.providers import allocation_writes

WRITE = write_model.Write('write', 99)


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


def known(row=None, uuid='new', generation=0):
    """Return what a request knows of a consumer."""
    spec = consumer_model.ConsumerSpec(row.uuid if row else uuid, 'owner',
                                       'owner')
    return allocation_writes.KnownConsumer(
        spec, row.generation if row else generation, row, 'lookup')


def entries(consumer, **vcpu):
    """Return the AllocationEntries of a consumer, by provider."""
    return [allocation_writes.AllocationEntry(
        consumer.spec.uuid, provider, 'VCPU', units)
        for provider, units in vcpu.items()]


class TestReplace(testtools.TestCase):

    def replaced(self, consumer, wanted, **states):
        """Return the states, and their changes by tree id."""
        after = allocation_writes.replace(states, [consumer], wanted,
                                          write=WRITE)
        return after, {
            change.after.id: change
            for change in holdings.changes(states, after, write=WRITE)}

    def test_a_new_consumer(self):
        _after, changes = self.replaced(
            known(), entries(known(), a=2), a=state_of('a'))
        change = changes['a']
        self.assertEqual({('a', 'VCPU'): 2}, change.after.used)
        self.assertEqual(4, change.after.providers['a'].generation)
        [row] = change.put
        self.assertEqual(frozenset({'new'}), change.create)
        self.assertEqual(
            consumer_model.Consumer(
                'new', 'a', {('a', 'VCPU'): 2}, claim_id='write',
                generation=1, project_id='owner', user_id='owner',
                consumer_type='INSTANCE', created_ms=99, updated_ms=99), row)

    def test_it_stays_at_home_while_it_holds_something_there(self):
        row = row_of('c', 'b', 1)
        after, changes = self.replaced(
            known(row), entries(known(row), a=1, b=2),
            a=state_of('a'), b=state_of('b', row))
        home = allocation_writes.home_of(after, 'c')
        self.assertEqual('b', home.home)
        self.assertEqual(frozenset({'a'}), home.also_in)
        [elsewhere] = changes['a'].put
        self.assertEqual(('b', frozenset()),
                         (elsewhere.home, elsewhere.also_in))
        self.assertEqual(7, elsewhere.created_ms)

    def test_it_leaves_a_forwarding_row_where_it_was_at_home(self):
        row = row_of('c', 'a', 1)
        after, changes = self.replaced(
            known(row), entries(known(row), b=1),
            a=state_of('a', row, pending=['c']), b=state_of('b'))
        self.assertEqual('b', allocation_writes.home_of(after, 'c').home)
        [forwarding] = changes['a'].put
        self.assertTrue(forwarding.is_forwarding)
        self.assertEqual('b', forwarding.moved_to)
        self.assertEqual({('a', 'VCPU'): 0}, changes['a'].after.used)
        self.assertEqual({}, changes['a'].after.pending)
        # The request does not name this provider.
        self.assertEqual(3, changes['a'].after.providers['a'].generation)

    def test_it_is_gone_with_the_last_allocation(self):
        row = row_of('c', 'a', 1)
        after, changes = self.replaced(
            known(row), entries(known(row), a=0),
            a=state_of('a', row, pending=['c', 'other']))
        self.assertIsNone(allocation_writes.home_of(after, 'c'))
        self.assertEqual((('c',), ()),
                         (changes['a'].delete, changes['a'].put))
        self.assertEqual({'other'}, set(changes['a'].after.pending))

    def test_too_much(self):
        other = row_of('other', 'a', 6)
        self.assertRaises(
            exception.InvalidAllocationCapacityExceeded, self.replaced,
            known(), entries(known(), a=3), a=state_of('a', other))

    def test_too_much_but_less_than_before(self):
        one, other = row_of('one', 'a', 8), row_of('other', 'a', 4)
        _after, changes = self.replaced(
            known(one), entries(known(one), a=7), a=state_of('a', one, other))
        self.assertEqual({('a', 'VCPU'): 11}, changes['a'].after.used)
        self.assertRaises(
            exception.InvalidAllocationCapacityExceeded, self.replaced,
            known(one), entries(known(one), a=9),
            a=state_of('a', one, other, total=9))

    def test_units_that_an_inventory_does_not_give(self):
        self.assertRaises(
            exception.InvalidInventory, self.replaced, known(),
            [allocation_writes.AllocationEntry('new', 'a', 'DISK_GB', 1)],
            a=state_of('a'))

    def test_another_generation(self):
        row = row_of('c', 'a', 1)
        late = allocation_writes.KnownConsumer(known(row).spec, 0, row)
        refused = self.assertRaises(
            exception.ConcurrentUpdateDetected, self.replaced,
            late, entries(late, a=1), a=state_of('a', row))
        # Nova would take a conflict of the provider for something else.
        self.assertNotIsInstance(
            refused, exception.ResourceProviderConcurrentUpdateDetected)

    def test_another_request_has_created_it(self):
        new = known(uuid='c')
        self.assertRaises(
            exception.ConcurrentUpdateDetected, self.replaced,
            new, entries(new, a=1), a=state_of('a', row_of('c', 'a', 1)))

    def test_a_tombstone_stops_our_claim(self):
        tombstone = consumer_model.Consumer('new', 'a',
                                            blocked_claims=('write',))
        self.assertRaises(
            exception.ConcurrentUpdateDetected, self.replaced,
            known(), entries(known(), a=1), a=state_of('a', tombstone))

    def test_an_old_tombstone_is_overwritten(self):
        tombstone = consumer_model.Consumer('new', 'a',
                                            blocked_claims=('another',))
        _after, changes = self.replaced(
            known(), entries(known(), a=1), a=state_of('a', tombstone))
        self.assertEqual(frozenset(), changes['a'].create)
        [row] = changes['a'].put
        self.assertFalse(row.is_tombstone)

    def test_a_provider_that_is_gone(self):
        self.assertRaises(
            exception.ResourceProviderConcurrentUpdateDetected,
            self.replaced, known(), entries(known(), b=1), a=state_of('a'))

    def test_a_tree_that_was_not_read(self):
        row = row_of('c', 'a', 1, also_in=frozenset({'b'}))
        self.assertRaises(
            exception.ConcurrentUpdateDetected, self.replaced,
            known(row), entries(known(row), a=2), a=state_of('a', row))


class TestRemove(testtools.TestCase):

    def removed(self, consumer, *keys, **states):
        after = allocation_writes.remove(states, [consumer], set(keys),
                                         write=WRITE)
        return holdings.changes(states, after, write=WRITE)

    def test_all_of_it(self):
        row = row_of('c', 'a', 2)
        [change] = self.removed(known(row), ('a', 'VCPU'),
                                a=state_of('a', row, pending=['c']))
        self.assertEqual((('c',), ()), (change.delete, change.put))
        self.assertEqual({('a', 'VCPU'): 0}, change.after.used)
        self.assertEqual({}, change.after.pending)
        self.assertEqual(3, change.after.providers['a'].generation)

    def test_what_another_request_has_replaced_stays(self):
        row = row_of('c', 'a', 2)
        late = allocation_writes.KnownConsumer(known(row).spec, 0, row)
        self.assertEqual((), self.removed(late, ('a', 'VCPU'),
                                          a=state_of('a', row)))
        self.assertFalse(late.is_current({'a': state_of('a', row)}))

    def test_a_tree_that_was_not_read(self):
        row = row_of('c', 'a', 1, also_in=frozenset({'b'}))
        self.assertRaises(
            exception.ConcurrentUpdateDetected, self.removed,
            known(row), ('a', 'VCPU'), a=state_of('a', row))
