# SPDX-License-Identifier: Apache-2.0
"""The compute manager that nova-cassandra-compute runs.

Nova's own, with a resource tracker and a heartbeat that reach Cassandra.
"""

from nova.compute import manager as compute_manager
import nova.conf
from nova import objects
from oslo_log import log as logging
from oslo_service import periodic_task

from cassandra_scheduler.conf import registration
from cassandra_scheduler.reporter import freeing
from cassandra_scheduler.reporter import heartbeat
from cassandra_scheduler.reporter import publishing
from cassandra_scheduler.reporter import tracker
from cassandra_scheduler.resource_types import loading
from cassandra_scheduler.store import opening
from cassandra_scheduler.store import settings

CONF = nova.conf.CONF
LOG = logging.getLogger(__name__)


class CassandraComputeManager(compute_manager.ComputeManager):
    """Nova's compute manager, reporting to Cassandra.

    Every public method would be an RPC method, so none is added.
    """

    def __init__(self, compute_driver=None, *args, **kwargs):
        super().__init__(compute_driver, *args, **kwargs)
        registration.register_opts(CONF)
        store = opening.open_store(
            settings.Settings(**registration.store_settings(CONF)),
            loading.installed())
        publisher = publishing.Publisher(store)
        self._pulse = heartbeat.HeartbeatWriter(publisher)
        # Nova's constructor makes a tracker of its own class, which has
        # been given to nobody yet.
        self.rt = tracker.CassandraResourceTracker(
            self.host, self.driver, reportclient=self.reportclient,
            publisher=publisher, pulse=self._pulse,
            freeing=freeing.Freeing(store, self.reportclient))

    def pre_start_hook(self, service_ref):
        """Report in full, and let Nova's heartbeat be ours as well."""
        self._pulse.follow(service_ref)
        super().pre_start_hook(service_ref)

    def graceful_shutdown(self, timeout):
        """Say goodbye to the schedulers, then end what is under way."""
        if self.rt.service_ref is not None:
            self._pulse.leave(self.rt.service_ref)
        super().graceful_shutdown(timeout)

    def set_host_enabled(self, context, enabled):
        """Set the trait as Nova does, and tell the schedulers at once."""
        answer = super().set_host_enabled(context, enabled)
        self._beat_with_fresh_record(context)
        return answer

    @periodic_task.periodic_task(spacing=CONF.report_interval)
    def _beat_where_nova_saves_no_record(self, context):
        """Beat for a service group that does not live in the database."""
        if CONF.servicegroup_driver != 'db':
            self._beat_with_fresh_record(context)

    def _beat_with_fresh_record(self, context):
        """Beat with what nova-api saved before it called, not with ours."""
        try:
            service = objects.Service.get_by_host_and_binary(
                context, self.host, 'nova-compute')
        except Exception as exc:
            LOG.warning('The heartbeat of host %(host)s is left to the next '
                        'one, because the record of its service cannot be '
                        'read now: %(error)s',
                        {'host': self.host, 'error': exc})
            return
        if service is not None:
            self._pulse.beat(service)
        elif self.rt.service_ref is not None:
            self._pulse.leave(self.rt.service_ref)
