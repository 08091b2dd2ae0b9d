# SPDX-License-Identifier: Apache-2.0
"""A Nova without services: databases, configuration and messaging in memory.

Made of the fixtures that ship in Nova's wheel, so that the scheduler manager
runs as it does in a service while nothing else takes time beside it.
"""

import contextlib
import importlib
import os

from cassandra_scheduler.conf import registration
from cassandra_scheduler.model import errors

# Nova's test package patches the process for eventlet unless it is told not
# to, and it looks when it is imported.
os.environ.setdefault('OS_NOVA_DISABLE_EVENTLET_PATCHING', 'true')


@contextlib.contextmanager
def nova(settings, *, service_down_time=86400):
    """Give a scheduler manager on the store that ``settings`` lead to.

    Heartbeats of the fleet are written once, so a host counts as up for
    ``service_down_time`` seconds.
    """
    try:
        # Its package patches, so it comes before all other parts of nova.
        importlib.import_module('nova.tests.functional')
        test = importlib.import_module('nova.test')
    except ImportError as exc:
        raise errors.InvalidSettings(
            f'Nova\'s test fixtures cannot be imported ({exc}): install '
            'test-requirements.txt, or run "tox -e bench".') from None

    class Ground(test.TestCase):
        """Only setUp and the clean-ups of this are used."""

        def runTest(self):
            """Do nothing; unittest wants a method."""

    ground = Ground()
    ground.setUp()
    try:
        registration.register_opts(test.CONF)
        ground.flags(service_down_time=service_down_time)
        for name in ('keyspace', 'cloud', 'port', 'request_timeout'):
            ground.flags(group='cassandra', **{name: getattr(settings, name)})
        ground.flags(group='cassandra',
                     contact_points=list(settings.contact_points))
        yield _manager()
    finally:
        ground.doCleanups()


def _manager():
    from cassandra_scheduler.driver import manager

    scheduler = manager.CassandraSchedulerManager()
    scheduler.init_host()
    return scheduler


def cell_uuid():
    """Return the uuid of the one cell in which all hosts of the fleet are."""
    from nova import context as nova_context
    from nova.objects import cell_mapping

    cells = cell_mapping.CellMappingList.get_all(
        nova_context.get_admin_context())
    return next(cell.uuid for cell in cells if not cell.is_cell0())


def request_spec(*, vcpus=2, memory_mb=4096, disk_gb=20, traits=()):
    """Return (context, RequestSpec, [instance uuid]) of one new server."""
    from nova import context as nova_context
    from nova import objects
    from oslo_utils import uuidutils

    context = nova_context.RequestContext('bench', 'bench', is_admin=True)
    instance_uuid = uuidutils.generate_uuid()
    flavor = objects.Flavor(
        id=1, flavorid='bench', name='bench', vcpus=vcpus,
        memory_mb=memory_mb, root_gb=disk_gb, ephemeral_gb=0, swap=0,
        rxtx_factor=1.0, is_public=True, disabled=False,
        extra_specs={f'trait:{trait}': 'required' for trait in traits})
    spec = objects.RequestSpec(
        context=context, flavor=flavor, num_instances=1,
        image=objects.ImageMeta(properties=objects.ImageMetaProps()),
        project_id='bench', user_id='bench', instance_uuid=instance_uuid,
        availability_zone=None, instance_group=None, numa_topology=None,
        pci_requests=objects.InstancePCIRequests(requests=[]),
        requested_resources=[], ignore_hosts=None, force_hosts=None,
        force_nodes=None, requested_destination=None, retry=None,
        limits=None, scheduler_hints={}, security_groups=None,
        network_metadata=None, is_bfv=False,
        request_level_params=objects.RequestLevelParams())
    return context, spec, [instance_uuid]
