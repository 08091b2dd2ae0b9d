# SPDX-License-Identifier: Apache-2.0
"""A Nova without services: databases, configuration and messaging in memory.

Made of the fixtures that ship in Nova's wheel, so that the scheduler manager
runs as it does in a service while nothing else takes time beside it.
"""

import contextlib
import importlib
import logging
import os
import threading
import time
import uuid

from oslo_utils import timeutils
import sqlalchemy

from cassandra_scheduler.bench import fleet
from cassandra_scheduler.conf import registration
from cassandra_scheduler.model import errors


def choose_threads():
    """Have Nova run on threads; to be called before Cassandra is imported.

    Nova decides between eventlet and threads for the whole process, and
    refuses threads once somebody has imported eventlet.
    """
    from nova import monkey_patch

    os.environ['OS_NOVA_DISABLE_EVENTLET_PATCHING'] = 'true'
    monkey_patch.patch()


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
    # The fixtures let every debug line through; a service logs at INFO.
    logging.disable(logging.WARNING)
    try:
        registration.register_opts(test.CONF)
        # As by default; the fixtures have a notifier that keeps everything.
        ground.flags(notification_format='unversioned',
                     group='notifications')
        ground.flags(driver=[], group='oslo_messaging_notifications')
        ground.flags(service_down_time=service_down_time)
        for name in ('keyspace', 'cloud', 'port', 'request_timeout'):
            ground.flags(group='cassandra', **{name: getattr(settings, name)})
        ground.flags(group='cassandra',
                     contact_points=list(settings.contact_points))
        yield _manager()
    finally:
        ground.doCleanups()
        logging.getLogger().setLevel(logging.WARNING)
        logging.disable(logging.NOTSET)


def _manager():
    import nova.conf

    from cassandra_scheduler.driver import manager

    interval = nova.conf.CONF.report_interval

    class Recording(manager.CassandraSchedulerManager):
        """Keeps the transcript of the calling thread's last request."""

        last = threading.local()
        _next_look = 0.0

        def look_now_and_then(self):
            """Look at Nova's databases when a service would do so again.

            A service does it beside its requests, by a periodic task.
            """
            if time.monotonic() >= self._next_look:
                self._next_look = time.monotonic() + interval
                self.host_manager.look_at_databases()

        def _place(self, context, spec, wanted):
            placed, judge = super()._place(context, spec, wanted)
            self.last.transcript, self.last.why = (placed.transcript,
                                                   placed.reason)
            return placed, judge

    scheduler = Recording()
    scheduler.init_host(None)
    return scheduler


def register(hosts):
    """Give the fleet's hosts what Nova's databases say of a compute.

    Returns the uuid of the cell that they are in: the only one there is.
    """
    from nova import context as nova_context
    from nova.db.api import api as api_database
    from nova.db.api import models as api_models
    from nova.db.main import api as cell_database
    from nova.db.main import models as cell_models
    from nova.objects import cell_mapping

    context = nova_context.get_admin_context()
    cell = next(cell for cell in cell_mapping.CellMappingList.get_all(context)
                if not cell.is_cell0())
    _insert(api_database.get_engine(), api_models.HostMapping, [
        {'host': fleet.host_name(number), 'cell_id': cell.id}
        for number in range(hosts)])
    with nova_context.target_cell(context, cell) as targeted:
        _insert(cell_database.get_engine(context=targeted),
                cell_models.Service, [
            {'uuid': str(uuid.uuid4()), 'host': fleet.host_name(number),
             'binary': 'nova-compute', 'topic': 'compute', 'deleted': 0,
             'report_count': 1, 'disabled': False, 'version': 99,
             'forced_down': False, 'last_seen_up': timeutils.utcnow()}
            for number in range(hosts)])
    return cell.uuid


def _insert(engine, model, rows):
    with engine.begin() as connection:
        connection.execute(sqlalchemy.insert(model.__table__), rows)


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
        limits=objects.SchedulerLimits(), scheduler_hints={},
        security_groups=objects.SecurityGroupList(),
        network_metadata=objects.NetworkMetadata(), is_bfv=False,
        request_level_params=objects.RequestLevelParams())
    return context, spec, [instance_uuid]


def is_no_valid_host(exc):
    """Return whether ``exc`` is how the manager says: it fits nowhere."""
    from nova import exception

    return isinstance(exc.exc_info[1], exception.NoValidHost)
