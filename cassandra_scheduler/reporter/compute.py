# SPDX-License-Identifier: Apache-2.0
"""The compute manager that nova-cassandra-compute runs.

It is Nova's own, but its resource tracker and heartbeats also write to
Cassandra.
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
    """Nova's compute manager, which also reports to Cassandra.

    A public method would be an RPC method, so none is added.
    """

    def __init__(self, compute_driver=None, *args, **kwargs):
        super().__init__(compute_driver, *args, **kwargs)
        registration.register_opts(CONF)
        store = opening.open_store(
            settings.Settings(**registration.store_settings(CONF)),
            loading.installed())
        publisher = publishing.Publisher(store)
        self._heartbeat_writer = heartbeat.HeartbeatWriter(publisher)
        # Replaces the tracker of Nova's class, which nothing uses yet.
        self.rt = tracker.CassandraResourceTracker(
            self.host, self.driver, reportclient=self.reportclient,
            publisher=publisher, heartbeat_writer=self._heartbeat_writer,
            freeing=freeing.Freeing(store, self.reportclient))

    def pre_start_hook(self, service_ref):
        """Report in full, and write a heartbeat with each one of Nova."""
        self._heartbeat_writer.follow(service_ref)
        super().pre_start_hook(service_ref)

    def graceful_shutdown(self, timeout):
        """Mark the service down, then finish the work that has begun."""
        if self.rt.service_ref is not None:
            self._heartbeat_writer.mark_down(self.rt.service_ref)
        super().graceful_shutdown(timeout)

    def set_host_enabled(self, context, enabled):
        """Set the trait as Nova does, and write a heartbeat at once."""
        answer = super().set_host_enabled(context, enabled)
        self._write_fresh_heartbeat(context)
        return answer

    @periodic_task.periodic_task(spacing=CONF.report_interval)
    def _write_heartbeat_without_database(self, context):
        """Write a heartbeat if the service group is not in the database."""
        if CONF.servicegroup_driver != 'db':
            self._write_fresh_heartbeat(context)

    def _write_fresh_heartbeat(self, context):
        """Write a heartbeat with the record that nova-api has saved."""
        try:
            service = objects.Service.get_by_host_and_binary(
                context, self.host, 'nova-compute')
        except Exception as exc:
            LOG.warning('A heartbeat of host %(host)s is left out, because '
                        'the record of its service cannot be read now. '
                        '%(error)s',
                        {'host': self.host, 'error': exc})
            return
        if service is not None:
            self._heartbeat_writer.write_heartbeat(service)
        elif self.rt.service_ref is not None:
            self._heartbeat_writer.mark_down(self.rt.service_ref)
