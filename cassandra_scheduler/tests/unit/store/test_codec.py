# SPDX-License-Identifier: Apache-2.0

import datetime
import json

import hypothesis
from hypothesis import strategies as st
import testtools

from cassandra_scheduler.model import change as change_model
from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.model import report as report_model
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.store import intents
from cassandra_scheduler.store import tree_codec

SOME = hypothesis.settings(max_examples=40, deadline=None)

letters = st.sampled_from('aA0"\'\\{}[],:; \n\x00\u2603\U0001f4a9')
names = st.text(letters, max_size=4)
texts = st.text(st.one_of(letters, st.just('/')), max_size=4)
counts = st.integers(0, tree_model.MAX_INT)
moments = st.integers(-2 ** 41, 2 ** 43)
inventories = st.builds(
    tree_model.Inventory, counts, counts, counts, counts, counts,
    st.floats(0, 1e6, allow_nan=False), moments, moments)
amounts = st.dictionaries(st.tuples(names, texts),
                          st.integers(1, tree_model.MAX_INT), max_size=3)
consumers = st.builds(
    consumer_model.Consumer, uuid=names, home=names, amounts=amounts,
    claim_id=st.none() | texts, generation=counts,
    project_id=st.none() | texts, user_id=st.none() | texts,
    consumer_type=st.none() | texts, also_in=st.frozensets(names, max_size=2),
    created_ms=st.none() | moments, updated_ms=st.none() | moments,
    moved_to=st.none() | texts, blocked_claims=st.lists(
        st.text('abc-1', min_size=1)).map(tuple))


@st.composite
def trees(draw):
    """Draw a Tree as it could be stored, or the one that is not there yet.
    """
    uuids = draw(st.lists(names, max_size=3, unique=True))
    providers = {uuid: draw(st.builds(
        tree_model.Provider, uuid=st.just(uuid), name=texts,
        parent=st.none() | st.sampled_from(uuids), generation=counts,
        inventories=st.dictionaries(texts, inventories, max_size=2),
        traits=st.frozensets(texts, max_size=3),
        aggregates=st.frozensets(texts, max_size=2),
        created_ms=st.none() | moments, updated_ms=st.none() | moments))
        for uuid in uuids}
    if not providers:
        return tree_model.Tree('tree', version=draw(counts))
    return draw(st.builds(
        tree_model.Tree, id=st.just('tree'), version=st.integers(1, 2 ** 53),
        providers=st.just(providers), used=amounts,
        pending=st.dictionaries(names, st.builds(
            tree_model.Pending, claim_id=texts, claimed_ms=moments,
            usage=st.dictionaries(texts, counts, max_size=2)), max_size=2),
        resource_type=st.none() | texts,
        report=st.none() | texts.map(report_model.HostReport),
        recent_write_ids=st.lists(texts, max_size=3).map(tuple)))


def root_row(tree, **beat):
    """Return the root row that a tree becomes."""
    heartbeat = dict.fromkeys(('last_seen', 'service_disabled',
                               'forced_down', 'service'), None)
    return {'tree': tree.id, 'seq': tree.version,
            'recent_ops': list(tree.recent_write_ids) or None,
            **tree_codec.tree_to_row(tree, 'cloud'), **heartbeat, **beat}


def shape(inventory='[8,0,1,8,1,4.0,null,null]', *, name='n'):
    """Return the column ``shape`` of one provider, as 69dfdb2 wrote it."""
    return ('[{"aggregates":["a"],"created_ms":null,"inventories":{"VCPU":'
            f'{inventory}}},"name":"{name}","parent":null,'
            '"traits":["A","B"],"updated_ms":5,"uuid":"u"}]')


class TestTrees(testtools.TestCase):

    @SOME
    @hypothesis.given(trees())
    def test_there_and_back(self, tree):
        self.assertEqual(tree, tree_codec.tree_from_row(root_row(tree)))

    @SOME
    @hypothesis.given(trees())
    def test_what_was_read_is_written_as_it_was(self, tree):
        row = root_row(tree)
        self.assertEqual(row, root_row(tree_codec.tree_from_row(row)))

    def test_numbers_and_names_of_69dfdb2_that_no_type_fits(self):
        """A text of the standard library's encoder comes back unchanged."""
        for text in (
                shape(), shape('[8,0,1,8,1,4,null,null]'),
                shape('[8.0,0,1,8,1,4.0,null,null]'),
                shape('[8,0,1,8,1,1e+16,1,2]'),
                shape('[true,0,"1",8,1,Infinity,null,null]'),
                shape(name='\\ud800'), shape(name='\\u00e4/\\"')):
            row = {**root_row(tree_model.Tree('t', version=1)),
                   'shape': text, 'generations': '{"u":3}', 'used': '{}',
                   'pending': '{"c":["i",1,{"vcpus":2.0}]}',
                   'report': '{"host": "as it is"}', 'root_of': 'cloud'}
            row['digest'] = tree_codec._digest(row)
            tree = tree_codec.tree_from_row(row)
            self.assertEqual(3, tree.root.generation)
            self.assertEqual(row, root_row(tree))

    def test_a_row_that_makes_no_sense_is_an_error(self):
        for column, text in (('shape', 'no JSON'), ('shape', '[3]'),
                             ('shape', '[{"name":"n"}]'), ('used', '['),
                             ('generations', '{}'), ('pending', '{"c":[]}')):
            row = {**root_row(tree_model.Tree('t', version=1)),
                   'shape': shape(), 'generations': '{"u":3}', column: text}
            self.assertRaises(
                (AttributeError, LookupError, TypeError, ValueError),
                tree_codec.tree_from_row, row)

    def test_nothing_used_is_not_kept(self):
        tree = tree_model.Tree('t', providers={
            'p': tree_model.Provider('p', 'n')}, used={('p', 'VCPU'): 0})
        self.assertEqual('{}', tree_codec.tree_to_row(tree, 'cloud')['used'])

    def test_a_row_without_seq_is_no_tree(self):
        row = dict.fromkeys(root_row(tree_model.Tree('t')), None)
        self.assertIsNone(tree_codec.tree_from_row(row))
        self.assertIsNone(tree_codec.tree_from_row(None))
        self.assertTrue(tree_codec.is_whole(row))

    def test_the_heartbeat(self):
        seen = datetime.datetime(2023, 11, 14, 22, 13, 20, 123000)
        tree = tree_codec.tree_from_row(root_row(
            tree_model.Tree('t', version=1), last_seen=seen, forced_down=True,
            service='{}'))
        self.assertEqual(tree_model.Heartbeat(
            1700000000123, False, True, report_model.ServiceRecord('{}')),
            tree.heartbeat)

    @SOME
    @hypothesis.given(trees(), trees())
    def test_a_row_mixed_of_two_states_is_noticed(self, one, other):
        row = root_row(one)
        self.assertTrue(tree_codec.is_whole(row))
        for column in ('seq', 'intent', *tree_codec.STATE_COLUMNS):
            mixed = {**row, column: root_row(other)[column]}
            self.assertEqual(mixed == row, tree_codec.is_whole(mixed), column)


class TestConsumers(testtools.TestCase):

    @SOME
    @hypothesis.given(consumers)
    def test_there_and_back(self, consumer):
        columns = ('cloud', 'tree', 'key', 'claim_id', 'home', 'also_in',
                   'generation', 'project_id', 'user_id', 'owner',
                   'consumer_type', 'amounts', 'created_at', 'updated_at',
                   'moved_to', 'fenced')
        row = dict(zip(columns, tree_codec.consumer_to_params(
            consumer, 'cloud', 'tree'), strict=True))
        self.assertEqual(consumer, tree_codec.consumer_from_row(row))
        for units in row['amounts'].values():
            self.assertLess(units, 0)

    @SOME
    @hypothesis.given(consumers)
    def test_there_and_back_through_json(self, consumer):
        text = json.dumps(tree_codec.consumer_to_json(consumer))
        self.assertEqual(consumer,
                         tree_codec.consumer_from_json(json.loads(text)))


class TestMoments(testtools.TestCase):

    @SOME
    @hypothesis.given(moments)
    def test_there_and_back(self, milliseconds):
        self.assertEqual(milliseconds,
                         tree_codec.ms(tree_codec.moment(milliseconds)))

    def test_there_may_be_none(self):
        self.assertEqual((None, None),
                         (tree_codec.ms(None), tree_codec.moment(None)))


class TestIntents(testtools.TestCase):

    @SOME
    @hypothesis.given(trees(), trees(), st.lists(consumers, max_size=2),
                      st.lists(names, max_size=2))
    def test_the_redo_is_the_change(self, before, after, put, delete):
        after = after.replace(version=before.version,
                              recent_write_ids=before.recent_write_ids)
        change = change_model.TreeChange(
            before=before, after=after, write_id='op', put=tuple(put),
            delete=tuple(delete))
        held = before.replace(intent=intents.encode(change, 'txid'))
        redo = intents.redo(held)
        self.assertEqual((held, 'op', tuple(put), tuple(delete)),
                         (redo.before, redo.write_id, redo.put, redo.delete))
        self.assertEqual(after.replace(recent_write_ids=held.recent_write_ids),
                         redo.after)

    @SOME
    @hypothesis.given(trees())
    def test_the_undo_is_what_was_before(self, before):
        change = change_model.TreeChange(before, before, write_id='op')
        held = before.replace(intent=intents.encode(change, 'txid'))
        self.assertEqual(before, intents.undo(held).after)
        self.assertTrue(intents.carries(held, 'txid'))
        self.assertFalse(intents.carries(held, 'another'))
        self.assertFalse(intents.carries(before, 'txid'))
