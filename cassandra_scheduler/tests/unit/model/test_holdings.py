# SPDX-License-Identifier: Apache-2.0
"""What consumers hold: the laws of the one algebra, on generated states."""

import collections

import hypothesis
from hypothesis import strategies as st
import testtools

from cassandra_scheduler.model import change as change_model
from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.model import errors
from cassandra_scheduler.model import holdings
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.model import write as write_model

SOME = hypothesis.settings(deadline=None)
TREES = {'a': ('a', 'a1'), 'b': ('b',), 'c': ('c', 'c1')}
KEYS = [(provider, name) for providers in TREES.values()
        for provider in providers for name in ('VCPU', 'DISK_GB')]
CONSUMERS = ('x', 'y', 'z')

amounts = st.dictionaries(st.sampled_from(KEYS), st.integers(1, 5),
                          max_size=4)
some_amounts = st.dictionaries(st.sampled_from(KEYS), st.integers(1, 5),
                               min_size=1, max_size=4)
uuids = st.sampled_from(CONSUMERS)


def write(name='write'):
    return write_model.Write(name, 1000)


def spec(uuid):
    return consumer_model.ConsumerSpec(uuid, f'project of {uuid}', 'user')


def empty():
    """Return states of three trees in which nobody holds anything."""
    return {tree_id: change_model.TreeState(tree_model.Tree(
        tree_id, version=3, providers={uuid: tree_model.Provider(
            uuid, uuid, parent=None if uuid == tree_id else tree_id,
            inventories={name: tree_model.Inventory(10)
                         for name in ('VCPU', 'DISK_GB')})
            for uuid in providers})) for tree_id, providers in TREES.items()}


@st.composite
def states(draw):
    """Generate states that some consumers hold something in."""
    made = empty()
    for uuid in CONSUMERS:
        made = holdings.replace(made, spec(uuid), draw(amounts),
                                write=write(f'first of {uuid}'))
        # The rows that forward have been deleted since.
        made = {tree_id: change_model.TreeState(state.tree, {
            key: row for key, row in state.consumers.items() if row.is_live})
            for tree_id, state in made.items()}
    return made


def held(state_of_trees, uuid):
    """Return all that a consumer holds, by its rows."""
    total = collections.Counter()
    for row in holdings.rows_of(state_of_trees, uuid).values():
        total.update(row.amounts)
    return dict(total)


def used(state_of_trees):
    return {tree_id: {key: units for key, units in state.tree.used.items()
                      if units} for tree_id, state in state_of_trees.items()}


class HoldingsTestCase(testtools.TestCase):

    def assertLaws(self, after):
        """In every tree the rows' sum is used; each has one home."""
        for tree_id, state in after.items():
            total = collections.Counter()
            for row in state.consumers.values():
                total.update(row.amounts)
            self.assertEqual(
                {key: units for key, units in total.items() if units},
                used(after)[tree_id])
        for uuid in CONSUMERS:
            rows = holdings.rows_of(after, uuid)
            homes = [row for tree_id, row in rows.items()
                     if row.home == tree_id]
            self.assertEqual(bool(rows), len(homes) == 1)
            self.assertLessEqual(len(homes), 1)
            for home in homes:
                self.assertEqual(rows.keys() - {home.home}, home.also_in)
                self.assertEqual({home.home},
                                 {row.home for row in rows.values()})


class TestLaws(HoldingsTestCase):

    @SOME
    @hypothesis.given(states(), uuids, amounts)
    def test_replace(self, before, uuid, wanted):
        after = holdings.replace(before, spec(uuid), wanted, write=write())
        self.assertLaws(after)
        self.assertEqual(wanted, held(after, uuid))

    @SOME
    @hypothesis.given(states(), uuids, amounts)
    def test_replace_is_give_back_and_hold(self, before, uuid, wanted):
        replaced = holdings.replace(before, spec(uuid), wanted,
                                    write=write())
        apart = holdings.hold(
            holdings.give_back(before, uuid, write=write()), spec(uuid),
            wanted, write=write())
        self.assertEqual(used(replaced), used(apart))
        self.assertEqual(held(replaced, uuid), held(apart, uuid))

    @SOME
    @hypothesis.given(states(), uuids, some_amounts)
    def test_hold_and_give_back(self, before, uuid, more):
        after = holdings.hold(before, spec(uuid), more, write=write())
        self.assertLaws(after)
        back = holdings.give_back(after, uuid, more, write=write('back'))
        self.assertLaws(back)
        self.assertEqual(used(before), used(back))
        self.assertEqual(held(before, uuid), held(back, uuid))

    @SOME
    @hypothesis.given(states(), uuids)
    def test_give_all_back(self, before, uuid):
        after = holdings.give_back(before, uuid, write=write())
        self.assertLaws(after)
        self.assertEqual({}, holdings.rows_of(after, uuid))

    @SOME
    @hypothesis.given(states(), uuids, some_amounts,
                      st.sampled_from(sorted(TREES)))
    def test_take(self, before, uuid, wanted, host):
        after = holdings.take(before, spec(uuid), wanted, host=host,
                              usage={'vcpus': 1}, write=write('claim'))
        fits = all(
            holdings.tree_of(before, key[0]).units_used(*key) + units <= 10
            for key, units in wanted.items())
        self.assertEqual(fits, after is not None)
        if after is None:
            return
        self.assertLaws(after)
        pending = after[host].tree.pending[uuid]
        self.assertEqual(('claim', 1000, {'vcpus': 1}),
                         (pending.claim_id, pending.claimed_ms,
                          pending.usage))
        for tree_id, state in after.items():
            for provider in state.tree.providers.values():
                self.assertEqual(
                    provider.uuid in {key[0] for key in wanted},
                    provider.generation == 1)

    @SOME
    @hypothesis.given(states(), st.sampled_from(['a1', 'c1', 'b']),
                      st.sampled_from(sorted(TREES)))
    def test_move(self, before, provider, to_tree):
        source = holdings.tree_of(before, provider).id
        hypothesis.assume(source != to_tree)
        after = holdings.move(before, [provider], from_tree=source,
                              to_tree=to_tree, write=write())
        self.assertLaws(after)
        self.assertEqual(to_tree, holdings.tree_of(after, provider).id)
        for uuid in CONSUMERS:
            self.assertEqual(held(before, uuid), held(after, uuid))

    @SOME
    @hypothesis.given(states(), uuids, some_amounts)
    def test_generations(self, before, uuid, wanted):
        old = holdings.home_of(holdings.rows_of(before, uuid))
        after = holdings.replace(before, spec(uuid), wanted, write=write())
        new = holdings.home_of(holdings.rows_of(after, uuid))
        self.assertEqual((old.generation if old else 0) + 1, new.generation)
        self.assertEqual({0}, {
            provider.generation for state in after.values()
            for provider in state.tree.providers.values()})

    @SOME
    @hypothesis.given(states(), uuids, some_amounts)
    def test_a_consumer_stays_at_home_while_it_can(self, before, uuid,
                                                   wanted):
        old = holdings.home_of(holdings.rows_of(before, uuid))
        after = holdings.replace(before, spec(uuid), wanted, write=write())
        new = holdings.home_of(holdings.rows_of(after, uuid))
        stays = old is not None and any(
            key[0] in TREES[old.home] for key in wanted)
        moves = holdings.home_moves(before, after, {uuid: 'looked up'},
                                    write=write())
        if stays:
            self.assertEqual((old.home, ()), (new.home, moves))
        elif old is not None:
            [move] = moves
            self.assertEqual((uuid, 'looked up', new.home, 'write'),
                             (move.consumer_uuid, move.from_write_id,
                              move.to_tree, move.write_id))
            left = after[old.home].consumers[uuid]
            self.assertTrue(left.is_forwarding)
            self.assertEqual(new.home, left.moved_to)


class TestChanges(HoldingsTestCase):

    @SOME
    @hypothesis.given(states(), uuids, amounts)
    def test_they_lead_from_one_to_the_other(self, before, uuid, wanted):
        after = holdings.replace(before, spec(uuid), wanted, write=write())
        changes = {change.after.id: change for change in
                   holdings.changes(before, after, write=write())}
        for tree_id, state in after.items():
            if tree_id not in changes:
                self.assertEqual(before[tree_id], state)
                continue
            change = changes[tree_id]
            rows = {key: row for key, row
                    in before[tree_id].consumers.items()
                    if key not in change.delete}
            rows.update((row.uuid, row) for row in change.put)
            self.assertEqual((state.tree, state.consumers),
                             (change.after, rows))
            self.assertEqual({row.uuid for row in change.put} -
                             before[tree_id].consumers.keys(), change.create)

    def test_nothing_follows_from_nothing(self):
        self.assertEqual((), holdings.changes(empty(), empty(),
                                              write=write()))

    def test_a_tombstone_is_written_over(self):
        before = empty()
        before['a'] = before['a'].with_row('x', consumer_model.Consumer(
            'x', 'a', blocked_claims=('late',)))
        after = holdings.take(before, spec('x'), {('a', 'VCPU'): 1}, host='a',
                              usage={}, write=write())
        [change] = holdings.changes(before, after, write=write())
        [row] = change.put
        self.assertEqual((frozenset(), ()), (change.create,
                                             row.blocked_claims))

    def test_a_claim_is_pending_no_more(self):
        claimed = holdings.take(empty(), spec('x'), {('a', 'VCPU'): 1},
                                host='a', usage={}, write=write())
        for after in (
                holdings.give_back(claimed, 'x', write=write()),
                holdings.replace(claimed, spec('x'), {('b', 'VCPU'): 1},
                                 write=write())):
            self.assertEqual({}, after['a'].tree.pending)

    def test_rows_that_were_not_read_are_not_lost(self):
        before = holdings.hold(empty(), spec('x'), {
            ('a', 'VCPU'): 1, ('b', 'VCPU'): 1}, write=write())
        del before['b']
        self.assertFalse(holdings.is_complete(before, 'x'))
        self.assertRaises(ValueError, holdings.give_back, before, 'x',
                          {('a', 'VCPU'): 1}, write=write())

    def test_a_provider_that_is_nowhere(self):
        self.assertRaises(errors.NotFound, holdings.hold, empty(), spec('x'),
                          {('nowhere', 'VCPU'): 1}, write=write())
        self.assertFalse(
            holdings.has_room_in_all(empty(), {('nowhere', 'VCPU'): 1}))
