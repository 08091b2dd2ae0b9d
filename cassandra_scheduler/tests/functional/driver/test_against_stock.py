# SPDX-License-Identifier: Apache-2.0
"""What stands in for Nova's own code finds what that finds in databases."""

import random
import types
import uuid

import fixtures
from nova import context as nova_context
from nova import exception
from nova import objects
from nova.scheduler import request_filter
from nova.scheduler.weights import image_props

from cassandra_scheduler.driver.host import image_weigher
from cassandra_scheduler.reporter import figures
from cassandra_scheduler.tests.functional.driver import nova_cloud

spec = nova_cloud.spec
_METADATA = (
    ('availability_zone', ('zone1', 'zone2', 'nova')),
    ('filter_tenant_id', ('project', 'other', '')),
    ('filter_tenant_id2', ('project', 'other')),
    ('project', ('project',)),
    ('trait:CUSTOM_A', ('required', 'forbidden')),
    ('trait:CUSTOM_B', ('required',)),
    ('traits', ('required',)))
_OWN = {request_filter.require_tenant_aggregate: 'tenant',
        request_filter.map_az_to_placement_aggregate: 'zone',
        request_filter.isolate_aggregates: 'isolated',
        request_filter.owner_nova_filter: 'owner'}


class TestRequestFilters(nova_cloud.NovaCloudTest):
    """Nova's four filters that ask databases, and those of ours."""

    def setUp(self):
        super().setUp()
        self.random = random.Random(7)
        self.filters = self.manager._wiring.request_filters

    def aggregates(self, count=6):
        """Make some aggregates, with and without hosts."""
        for number in range(count):
            made = objects.Aggregate(self.nova.context,
                                     name=str(uuid.uuid4()))
            made.create()
            made.update_metadata({
                key: self.random.choice(values) for key, values in
                self.random.sample(_METADATA, self.random.randrange(4))})
            if number % 2:
                made.add_host('one')
        self.manager.update_aggregates(self.context, [])

    def wanted(self, seed):
        chosen = random.Random(seed)
        traits = chosen.sample(('CUSTOM_A', 'CUSTOM_B', 'HW_X'), 1)
        return spec(
            project_id=chosen.choice(('project', 'nobody')),
            availability_zone=chosen.choice((None, 'zone1', 'zone2', 'x')),
            extra_specs={f'trait:{trait}': 'required' for trait in traits},
            requested_destination=chosen.choice(
                (None, objects.Destination(host='one'))))

    def outcome(self, run, wanted):
        """Return what came of a filter, as values to be compared."""
        try:
            run(self.context, wanted)
        except exception.RequestFilterFailed as exc:
            return str(exc)
        destination = wanted.requested_destination
        if destination is None:
            return None
        return ([set(any_of.split(',')) for any_of in
                 destination.aggregates or ()],
                set(destination.forbidden_aggregates or ()),
                destination.host if 'host' in destination else None)

    def test_aggregates(self):
        self.flags(group='scheduler',
                   limit_tenants_to_placement_aggregate=True,
                   enable_isolated_aggregate_filtering=True)
        found = set()
        for required in (True, False):
            self.flags(group='scheduler',
                       placement_aggregate_required_for_tenants=required)
            self.aggregates()
            for seed in range(24):
                for theirs, ours in list(_OWN.items())[:3]:
                    expected = self.outcome(theirs, self.wanted(seed))
                    self.assertEqual(expected, self.outcome(
                        getattr(self.filters, ours), self.wanted(seed)))
                    found.add(str(expected))
        self.assertLess(10, len(found))

    def test_nothing_where_it_is_not_enabled(self):
        self.aggregates()
        for name in ('tenant', 'isolated'):
            self.assertIsNone(self.outcome(
                getattr(self.filters, name), spec()))

    def test_the_owner(self):
        for version in (70, request_filter.MIN_COMPUTE_VERSION_OWNER_TRAIT):
            name = f'version{version}'
            with fixtures.MockPatch('nova.objects.service.SERVICE_VERSION',
                                    version):
                self.nova.add_compute(name)
            self.manager._poll_services(self.nova.context)
            theirs, ours = self.devices(), self.devices()
            request_filter.owner_nova_filter(self.context, theirs)
            self.filters.owner(self.context, ours)
            self.assertEqual(self.traits(theirs), self.traits(ours))
            with nova_context.target_cell(self.nova.context,
                                          self.nova.cell) as targeted:
                objects.Service.get_by_compute_host(targeted, name).destroy()
        self.assertEqual(({'OWNER_NOVA'}, [{'OWNER_NOVA'}, set()]),
                         self.traits(ours))

    def devices(self):
        """Return a spec with a group for a PCI device and another one."""
        request_id = '0c5ff1ce-0000-4000-8000-000000000001'
        return spec(
            pci_requests=objects.InstancePCIRequests(requests=[
                objects.InstancePCIRequest(
                    request_id=request_id, count=1, spec=[],
                    alias_name='device')]),
            requested_resources=[
                objects.RequestGroup(requester_id=f'{request_id}-0'),
                objects.RequestGroup(requester_id='port')])

    def traits(self, wanted):
        return (set(wanted.root_required),
                [set(group.required_traits)
                 for group in wanted.requested_resources])

    def test_the_owner_by_the_words_of_the_hosts(self):
        """Before the first poll of the databases."""
        compute = nova_cloud.compute_hosts
        tree = compute.write(self.cloud, 'one')
        wanted = spec()
        self.filters.owner(self.context, wanted)
        self.assertEqual(set(), wanted.root_required)
        beat = figures.heartbeat_of(objects.Service(host='one'))
        self.store.trees.write_heartbeat(tree.id, beat)
        self.start()._wiring.request_filters.owner(self.context, wanted)
        self.assertEqual({'OWNER_NOVA'}, wanted.root_required)


class TestImagePropertiesWeigher(nova_cloud.NovaCloudTest):

    def setUp(self):
        super().setUp()
        self.flags(group='filter_scheduler',
                   image_props_weight_multiplier=2.0)

    def instance(self, **properties):
        """Make an Instance whose image has these properties."""
        with nova_context.target_cell(self.nova.context,
                                      self.nova.cell) as targeted:
            made = objects.Instance(
                targeted, host='one', project_id='project', user_id='user',
                image_ref='', flavor=spec().flavor, system_metadata={
                    f'image_{name}': value
                    for name, value in properties.items()})
            made.create()
        return made

    def weights(self, wanted, instances):
        """Return the weights that Nova's weigher and ours give a host."""
        reported = figures.counted(
            figures.image_properties_of(instance) for instance in instances)
        host = types.SimpleNamespace(
            cell_uuid=self.nova.cell.uuid,
            instances={instance.uuid: objects.Instance(
                instance._context, uuid=instance.uuid)
                for instance in instances},
            image_properties=image_weigher.counted(reported, ()))
        return [weigher()._weigh_object(host, wanted) for weigher in (
            image_props.ImagePropertiesWeigher,
            image_weigher.ImagePropertiesWeigher)]

    def test_the_same_weights(self):
        instances = [
            self.instance(), self.instance(hw_disk_bus='virtio'),
            self.instance(hw_disk_bus='virtio', os_type='linux',
                          hw_boot_menu='true'),
            self.instance(hw_disk_bus='scsi', hw_boot_menu='false')]
        expected = {'': [4.0, 3.0, 0.0],
                    'hw_disk_bus=3,os_type=-1': [5.0, 6.0, 0.0]}
        for setting, weights in expected.items():
            self.flags(group='filter_scheduler',
                       image_props_weight_setting=[
                           each for each in setting.split(',') if each])
            for weight, properties in zip(weights, (
                    {'hw_disk_bus': 'virtio', 'os_type': 'linux',
                     'hw_boot_menu': True},
                    {'hw_disk_bus': 'virtio', 'hw_boot_menu': True},
                    {'hw_vif_model': 'e1000'})):
                wanted = spec(image=objects.ImageMeta(
                    properties=objects.ImageMetaProps(**properties)))
                self.assertEqual([weight, weight],
                                 self.weights(wanted, instances))

    def test_without_an_image(self):
        self.assertEqual([0.0, 0.0], self.weights(
            spec(image=None), [self.instance(hw_disk_bus='virtio')]))

    def test_it_stands_in_under_the_name_of_nova(self):
        (weigher,) = [found for found in self.manager._wiring.plugins.weighers
                      if isinstance(found,
                                    image_props.ImagePropertiesWeigher)]
        self.assertIs(image_weigher.ImagePropertiesWeigher, type(weigher))
        self.assertEqual('ImagePropertiesWeigher', type(weigher).__name__)
        self.assertFalse(self.manager._wiring.plugins.foreign)
