# SPDX-License-Identifier: Apache-2.0
"""A keyspace of schema 4, with rows as 69dfdb2 wrote them, is taken over."""

from cassandra_scheduler.model import report as report_model
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.resource_types import loading
from cassandra_scheduler.store import catalogue
from cassandra_scheduler.store import full_scan
from cassandra_scheduler.store import opening
from cassandra_scheduler.store.schema import check
from cassandra_scheduler.store.schema import origins
from cassandra_scheduler.store.schema import sync
from cassandra_scheduler.store import tree_codec
from cassandra_scheduler.tests.contract import test_schema
from cassandra_scheduler.tests.fixtures import cassandra

#: The steps of schema 5.
LATER = ('provider_trees_from_tree', 'catalogue_renamed_from')
#: A root row of 69dfdb2, its texts and their digest as they stand.
REPORT = ('{"compute_node":{"free_disk_gb":100,"stats":{"num_instances":"2"}}'
          ',"host":"h\\u00f6st","image_properties":{},"nodename":"n","uuid":'
          '"u"}')
SERVICE = '{"created_at":null,"disabled_reason":"repair","version":70}'
ROOT = {
    'seq': 7, 'recent_ops': ['a', 'b'], 'intent': None,
    'resource_type': 'compute',
    'shape': '[{"aggregates":[],"created_ms":1,"inventories":{"VCPU":[8,0,1,8'
             ',1,4,null,null]},"name":"h\\u00f6st","parent":null,"traits":["A'
             '","B"],"updated_ms":null,"uuid":"u"}]',
    'generations': '{"u":3}', 'used': '{"u":{"VCPU":2}}',
    'pending': '{"c":["claim",5,{"vcpus":2}]}', 'report': REPORT,
    'digest': 437846048, 'root_of': 'cloud', 'service': SERVICE}


class TestUpgrade(test_schema.SchemaTestCase):

    def setUp(self):
        super().setUp()
        keyspace = self.new_keyspace().session.settings.keyspace
        self.store = opening.open_store(
            cassandra.settings(keyspace=keyspace, cloud='cloud'),
            loading.installed())
        self.session = self.store.session
        self.session.execute_schema(sync._CQL['create_keyspace'].format(
            keyspace=keyspace,
            replication=sync._replication(self.session.settings)))
        for name, text in sync._steps():
            if name not in LATER:
                self.session.execute_schema(
                    text.rstrip(';').replace('{keyspace}', keyspace))
        self.record(self.store, 4, 1)
        self.insert('provider_trees', provider='still', tree='t1', op='w1')
        self.insert('provider_trees', provider='moves', tree='t2', op='w2/t1')
        for name, op in (('CUSTOM_OLD', 'w3'), ('CUSTOM_NEW',
                                                'w4/CUSTOM_OLD')):
            self.insert('catalogue', kind=catalogue.RESOURCE_CLASS, name=name,
                        state='live', op=op)
        self.insert('trees', tree='t1', kind='root', key='', **ROOT)

    def insert(self, table, **values):
        """Write one row of the cloud, column by column."""
        values = {'cloud': 'cloud', **values}
        self.session.write(
            f'INSERT INTO {{keyspace}}.{table} ({", ".join(values)}) VALUES '
            f'({", ".join("?" * len(values))})', tuple(values.values()))

    def sync(self):
        sync.sync(self.session, self.store.columns,
                  searchable=self.store.searchable)

    def origins(self):
        """Return what the two columns say: key -> origin."""
        found = {row['provider']: row['from_tree'] for row in
                 self.session.rows('SELECT * FROM {keyspace}.provider_trees')}
        found.update({row['name']: row['renamed_from'] for row in
                      self.session.rows('SELECT * FROM {keyspace}.catalogue')})
        return found

    def op(self, provider):
        """Return what a service of 69dfdb2 reads of a moving provider."""
        return self.session.row(
            'SELECT op FROM {keyspace}.provider_trees WHERE cloud = ? AND '
            'provider = ?', ('cloud', provider))['op']

    def test_rows_of_69dfdb2_are_taken_over(self):
        self.sync()
        self.store.check()
        self.assertEqual((check.VERSION, 1), (
            check.find_version(self.session).version,
            check.find_version(self.session).oldest_reader))
        right = {'still': None, 'moves': 't1', 'CUSTOM_OLD': None,
                 'CUSTOM_NEW': 'CUSTOM_OLD'}
        self.assertEqual(right, self.origins())
        self.check_what_is_read()
        self.check_again_while_69dfdb2_writes(right)
        self.check_the_tree()

    def check_what_is_read(self):
        moves = self.store.provider_trees.find('moves')
        self.assertEqual(('t2', 'w2/t1', 't1'),
                         (moves.value, moves.write_id, moves.from_tree))
        self.assertIsNone(self.store.provider_trees.find('still').from_tree)
        self.assertEqual('t1', self.store.full_scan.lookup_row(
            full_scan.PROVIDER_TREE, 'moves').from_tree)
        entry = self.store.catalogue.find(catalogue.RESOURCE_CLASS,
                                          'CUSTOM_NEW')
        self.assertEqual('CUSTOM_OLD', entry.renamed_from)

    def check_again_while_69dfdb2_writes(self, right):
        """Check that nothing is written twice, and that more is found."""
        self.assertEqual(0, origins.copy(self.session,
                                         progress=lambda step: None))
        self.insert('provider_trees', provider='late', tree='t3', op='w5/t1')
        self.assertEqual('t1', self.store.provider_trees.find(
            'late').from_tree)
        self.sync()
        self.assertEqual({**right, 'late': 't1'}, self.origins())

    def check_the_tree(self):
        """Check that the tree is what 69dfdb2 meant, and stays that."""
        tree = self.store.trees.find('t1')
        self.assertEqual(
            (report_model.HostReport(REPORT),
             report_model.ServiceRecord(SERVICE), 'h\u00f6st', 3),
            (tree.report, tree.heartbeat.service, tree.report.host,
             tree.root.generation))
        self.assertEqual({'c': tree_model.Pending('claim', 5, {'vcpus': 2})},
                         tree.pending)
        self.assertEqual(tree, self.store.query.read(()).trees[0])
        [row] = self.session.rows(
            "SELECT * FROM {keyspace}.trees WHERE cloud = 'cloud' AND tree = "
            "'t1'")
        self.assertTrue(tree_codec.is_whole(row))
        # ``db sync`` has filled the searchable columns: one write.
        for column in ('shape', 'generations', 'used', 'pending', 'report',
                       'service'):
            self.assertEqual(ROOT[column], row[column])

    def test_what_we_write_a_service_of_69dfdb2_reads(self):
        self.sync()
        rows = self.store.provider_trees
        moved = rows.move('still', 't2', write_id='w6', from_write_id='w1',
                          from_tree='t1').state
        self.assertEqual(('t2', 'w6/t1', 't1'),
                         (moved.value, moved.write_id, moved.from_tree))
        self.assertEqual('t1', self.op('still').partition('/')[2])
        self.assertEqual('t1', rows.find_many(['still'])['still'].from_tree)
        rows.move('still', 't2', write_id='w7', from_write_id='w6/t1')
        self.assertEqual('w7', self.op('still'))
        self.assertIsNone(rows.find('still').from_tree)
        self.store.catalogue.create(
            catalogue.RESOURCE_CLASS, 'CUSTOM_NEWER', write_id='w8',
            now_ms=1, renamed_from='CUSTOM_NEW')
        self.assertEqual('CUSTOM_NEW', self.origins()['CUSTOM_NEWER'])
        self.assertEqual('w8/CUSTOM_NEW', self.store.catalogue.find(
            catalogue.RESOURCE_CLASS, 'CUSTOM_NEWER').write_id)
