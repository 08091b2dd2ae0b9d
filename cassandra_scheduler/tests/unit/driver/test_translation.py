# SPDX-License-Identifier: Apache-2.0

import uuid

from nova import context as nova_context
from nova import exception
from nova import objects
import testtools

from cassandra_scheduler.driver.host import names
from cassandra_scheduler.driver import translation
from cassandra_scheduler.model import resource_request as request_model
from cassandra_scheduler.tests.unit.driver import specs

NODE = str(uuid.uuid4())
PORT = str(uuid.uuid4())


def unnumbered(request):
    """Return the one group without a suffix."""
    [group] = [group for group in request.groups if not group.suffix]
    return group


class Nodes:
    """Knows one compute node, host1 with node1."""

    def get_compute_nodes_by_host_or_node(self, context, host, node,
                                          cell=None):
        if (host, node) in (('host1', None), ('host1', 'node1'),
                            (None, 'node1')):
            return [names.NodeName(NODE, 'host1', 'node1')]
        return []


class TestVariants(testtools.TestCase):

    def variants(self, spec, *, fallback=True):
        return translation.variants(
            nova_context.RequestContext('user', is_admin=True), spec,
            nodes=Nodes(), fallback=fallback)

    def one(self, **fields):
        found, = self.variants(specs.spec(**fields))
        return found

    def test_a_plain_flavor(self):
        self.assertEqual(
            request_model.ResourceRequest(groups=(
                request_model.ResourceGroup(resources={
                    'VCPU': 1, 'MEMORY_MB': 1024, 'DISK_GB': 10}),)),
            self.one())

    def test_swap_is_rounded_up_and_volumes_are_no_disk(self):
        request = self.one(is_bfv=True, swap=1, ephemeral_gb=2)
        self.assertEqual(3, request.total('DISK_GB'))

    def test_extra_specs(self):
        request = self.one(extra_specs={
            'trait:HW_CPU_X86_AVX': 'required',
            'trait:CUSTOM_OLD': 'forbidden',
            'resources1:VGPU': '2', 'trait1:CUSTOM_FAST': 'required',
            'resources2:VGPU': '1', 'group_policy': 'isolate'})
        groups = {group.suffix: group for group in request.groups}
        self.assertEqual({'', '1', '2'}, set(groups))
        self.assertEqual((frozenset({'HW_CPU_X86_AVX'}),),
                         groups[''].required)
        self.assertEqual({'CUSTOM_OLD'}, groups[''].forbidden)
        self.assertEqual(({'VGPU': 2}, True), (
            groups['1'].resources, groups['1'].use_same_provider))
        self.assertEqual('isolate', request.group_policy)

    def test_groups_that_no_policy_binds(self):
        self.assertRaises(
            exception.NoValidHost, self.one, extra_specs={
                'resources1:VGPU': '2', 'resources2:VGPU': '1'})

    def test_requested_resources_keep_their_names(self):
        request = self.one(requested_resources=[objects.RequestGroup(
            requester_id=PORT, resources={'CUSTOM_BW': 5},
            aggregates=[['a', 'b'], ['c']])])
        group, = [group for group in request.groups if group.suffix]
        self.assertEqual((PORT, (frozenset('ab'), frozenset('c'))),
                         (group.suffix, group.member_of))

    def test_request_level_parameters(self):
        request = self.one(request_level_params=objects.RequestLevelParams(
            root_required={'A'}, root_forbidden={'B'},
            same_subtree=[[PORT, '']]))
        self.assertEqual(({'A'}, {'B'}, (frozenset({PORT, ''}),)), (
            request.root_required, request.root_forbidden,
            request.same_subtrees))

    def test_aggregates_of_the_destination(self):
        spec = specs.spec(requested_destination=objects.Destination(
            aggregates=['a,b', 'c'], forbidden_aggregates={'d'}))
        group = unnumbered(self.variants(spec)[0])
        self.assertEqual((frozenset('ab'), frozenset('c')), group.member_of)
        self.assertEqual({'d'}, group.forbidden_aggregates)

    def test_a_destination_becomes_a_tree(self):
        spec = specs.spec(requested_destination=objects.Destination(
            host='host1'))
        self.assertEqual(NODE, unnumbered(self.variants(spec)[0]).in_tree)
        self.assertEqual(('host1', 'node1'), translation.pinned_to(spec))

    def test_a_destination_that_is_not_there(self):
        self.assertRaises(exception.NoValidHost, self.one,
                          force_hosts=['nowhere'])

    def test_pinned_cpus_may_be_unpinned_ones(self):
        spec = specs.spec(vcpus=2, extra_specs={
            'hw:cpu_policy': 'dedicated'})
        totals = [{name: variant.total(name) for name in ('VCPU', 'PCPU')}
                  for variant in self.variants(spec)]
        self.assertEqual([{'VCPU': 0, 'PCPU': 2}, {'VCPU': 2, 'PCPU': 0}],
                         totals)
        self.assertEqual(1, len(self.variants(spec, fallback=False)))


class TestNames(testtools.TestCase):

    def test_not_pinned(self):
        self.assertEqual((None, None), translation.pinned_to(specs.spec()))
        self.assertEqual((None, None), translation.pinned_to(specs.spec(
            force_hosts=['one', 'two'])))

    def test_forced(self):
        self.assertEqual(('one', 'n'), translation.pinned_to(specs.spec(
            force_hosts=['one'], force_nodes=['n'])))

    def test_claimants(self):
        context = nova_context.RequestContext('admin', is_admin=True)
        found, = translation.consumers(context, specs.spec(), ['u'])
        self.assertEqual(('u', 'project', 'user', 'INSTANCE'), (
            found.uuid, found.project_id, found.user_id,
            found.consumer_type))
        nobody, = translation.consumers(
            context, specs.spec(user_id=None), ['u'])
        self.assertEqual('admin', nobody.user_id)

    def test_claimants_without_uuids(self):
        context = nova_context.RequestContext('admin', is_admin=True)
        found = translation.consumers(context, specs.spec(num_instances=3),
                                      None)
        self.assertEqual([None] * 3, [each.uuid for each in found])

    def test_usage_is_novas_own(self):
        self.assertEqual(
            {'vcpus': 1, 'memory_mb': 1024, 'disk_gb': 12, 'instances': 1,
             'io_ops': 1}, translation.usage(specs.spec(
                 is_bfv=True, swap=4096, ephemeral_gb=2)))
