# SPDX-License-Identifier: Apache-2.0
"""Strategies of requests: (fields of a RequestSpec, options of Nova's)."""

import uuid

from hypothesis import strategies as st
from nova import objects

from cassandra_scheduler.tests.fixtures import varied_hosts as hosts
from cassandra_scheduler.tests.functional.predicates import case


def _maybe(values):
    """Return a strategy of one of these values, as often of None."""
    return st.none() | st.sampled_from(values)


def _set(**fields):
    return {name: value for name, value in fields.items()
            if value is not None}


@st.composite
def limits(draw, option):
    """Draw requests under a limit on what a host counts."""
    return {}, {option: draw(st.integers(1, 60) | st.integers(1, 8))}


@st.composite
def images(draw):
    """Draw images that ask for hypervisors, now and then for a version."""
    return {'image': case.image(**_set(
        hw_architecture=draw(_maybe(hosts.ARCHITECTURES)),
        img_hv_type=draw(_maybe(hosts.HYPERVISORS)),
        hw_vm_mode=draw(_maybe(hosts.MODES)),
        img_hv_requested_version=draw(_maybe(('>=6.0', '<2.0')))))}, {
            'image_properties_default_architecture': draw(
                _maybe(hosts.ARCHITECTURES))}


_TEXTS = ('QEMU', 'xen', 'uefi', 'bios', 'true', 'a b', '1', 'x86_64',
          'Intel', 'shadowed')
_PATHS = ('hypervisor_type', 'boot_mode', 'gpu', 'cpu_info:arch',
          'cpu_info:vendor', 'cpu_info:features', 'free_ram_mb',
          'num_vm_active', 'nobody_has_it', 'host', 'stats', 'stats:gpu',
          'hypervisor_version', 'tree_id', 'update')
_NUMBERS = ('2005000', '6002000', '8002000', '1', '6002000.5', '-1', 'nan',
            'none')
_OPERATORS = ('=', '==', '!=', '>=', '<=')
_WORDS = ('s==', 's!=', 's<', '<in>', '<or>', '<all-in>')


def _wishes():
    return st.one_of(
        st.tuples(st.just('capabilities:hypervisor_version'), st.builds(
            '{} {}'.format, st.sampled_from(_OPERATORS),
            st.sampled_from(_NUMBERS))),
        st.tuples(st.sampled_from(_PATHS).map('capabilities:{}'.format),
                  st.builds('{} {}'.format, st.sampled_from(_WORDS),
                            st.sampled_from(_TEXTS))),
        st.tuples(st.sampled_from(_PATHS).map('capabilities:{}'.format),
                  st.sampled_from(_TEXTS + ('', 's==', '>='))),
        st.tuples(st.sampled_from(_PATHS + ('hw:x', 'trait:x')),
                  st.sampled_from(_TEXTS)))


@st.composite
def capabilities(draw):
    """Draw extra specs of flavors, sensible ones and others."""
    return {'extra_specs': dict(draw(st.lists(_wishes(), max_size=3)))}, {}


@st.composite
def networks(draw):
    """Draw hints to be near an address."""
    address = draw(st.sampled_from(hosts.ADDRESSES + ('192.0.2.129', '')))
    widest = 128 if ':' in address else 32
    return {'scheduler_hints': {
        'build_near_host_ip': [address],
        **draw(st.just({}) | st.fixed_dictionaries({'cidr': st.integers(
            0, widest).map(lambda bits: [f'/{bits}'])}) |
            st.just({'cidr': ['24']}))}}, {}


@st.composite
def topologies(draw):
    """Draw requests for NUMA cells, pinned CPUs, pages and threads."""
    pinned = draw(st.booleans())
    size = draw(_maybe(hosts.PAGES_KB))
    cells = [objects.InstanceNUMACell(
        id=number, cpuset=set() if pinned else {number},
        pcpuset=set(range(8 * number, 8 * number + draw(st.integers(1, 6))))
        if pinned else set(), memory=draw(st.sampled_from((512, 1024, 4096))),
        cpu_policy='dedicated' if pinned else None,
        cpu_thread_policy=None, pagesize=size)
        for number in range(draw(st.integers(1, 3)))]
    extra = _set(**{
        'hw:cpu_policy': 'dedicated' if pinned else None,
        'hw:cpu_thread_policy': draw(_maybe(('require', 'prefer')))})
    wanted = objects.InstanceNUMATopology(cells=cells)
    return {'extra_specs': extra, 'numa_topology': draw(
        st.sampled_from((wanted, wanted, wanted, None)))}, {}


@st.composite
def _device_spec(draw):
    vendor, product = draw(st.sampled_from(hosts.DEVICES))
    return _set(
        vendor_id=draw(st.sampled_from((vendor, vendor.lower(), None))),
        product_id=draw(st.sampled_from((product, None))),
        **draw(st.sampled_from(({}, {}, {}, {'remote_managed': 'False'}, *(
            {'dev_type': name} for name in hosts.TYPES), *(
            {'physical_network': name} for name in hosts.NETWORKS)))))


@st.composite
def devices(draw):
    """Draw requests for PCI devices, alternatives among them."""
    wanted = [objects.InstancePCIRequest(
        count=draw(st.integers(1, 4)), alias_name='alias',
        request_id=str(uuid.UUID(int=number)), spec=draw(st.lists(
            _device_spec(), min_size=1, max_size=2)))
        for number in range(draw(st.integers(0, 2)))]
    return {'pci_requests': objects.InstancePCIRequests(
        requests=wanted)}, {}


@st.composite
def servers(draw, hint):
    """Draw hints that name servers, by number; the last is not there."""
    return {'hint': hint, 'servers': draw(st.lists(
        st.integers(0, 12), max_size=4, unique=True))}, {}


@st.composite
def groups(draw):
    """Draw server groups with hosts; the last of these is not there."""
    return {'policy': draw(st.sampled_from((
        'affinity', 'affinity', 'anti-affinity', 'soft-affinity'))),
        'group_hosts': draw(st.lists(st.integers(0, case.HOSTS), max_size=5,
                                     unique=True)),
        'servers': draw(st.lists(st.integers(0, 12), max_size=4,
                                 unique=True))}, {}


@st.composite
def isolation(draw):
    """Draw images, some of them isolated, and isolated hosts."""
    image = draw(st.integers(0, 2).map(lambda n: str(uuid.UUID(int=n))))
    return {'image': objects.ImageMeta(
        id=image, properties=objects.ImageMetaProps())}, {
            'isolated_images': draw(st.lists(st.integers(0, 2).map(
                lambda n: str(uuid.UUID(int=n))), max_size=2)),
            'isolated_hosts': draw(st.lists(st.integers(0, 45).map(
                'host{}'.format), max_size=5)),
            'restrict_isolated_hosts_to_isolated_images': draw(
                st.booleans())}


@st.composite
def aggregate_specs(draw):
    """Draw extra specs that aggregates may have to match."""
    return {'extra_specs': draw(st.dictionaries(
        st.sampled_from(('aggregate_instance_extra_specs:disk', 'zone',
                         'aggregate_instance_extra_specs:zone', 'hw:other')),
        st.sampled_from(('ssd', 's== ssd', '<or> ssd <or> hdd', '>= 2',
                         '<in> d', '3', ''))))}, {}
