# SPDX-License-Identifier: Apache-2.0

import fixtures
from nova import context as nova_context
from nova import exception
from nova import objects
import testtools

from cassandra_scheduler.reporter import whereabouts

Whereabouts = whereabouts.Whereabouts
UUID = '0b2a5d5e-0000-4000-8000-000000000002'


class TestFind(testtools.TestCase):
    """Nova's databases are replaced by what they would answer."""

    def setUp(self):
        super().setUp()
        objects.register_all()
        self.context = nova_context.RequestContext(is_admin=True)
        self.node = objects.ComputeNode(host='host1',
                                        hypervisor_hostname='node1')
        self.answer(objects.Instance, exception.InstanceNotFound(
            instance_id=UUID))
        self.answer(objects.InstanceMapping,
                    exception.InstanceMappingNotFound(uuid=UUID))
        self.answer(objects.BuildRequest,
                    exception.BuildRequestNotFound(uuid=UUID))

    def answer(self, cls, answer):
        name = ('get_by_uuid' if cls is objects.Instance
                else 'get_by_instance_uuid')
        effect = {'side_effect': answer} if isinstance(
            answer, Exception) else {'return_value': answer}
        self.useFixture(fixtures.MockPatchObject(cls, name, **effect))

    def instance(self, **changes):
        values = {'uuid': UUID, 'deleted': False, 'hidden': False,
                  'host': 'host2', 'node': 'node2', 'task_state': None,
                  'vm_state': 'active'}
        self.answer(objects.Instance,
                    objects.Instance(**{**values, **changes}))

    def mapping(self, **changes):
        values = {'instance_uuid': UUID, 'cell_mapping': None,
                  'queued_for_delete': False}
        self.answer(objects.InstanceMapping,
                    objects.InstanceMapping(**{**values, **changes}))

    def found(self):
        return whereabouts.whereabouts_of(self.context, UUID, self.node)

    def test_nobody_knows_it(self):
        self.assertIs(Whereabouts.GONE, self.found())

    def test_it_rests_on_another_host(self):
        self.instance()
        self.assertIs(Whereabouts.ELSEWHERE, self.found())

    def test_it_rests_on_another_node_of_this_host(self):
        self.instance(host='host1')
        self.assertIs(Whereabouts.ELSEWHERE, self.found())

    def test_it_is_here(self):
        self.instance(host='host1', node='node1')
        self.assertIs(Whereabouts.EXPECTED, self.found())

    def test_it_is_elsewhere_but_on_its_way(self):
        for change in ({'task_state': 'migrating'},
                       {'task_state': 'resize_prep'},
                       {'vm_state': 'resized'}):
            self.instance(**change)
            self.assertIs(Whereabouts.EXPECTED, self.found(), change)

    def test_it_is_being_built(self):
        self.instance(vm_state='building', host=None, node=None)
        self.assertIs(Whereabouts.EXPECTED, self.found())

    def test_it_has_no_host_but_exists(self):
        for state in ('error', 'shelved_offloaded'):
            self.instance(vm_state=state, host=None, node=None)
            self.assertIs(Whereabouts.EXPECTED, self.found(), state)

    def test_it_is_deleted(self):
        self.instance(deleted=True, host='host1', node='node1')
        self.assertIs(Whereabouts.GONE, self.found())

    def test_it_is_deleted_here_because_it_moves_to_another_cell(self):
        self.instance(deleted=True, hidden=True)
        self.assertIs(Whereabouts.EXPECTED, self.found())

    def test_its_request_waits_for_a_record_in_a_cell(self):
        self.mapping()
        self.answer(objects.BuildRequest, objects.BuildRequest())
        self.assertIs(Whereabouts.EXPECTED, self.found())

    def test_its_request_was_dropped(self):
        self.mapping()
        self.assertIs(Whereabouts.GONE, self.found())

    def test_it_is_in_another_cell(self):
        self.mapping(cell_mapping=objects.CellMapping(id=1))
        self.assertIs(Whereabouts.ELSEWHERE, self.found())

    def test_it_is_to_be_deleted_in_another_cell(self):
        self.mapping(cell_mapping=objects.CellMapping(id=1),
                     queued_for_delete=True)
        self.assertIs(Whereabouts.GONE, self.found())

    def test_the_api_cannot_be_asked(self):
        self.answer(objects.InstanceMapping, RuntimeError('no database'))
        self.assertIs(Whereabouts.UNKNOWN, self.found())
