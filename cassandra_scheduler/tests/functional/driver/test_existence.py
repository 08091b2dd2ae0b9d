# SPDX-License-Identifier: Apache-2.0

import uuid

from nova import context as nova_context
from nova import objects
import testtools

from cassandra_scheduler.driver import existence
from cassandra_scheduler.tests.fixtures import cassandra
from cassandra_scheduler.tests.fixtures import nova_ground


class TestGone(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.nova = self.useFixture(
            nova_ground.NovaGround(cassandra.settings()))
        self.context = self.nova.context

    def instance(self, **fields):
        """Make an instance in the first cell; return it."""
        with nova_context.target_cell(self.context,
                                      self.nova.cell) as context:
            made = objects.Instance(context, **{
                'uuid': str(uuid.uuid4()), 'project_id': 'project',
                'user_id': 'user', **fields})
            made.create()
        self.mapping(made.uuid, self.nova.cell)
        return made

    def mapping(self, instance_uuid, cell=None):
        objects.InstanceMapping(
            self.context, instance_uuid=instance_uuid, cell_mapping=cell,
            project_id='project', user_id='user',
            queued_for_delete=False).create()

    def build_request(self):
        wanted = str(uuid.uuid4())
        objects.BuildRequest(
            self.context, instance_uuid=wanted, project_id='project',
            instance=objects.Instance(uuid=wanted),
            block_device_mappings=objects.BlockDeviceMappingList()).create()
        self.mapping(wanted)
        return wanted

    def test_who_is_there_and_who_is_not(self):
        there = [self.instance().uuid, self.instance(hidden=True).uuid,
                 self.instance(vm_state='soft-delete').uuid,
                 self.build_request()]
        deleted = self.instance()
        with nova_context.target_cell(self.context, self.nova.cell) as cell:
            objects.Instance.get_by_uuid(cell, deleted.uuid).destroy()
        unknown = str(uuid.uuid4())
        self.assertEqual({deleted.uuid, unknown},
                         existence.gone([*there, deleted.uuid, unknown]))
        self.assertEqual(frozenset(), existence.gone(there))
        self.assertEqual(frozenset(), existence.gone([]))

    def test_a_cell_that_is_silent(self):
        deleted = self.instance()
        with nova_context.target_cell(self.context, self.nova.cell) as cell:
            objects.Instance.get_by_uuid(cell, deleted.uuid).destroy()
        silent = self.nova.add_cell('silent')
        silent.database_connection = 'sqlite:////nowhere/cell.sqlite'
        silent.save()
        perhaps = str(uuid.uuid4())
        self.mapping(perhaps, silent)
        self.assertEqual({deleted.uuid}, existence.gone(
            [deleted.uuid, perhaps, str(uuid.uuid4())]))
