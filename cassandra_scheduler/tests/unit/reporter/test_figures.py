# SPDX-License-Identifier: Apache-2.0

import datetime

from nova import objects
import testtools

from cassandra_scheduler.model import write as write_model
from cassandra_scheduler.reporter import figures

NODE = '0b2a5d5e-0000-4000-8000-000000000001'


def compute_node(**changes):
    values = {
        'id': 7, 'uuid': NODE, 'host': 'host1', 'vcpus': 8,
        'hypervisor_hostname': 'node1', 'memory_mb': 4096,
        'memory_mb_used': 512, 'free_ram_mb': 3584, 'host_ip': '192.0.2.1',
        'cpu_allocation_ratio': 4.0, 'stats': {'failed_builds': 0},
        'numa_topology': None, 'metrics': '[]',
        'supported_hv_specs': [
            objects.HVSpec(arch='x86_64', hv_type='kvm', vm_mode='hvm')],
        'pci_device_pools': objects.PciDevicePoolList(objects=[
            objects.PciDevicePool(vendor_id='8086', product_id='1', count=2,
                                  numa_node=0, tags={'dev_type': 'type-PF'})]),
        'updated_at': datetime.datetime(2026, 1, 31, 12,
                                        tzinfo=datetime.timezone.utc)}
    return objects.ComputeNode(**{**values, **changes})


class TestReport(testtools.TestCase):

    def setUp(self):
        super().setUp()
        objects.register_all()

    def report(self, **changes):
        return figures.report_of(compute_node(**changes)).fields

    def test_names_the_host_and_the_node(self):
        report = self.report()
        self.assertEqual(
            ('host1', 'node1', NODE),
            tuple(report[name] for name in ('host', 'nodename', 'uuid')))

    def test_figures_are_as_nova_stores_them(self):
        figured = self.report()['compute_node']
        self.assertEqual((8, 4096, 3584, 4.0), tuple(
            figured[name] for name in ('vcpus', 'memory_mb', 'free_ram_mb',
                                       'cpu_allocation_ratio')))
        self.assertEqual({'failed_builds': '0'}, figured['stats'])
        self.assertEqual('192.0.2.1', figured['host_ip'])
        self.assertEqual([['x86_64', 'kvm', 'hvm']],
                         figured['supported_hv_specs'])
        self.assertEqual('2026-01-31T12:00:00Z', figured['updated_at'])
        self.assertIsNone(figured['numa_topology'])

    def test_counts_what_servers_have_from_their_images(self):
        one, two = (('hw_disk_bus', 'virtio'),), (
            ('hw_disk_bus', 'virtio'), ('os_type', 'linux'))
        report = figures.report_of(
            compute_node(), figures.counted([one, two, ()])).fields
        self.assertEqual({'hw_disk_bus': {'virtio': 2},
                          'os_type': {'linux': 1}},
                         report['image_properties'])

    def test_properties_of_an_image_as_the_weigher_compares_them(self):
        instance = objects.Instance(image_ref='', system_metadata={
            'image_hw_disk_bus': 'virtio', 'image_min_ram': '0',
            'image_hw_vif_multiqueue_enabled': 'true'})
        self.assertEqual(
            {('hw_disk_bus', 'virtio'),
             ('hw_vif_multiqueue_enabled', 'True')},
            set(figures.image_properties_of(instance)))
        self.assertIsNone(figures.image_properties_of(objects.Instance()))

    def test_what_nova_has_not_set_is_left_out(self):
        self.assertNotIn('local_gb', self.report()['compute_node'])

    def test_pools_can_be_made_into_an_object_again(self):
        primitive = self.report()['compute_node']['pci_device_pools']
        pools = objects.PciDevicePoolList.obj_from_primitive(primitive)
        self.assertEqual([2], [pool.count for pool in pools])

    def test_no_pools(self):
        self.assertIsNone(
            self.report(pci_device_pools=None)['compute_node'][
                'pci_device_pools'])

    def test_equal_facts_give_an_equal_text(self):
        saved = compute_node()
        saved.obj_reset_changes(recursive=True)
        self.assertEqual(figures.report_of(compute_node()),
                         figures.report_of(saved))

    def test_can_be_made_into_a_compute_node_again(self):
        before = compute_node(pci_device_pools=None, supported_hv_specs=[])
        values = figures.report_of(before).compute_node
        after = objects.ComputeNode(**values)
        self.assertEqual(figures.report_of(before), figures.report_of(after))


class TestHeartbeat(testtools.TestCase):

    def setUp(self):
        super().setUp()
        objects.register_all()

    def test_says_what_the_record_says(self):
        beat = figures.heartbeat_of(objects.Service(
            id=3, host='host1', binary='nova-compute', disabled=True,
            disabled_reason='repair', forced_down=False,
            last_seen_up=datetime.datetime(2026, 1, 31, 12,
                                           tzinfo=datetime.timezone.utc)))
        self.assertEqual((True, False), (beat.disabled, beat.forced_down))
        service = beat.service.fields
        self.assertEqual(
            ('host1', 'nova-compute', 'repair', '2026-01-31T12:00:00Z'),
            tuple(service[name] for name in ('host', 'binary',
                                             'disabled_reason',
                                             'last_seen_up')))
        self.assertIsNone(service['created_at'])

    def test_is_of_the_present(self):
        before = write_model.now_ms()
        beat = figures.heartbeat_of(objects.Service(host='host1'))
        self.assertTrue(before <= beat.last_seen_ms <= write_model.now_ms())

    def test_a_goodbye_is_no_sign_of_life(self):
        beat = figures.down_heartbeat_of(
            objects.Service(host='host1', forced_down=True))
        self.assertEqual((0, True), (beat.last_seen_ms, beat.forced_down))
        self.assertLessEqual(beat.service.left_at_ms, write_model.now_ms())
