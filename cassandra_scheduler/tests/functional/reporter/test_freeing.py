# SPDX-License-Identifier: Apache-2.0

import threading
import uuid

import fixtures
from nova import context as nova_context
from nova import exception
from nova import objects
import testtools

from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.model import errors
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.model import write as write_model
from cassandra_scheduler.reporter import freeing
from cassandra_scheduler.reporter import publishing
from cassandra_scheduler.store import opening
from cassandra_scheduler.tests.fixtures import cassandra

objects.register_all()
TIMEOUT = 600
HOUR_MS = 3600 * 1000


class ReportClient:
    """Remembers what Nova's client of the Placement API was asked."""

    def __init__(self):
        self.asked = []

    def remove_provider_tree_from_instance_allocation(
            self, context, consumer_uuid, root_uuid):
        self.asked.append(('remove', consumer_uuid, root_uuid))
        return True

    def delete_allocation_for_instance(self, context, consumer_uuid,
                                       force=False):
        self.asked.append(('delete', consumer_uuid, force))
        return True


class TestSweep(testtools.TestCase):
    """Nova's databases are replaced by what they would answer."""

    def setUp(self):
        super().setUp()
        self.logged = self.useFixture(fixtures.FakeLogger(
            'cassandra_scheduler'))
        self.cloud = self.useFixture(cassandra.Cloud())
        self.store = self.cloud.store
        self.node = str(uuid.uuid4())
        self.instance = str(uuid.uuid4())
        self.reportclient = ReportClient()
        self.freeing = freeing.Freeing(self.store, self.reportclient)
        self.answer(exception.InstanceNotFound(instance_id=self.instance))
        self.answer(exception.InstanceMappingNotFound(uuid=self.instance),
                    objects.InstanceMapping, 'get_by_instance_uuid')

    def answer(self, answer, cls=objects.Instance, method='get_by_uuid'):
        effect = {'side_effect': answer} if isinstance(
            answer, Exception) else {'return_value': answer}
        self.useFixture(fixtures.MockPatchObject(cls, method, **effect))

    def claimed(self, *, age_ms=HOUR_MS, **row):
        """Write a node with a claim of so many milliseconds ago."""
        claim = tree_model.Pending('claim1', write_model.now_ms() - age_ms,
                                   {'vcpus': 2})
        values = {'uuid': self.instance, 'home': self.node,
                  'amounts': {(self.node, 'VCPU'): 2}, 'claim_id': 'claim1'}
        consumer = consumer_model.Consumer(**{**values, **row})
        self.store.consumer_homes.create(self.instance, consumer.home,
                                         'claim1')
        tree = self.cloud.new_tree(tree_model.Provider(
            uuid=self.node, name='node1',
            inventories={'VCPU': tree_model.Inventory(total=8)}))
        return self.cloud.write(
            tree, tree.with_amounts({(self.node, 'VCPU'): 2}).with_pending(
                self.instance, claim), put=(consumer,))

    def sweep(self, tree, freeing=None):
        (freeing or self.freeing).sweep(
            nova_context.RequestContext(is_admin=True),
            objects.ComputeNode(host='host1', hypervisor_hostname='node1',
                                uuid=self.node),
            tree, older_than=TIMEOUT)

    def state(self):
        """Return (units used, pending?, row?, lookup row?) as stored."""
        tree = self.store.trees.find(self.node)
        return (tree.units_used(self.node, 'VCPU'),
                self.instance in tree.pending,
                self.store.trees.find_consumer(
                    self.node, self.instance) is not None,
                self.store.consumer_homes.find(self.instance) is not None)

    HELD = (2, True, True, True)
    FREED = (0, False, False, False)

    def test_an_old_claim_of_an_instance_that_does_not_exist_goes(self):
        before = self.claimed()
        self.sweep(before)
        self.assertEqual(self.FREED, self.state())
        after = self.store.trees.find(self.node)
        # As with Placement, nobody who only gives back is in the way.
        self.assertEqual((before.version + 1, before.root.generation),
                         (after.version, after.root.generation))
        self.assertIn('it does not exist', self.logged.output)
        self.assertEqual([], self.reportclient.asked)

    def test_a_young_claim_stays(self):
        self.sweep(self.claimed(age_ms=(TIMEOUT - 60) * 1000))
        self.assertEqual(self.HELD, self.state())

    def test_a_claim_never_goes_while_its_instance_may_come_up(self):
        self.answer(objects.Instance(
            deleted=False, host=None, node=None, task_state='scheduling',
            vm_state='building'))
        self.sweep(self.claimed(age_ms=24 * HOUR_MS))
        self.assertEqual(self.HELD, self.state())

    def test_a_claim_of_an_instance_that_lives_elsewhere_goes(self):
        self.answer(objects.Instance(
            deleted=False, host='host2', node='node2', task_state=None,
            vm_state='active'))
        self.sweep(self.claimed())
        self.assertEqual(self.FREED, self.state())

    def test_more_patience_where_only_the_cell_can_be_asked(self):
        self.answer(RuntimeError('no database'), objects.InstanceMapping,
                    'get_by_instance_uuid')
        self.sweep(self.claimed(age_ms=9 * TIMEOUT * 1000))
        self.assertEqual(self.HELD, self.state())

    def test_patience_ends(self):
        self.answer(RuntimeError('no database'), objects.InstanceMapping,
                    'get_by_instance_uuid')
        self.sweep(self.claimed(age_ms=11 * TIMEOUT * 1000))
        self.assertEqual(self.FREED, self.state())

    def test_a_claim_that_was_confirmed_meanwhile_stays(self):
        tree = self.claimed()
        self.cloud.write(tree, tree.with_pending(self.instance, None))
        self.sweep(tree)
        self.assertEqual((2, False, True, True), self.state())

    def test_a_claim_that_was_made_anew_meanwhile_stays(self):
        tree = self.claimed()
        self.cloud.write(tree, tree.with_pending(
            self.instance, tree_model.Pending('claim2', write_model.now_ms())))
        self.sweep(tree)
        self.assertEqual(self.HELD, self.state())

    def test_an_allocation_in_the_place_of_the_claim_stays(self):
        self.sweep(self.claimed(claim_id='of a client'))
        self.assertEqual((2, False, True, True), self.state())

    def test_a_mark_without_a_consumer_goes(self):
        tree = self.claimed()
        tree = self.cloud.write(
            tree, tree.with_amounts({(self.node, 'VCPU'): -2}),
            delete=(self.instance,))
        self.assertEqual((0, True, False, True), self.state())
        self.sweep(tree)
        self.assertEqual(self.FREED, self.state())

    def test_the_lookup_row_of_a_later_claim_stays(self):
        tree = self.claimed()
        tree = self.cloud.write(
            tree, tree.with_amounts({(self.node, 'VCPU'): -2}),
            delete=(self.instance,))
        self.store.consumer_homes.move(
            self.instance, self.node, write_id='claim2',
            from_write_id='claim1')
        self.sweep(tree)
        self.assertEqual((0, False, False, True), self.state())

    def test_what_is_held_elsewhere_too_is_left_to_placement(self):
        tree = self.claimed(also_in=frozenset({'shared'}))
        self.sweep(tree)
        self.assertEqual([('delete', self.instance, True)],
                         self.reportclient.asked)
        self.assertEqual(self.HELD, self.state())

    def test_what_is_at_home_elsewhere_is_left_to_placement(self):
        self.answer(objects.Instance(
            deleted=False, host='host2', node='node2', task_state=None,
            vm_state='active'))
        self.sweep(self.claimed(home='elsewhere'))
        self.assertEqual([('remove', self.instance, self.node)],
                         self.reportclient.asked)

    def test_somebody_else_writes_the_tree_at_the_same_time(self):
        tree = self.claimed()
        publisher = publishing.Publisher(self.store)

        def publish():
            for number in range(30):
                publisher.publish(self.node, f'{{"number":{number}}}', set())

        writer = threading.Thread(target=publish)
        writer.start()
        self.sweep(tree)
        writer.join()
        # In the crowd it may have given up; the next audit does it.
        self.sweep(self.store.trees.find(self.node))
        self.assertEqual(self.FREED, self.state())

    def test_an_unreachable_cassandra_frees_nothing(self):
        nowhere = freeing.Freeing(opening.open_store(
            cassandra.settings(port=1, connect_timeout=0.5)),
            self.reportclient)
        self.assertRaises(errors.StoreUnavailable, self.sweep,
                          self.claimed(), nowhere)
        self.assertEqual(self.HELD, self.state())
