# SPDX-License-Identifier: Apache-2.0
"""RequestSpecs as nova-conductor sends them."""

import uuid

from nova import objects

objects.register_all()


def flavor(*, vcpus=1, memory_mb=1024, disk_gb=10, **fields):
    """Return a Flavor."""
    return objects.Flavor(**{
        'id': 1, 'name': 'small', 'flavorid': '1', 'vcpus': vcpus,
        'memory_mb': memory_mb, 'root_gb': disk_gb, 'ephemeral_gb': 0,
        'swap': 0, 'extra_specs': {}, **fields})


def spec(**fields):
    """Return a RequestSpec; sizes and extra specs go to its flavor."""
    sized = {name: fields.pop(name) for name in
             ('vcpus', 'memory_mb', 'disk_gb', 'ephemeral_gb', 'swap',
              'extra_specs') if name in fields}
    return objects.RequestSpec(**{
        'image': objects.ImageMeta(properties=objects.ImageMetaProps()),
        'flavor': flavor(**sized), 'project_id': 'project',
        'user_id': 'user', 'num_instances': 1,
        'instance_uuid': str(uuid.uuid4()), 'availability_zone': None,
        'instance_group': None, 'ignore_hosts': None, 'force_hosts': None,
        'force_nodes': None, 'requested_destination': None, 'retry': None,
        'limits': None, 'numa_topology': None, 'scheduler_hints': {},
        'requested_resources': [], 'is_bfv': False,
        'pci_requests': objects.InstancePCIRequests(requests=[]),
        'request_level_params': objects.RequestLevelParams(),
        'security_groups': objects.SecurityGroupList(), **fields})
