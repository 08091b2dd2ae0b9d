# SPDX-License-Identifier: Apache-2.0
"""A Nova without services: databases, configuration and messaging in memory.

Made of the fixtures in Nova's wheel. The scheduler manager runs as it does in
a service, and nothing else takes time.
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
    """Make Nova use threads; call this before Cassandra is imported.

    Nova chooses between eventlet and threads for the whole process, and
    refuses threads after an import of eventlet.
    """
    from nova import monkey_patch

    os.environ['OS_NOVA_DISABLE_EVENTLET_PATCHING'] = 'true'
    monkey_patch.patch()


@contextlib.contextmanager
def nova(settings, *, service_down_time=86400):
    """Yield a scheduler manager on the store that ``settings`` lead to.

    The heartbeats of the fleet are written once, so a host counts as up for
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

    class NovaFixture(test.TestCase):
        """Only setUp and the clean-ups of this are used."""

        def runTest(self):
            """Do nothing; unittest wants a method."""

    fixture = NovaFixture()
    fixture.setUp()
    # The fixtures log at DEBUG; a service logs at INFO.
    logging.disable(logging.WARNING)
    try:
        registration.register_opts(test.CONF)
        # As by default; the notifier of the fixtures keeps everything.
        fixture.flags(notification_format='unversioned',
                      group='notifications')
        fixture.flags(driver=[], group='oslo_messaging_notifications')
        fixture.flags(service_down_time=service_down_time)
        for name in ('keyspace', 'cloud', 'port', 'request_timeout'):
            fixture.flags(group='cassandra', **{name: getattr(settings, name)})
        fixture.flags(group='cassandra',
                      contact_points=list(settings.contact_points))
        yield _manager()
    finally:
        fixture.doCleanups()
        logging.getLogger().setLevel(logging.WARNING)
        logging.disable(logging.NOTSET)


def _manager():
    import nova.conf

    from cassandra_scheduler.driver import decision_log
    from cassandra_scheduler.driver import manager

    interval = nova.conf.CONF.report_interval

    class LastDecision(decision_log.DecisionLog, threading.local):
        """Keeps the transcript of the calling thread's last request."""

        def write(self, result):
            self.transcript, self.why = result.transcript, result.reason

    class RecordingSchedulerManager(manager.CassandraSchedulerManager):
        """Keeps its decisions in ``last``."""

        _next_look = 0.0

        def look_now_and_then(self):
            """Poll Nova's databases as often as a service does.

            A service does it in a periodic task, beside its requests.
            """
            if time.monotonic() >= self._next_look:
                self._next_look = time.monotonic() + interval
                self.host_manager.poll_databases()

    scheduler = RecordingSchedulerManager()
    scheduler.last = scheduler.decision_log = LastDecision()
    scheduler.init_host(None)
    return scheduler


def register(hosts):
    """Write what Nova's databases hold for each host of the fleet.

    Returns the uuid of their cell, which is the only one.
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
    """Return whether ``exc`` is the manager's NoValidHost."""
    from nova import exception

    return isinstance(exc.exc_info[1], exception.NoValidHost)
