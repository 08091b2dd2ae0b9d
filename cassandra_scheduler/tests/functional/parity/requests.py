# SPDX-License-Identifier: Apache-2.0
"""Requests of every kind, the same for everybody who draws with one seed.

A request is made of a few features. Each changes the draft and turns on the
filter that looks at it; other filters and weighers come along by chance.
"""

import dataclasses
import json

from nova import objects
from nova.virt import hardware

from cassandra_scheduler.tests.functional.parity import fleet as fleets

FILTERS = (
    'AllHostsFilter', 'ComputeFilter', 'ComputeCapabilitiesFilter',
    'ImagePropertiesFilter', 'ServerGroupAntiAffinityFilter',
    'ServerGroupAffinityFilter', 'DifferentHostFilter', 'SameHostFilter',
    'SimpleCIDRAffinityFilter', 'JsonFilter', 'MetricsFilter',
    'NumInstancesFilter', 'AggregateNumInstancesFilter', 'IoOpsFilter',
    'AggregateIoOpsFilter', 'IsolatedHostsFilter',
    'AggregateMultiTenancyIsolation', 'AggregateInstanceExtraSpecsFilter',
    'AggregateImagePropertiesIsolation', 'AggregateTypeAffinityFilter',
    'NUMATopologyFilter', 'PciPassthroughFilter')
_WEIGHTS = 'nova.scheduler.weights.'
WEIGHERS = tuple(_WEIGHTS + name for name in (
    'ram.RAMWeigher', 'cpu.CPUWeigher', 'disk.DiskWeigher',
    'io_ops.IoOpsWeigher', 'num_instances.NumInstancesWeigher',
    'pci.PCIWeigher', 'hypervisor_version.HypervisorVersionWeigher',
    'metrics.MetricsWeigher', 'compute.BuildFailureWeigher',
    'cross_cell.CrossCellWeigher',
    'affinity.ServerGroupSoftAffinityWeigher',
    'affinity.ServerGroupSoftAntiAffinityWeigher',
    'image_props.ImagePropertiesWeigher'))
IMAGES = ('5a5a5a5a-0000-4000-8000-000000000001',
          '5a5a5a5a-0000-4000-8000-000000000002')
_DEVICE = '0c5ff1ce-0000-4000-8000-00000000000'


@dataclasses.dataclass
class Draft:
    """One request as far as it is drawn.

    ``options``: (group, name) -> value, for this request only;
    ``destination``: fields of a Destination, its cell by number.
    """
    fleet: fleets.Fleet = dataclasses.field(repr=False)
    filters: set
    uuids: list
    weighers: list = dataclasses.field(default_factory=list)
    options: dict = dataclasses.field(default_factory=dict)
    flavor: dict = dataclasses.field(default_factory=dict)
    extra_specs: dict = dataclasses.field(default_factory=dict)
    properties: dict = dataclasses.field(default_factory=dict)
    hints: dict = dataclasses.field(default_factory=dict)
    fields: dict = dataclasses.field(default_factory=dict)
    destination: dict | None = None
    devices: int = 0

    def set(self, **options):
        """Set options of [filter_scheduler]."""
        self.options.update({('filter_scheduler', name): value
                             for name, value in options.items()})


def draw(random, fleet):
    """Return a Draft with everything in it."""
    draft = Draft(
        fleet, filters={name for name in FILTERS if random.random() < 0.2},
        uuids=[fleets.new_uuid(random)
               for _ in range(random.choice((1, 1, 1, 2, 3)))])
    draft.flavor.update(
        name=random.choice(('small', 'medium', 'large')),
        vcpus=random.choice((1, 1, 2, 4)), root_gb=random.choice((1, 10)),
        memory_mb=random.choice((512, 1024, 2048)),
        ephemeral_gb=random.choice((0, 0, 5)),
        swap=random.choice((0, 0, 600)))
    draft.fields.update(project_id=random.choice(fleets.PROJECTS))
    draft.weighers = list(WEIGHERS) if random.random() < 0.5 else (
        random.sample(WEIGHERS, random.randrange(1, 6)))
    draft.set(**{
        f'{name}_weight_multiplier': random.choice((-1.5, 0.0, 1.0, 2.0))
        for name in ('ram', 'cpu', 'disk', 'hypervisor_version', 'io_ops',
                     'num_instances', 'build_failure', 'cross_cell_move')
        if random.random() < 0.6})
    if random.random() < 0.7:
        # Otherwise half of the requests would meet a host without a metric.
        draft.options[('metrics', 'required')] = False
    draft.options[('metrics', 'weight_setting')] = random.choice((
        ['cpu.percent=1.0', 'cpu.frequency=0.001'], ['cpu.frequency=-1'],
        ['cpu.user.time=1', 'broken', 'cpu.percent=x']))
    if random.random() < 0.5:
        zone(random, draft)
    for feature in random.sample(FEATURES, random.randrange(1, 4)):
        draft.filters.update(feature(random, draft) or ())
    draft.filters = random.sample(sorted(draft.filters), len(draft.filters))
    return draft


def spec_of(draft, cells):
    """Return the RequestSpec of a Draft; ``cells``: CellMappings."""
    flavor = objects.Flavor(id=1, flavorid='1', rxtx_factor=1.0,
                            is_public=True, disabled=False,
                            extra_specs=dict(draft.extra_specs),
                            **draft.flavor)
    image = objects.ImageMeta(
        **({'id': draft.fields['image_id']} if 'image_id' in draft.fields
           else {}), disk_format='qcow2',
        properties=objects.ImageMetaProps(**draft.properties))
    others = {key: value for key, value in draft.fields.items()
              if key != 'image_id'}
    return objects.RequestSpec(**{
        'image': image, 'flavor': flavor, 'user_id': 'user',
        'num_instances': len(draft.uuids), 'instance_uuid': draft.uuids[0],
        'availability_zone': None, 'instance_group': None,
        'ignore_hosts': None, 'force_hosts': None, 'force_nodes': None,
        'requested_destination': _destination(draft, cells), 'retry': None,
        'limits': objects.SchedulerLimits(), 'is_bfv': False,
        'numa_topology': hardware.numa_get_constraints(flavor, image),
        'network_metadata': objects.NetworkMetadata(
            physnets=set(), tunneled=False),
        'scheduler_hints': {key: list(value) for key, value in
                            draft.hints.items()},
        'requested_resources': [], 'pci_requests': _devices(draft),
        'request_level_params': objects.RequestLevelParams(),
        'security_groups': objects.SecurityGroupList(), **others})


def _destination(draft, cells):
    if draft.destination is None:
        return None
    fields = dict(draft.destination)
    if 'cell' in fields:
        fields['cell'] = cells[fields['cell']]
    return objects.Destination(**fields)


def _devices(draft):
    return objects.InstancePCIRequests(requests=[
        objects.InstancePCIRequest(
            count=1, request_id=_DEVICE + str(number), alias_name='a',
            requester_id=None, numa_policy=None, is_new=False,
            spec=[{'vendor_id': '8086', 'product_id': '1'}])
        for number in range(draft.devices)])


def _servers(random, draft, count):
    return [server.uuid for server in _some(
        random, draft.fleet.instances, count)]


def _hosts(random, draft, count):
    return [host.name for host in _some(random, draft.fleet.hosts, count)]


def _some(random, all_of_them, count):
    return random.sample(all_of_them, min(count, len(all_of_them) // 2))


def traits(random, draft):
    for name in random.sample(fleets.TRAITS, random.randrange(1, 3)):
        draft.extra_specs[f'trait:{name}'] = random.choice(
            ('required', 'required', 'forbidden'))


def zone(random, draft):
    draft.fields['availability_zone'] = random.choice(
        (*fleets.ZONES, 'nova'))


def capabilities(random, draft):
    draft.extra_specs.update(random.choice((
        {'capabilities:rack': 'r1'}, {'capabilities:rack': '<or> r1 <or> r2'},
        {'capabilities:vcpus_used': '>= 8'},
        {'capabilities:hypervisor_type': 's!= fake'},
        {'capabilities:cpu_info:arch': 'x86_64'},
        {'capabilities:cpu_info:features': '<in> avx'},
        {'capabilities:cpu_info:topology:cores': '<= 8'},
        {'rack': 'r10'}, {'update': 'x'}, {'nowhere': 'x'},
        {'capabilities:hypervisor_version': '= 8002000'},
        {'hw:maxphysaddr_bits': '42', 'hw:maxphysaddr_mode': 'emulate'})))
    return ['ComputeCapabilitiesFilter']


def broken_capability(random, draft):
    draft.extra_specs.update(random.choice((
        {'capabilities:free_ram_mb': '>= many'},
        {'capabilities:weight': '>= 7'}, {'capabilities:rack': '<or>'})))
    return ['ComputeCapabilitiesFilter']


def aggregate_specs(random, draft):
    draft.extra_specs.update(random.choice((
        {'aggregate_instance_extra_specs:ssd': 'true'},
        {'aggregate_instance_extra_specs:size': '>= 7'},
        {'ssd': 'false', 'colour': 'green'},
        {'aggregate_instance_extra_specs:colour': '<or> red <or> green'})))
    return ['AggregateInstanceExtraSpecsFilter']


def image_properties(random, draft):
    draft.properties.update(random.choice((
        {'hw_architecture': 'x86_64'}, {'hw_architecture': 'aarch64'},
        {'img_hv_type': 'kvm', 'hw_vm_mode': 'hvm'},
        {'img_hv_type': 'qemu', 'hw_architecture': 'i686'},
        {'img_hv_type': 'vmware',
         'img_hv_requested_version': '>=8002000'})))
    return ['ImagePropertiesFilter']


def image_isolation(random, draft):
    draft.properties.update(random.choice((
        {'os_distro': 'linux'}, {'os_distro': 'bsd'},
        {'os_distro': 'windows', 'hw_machine_type': 'q35'})))
    return ['AggregateImagePropertiesIsolation']


def image_weights(random, draft):
    draft.properties.update(os_distro='linux')
    draft.weighers = sorted({*draft.weighers, WEIGHERS[-1]})
    draft.set(image_props_weight_multiplier=random.choice((1.0, -2.0)),
              image_props_weight_setting=random.choice(
                  ([], ['os_distro=2', 'hw_machine_type=1'])))


def isolated_hosts(random, draft):
    draft.fields['image_id'] = random.choice(IMAGES)
    draft.set(isolated_images=random.choice(([], [IMAGES[0]])),
              isolated_hosts=random.choice(
                  ([], _hosts(random, draft, 60))),
              restrict_isolated_hosts_to_isolated_images=random.choice(
                  (True, False)))
    return ['IsolatedHostsFilter']


def counted(random, draft):
    draft.set(max_io_ops_per_host=random.choice((2, 4)),
              max_instances_per_host=random.choice((3, 6)))
    return random.sample(('NumInstancesFilter', 'IoOpsFilter',
                          'AggregateNumInstancesFilter',
                          'AggregateIoOpsFilter'), 2)


def tenants(random, draft):
    for name in ('limit_tenants_to_placement_aggregate',
                 'enable_isolated_aggregate_filtering',
                 'query_placement_for_image_type_support'):
        draft.options[('scheduler', name)] = random.random() < 0.5
    return ['AggregateMultiTenancyIsolation', 'AggregateTypeAffinityFilter']


def metrics(random, draft):
    draft.options[('metrics', 'required')] = random.random() < 0.3
    draft.options[('metrics', 'weight_of_unavailable')] = -10.0
    return ['MetricsFilter']


def different_host(random, draft):
    draft.hints['different_host'] = _servers(random, draft, 20)
    return ['DifferentHostFilter']


def same_host(random, draft):
    draft.hints['same_host'] = _servers(random, draft, 12)
    return ['SameHostFilter']


def near(random, draft):
    draft.hints.update(build_near_host_ip=['10.8.1.7'],
                       cidr=[random.choice(('/24', '/22', '/30', '24'))])
    return ['SimpleCIDRAffinityFilter']


def query(random, draft):
    draft.hints['query'] = [json.dumps(random.choice((
        ['>=', '$free_ram_mb', 4096],
        ['and', ['<', '$num_instances', 4], ['=', '$hypervisor_type',
                                             'QEMU']],
        ['or', ['=', '$stats.rack', 'r1'], ['in', '$vcpus_total', 4, 8]],
        ['not', ['>', '$num_io_ops', 2]], ['not', '$service.disabled'],
        ['=', '$nowhere', 1], ['<=', '$free_disk_mb', 100 * 1024],
        ['like', '$host', 'x'], ['>', '$host', 5],
        ['=', '$num_io_ops.x', 1])))]
    return ['JsonFilter']


def group(random, draft):
    policy = random.choice(('affinity', 'anti-affinity', 'soft-affinity',
                            'soft-anti-affinity'))
    members = _servers(random, draft, random.choice((0, 1, 12)))
    at = {server.uuid: server.host for server in draft.fleet.instances}
    draft.fields['instance_group'] = objects.InstanceGroup(
        uuid=fleets.new_uuid(random), policy=policy, policies=[policy],
        members=[*members, *draft.uuids],
        hosts=sorted({at[member] for member in members}),
        rules=random.choice(({}, {'max_server_per_host': 2}))
        if policy == 'anti-affinity' else {})
    draft.weighers = sorted({*draft.weighers, *WEIGHERS[10:12]})
    draft.set(soft_affinity_weight_multiplier=3.0,
              soft_anti_affinity_weight_multiplier=2.0)
    return ['ServerGroupAffinityFilter', 'ServerGroupAntiAffinityFilter']


def topology(random, draft):
    draft.extra_specs.update(random.choice((
        {'hw:numa_nodes': '1'}, {'hw:mem_page_size': '2048'},
        {'hw:numa_nodes': '1', 'hw:cpu_policy': 'dedicated'},
        {'hw:cpu_policy': 'dedicated', 'hw:cpu_thread_policy': 'isolate'},
        {'hw:cpu_policy': 'dedicated', 'hw:cpu_thread_policy': 'require'},
        {'hw:numa_nodes': '2'})))
    draft.flavor['vcpus'] = 2
    return ['NUMATopologyFilter']


def devices(random, draft):
    draft.devices = random.choice((1, 2))
    return ['PciPassthroughFilter']


def forced(random, draft):
    names = _hosts(random, draft, random.choice((1, 1, 5)))
    draft.fields[random.choice(('force_hosts', 'force_nodes'))] = names


def ignored(random, draft):
    draft.fields['ignore_hosts'] = [
        random.choice((name, name.upper()))
        for name in _hosts(random, draft, 40)]


def destination(random, draft):
    name = _hosts(random, draft, 1)[0]
    draft.destination = random.choice((
        {'host': name, 'node': None}, {'host': name, 'node': name},
        {'host': name.upper(), 'node': None},
        {'host': name, 'node': 'other'}))


def cell(random, draft):
    draft.destination = {'cell': random.randrange(2),
                         'allow_cross_cell_move': random.random() < 0.6}
    draft.weighers = sorted({*draft.weighers, WEIGHERS[9]})


def rebuild(random, draft):
    name = _hosts(random, draft, 1)
    draft.uuids = draft.uuids[:1]
    draft.hints['_nova_check_type'] = ['rebuild']
    draft.fields.update(force_hosts=name, force_nodes=name)
    return ['ImagePropertiesFilter', 'IsolatedHostsFilter',
            'AggregateImagePropertiesIsolation']


def large(random, draft):
    draft.flavor.update(random.choice((
        {'vcpus': 16}, {'memory_mb': 40000}, {'root_gb': 600},
        {'vcpus': 64}, {'memory_mb': 8192, 'vcpus': 8})))


FEATURES = (
    traits, zone, capabilities, aggregate_specs, image_properties,
    image_isolation, image_weights, isolated_hosts, counted, tenants,
    metrics, different_host, same_host, near, query, group, topology,
    devices, forced, ignored, destination, cell, rebuild, large,
    broken_capability)
