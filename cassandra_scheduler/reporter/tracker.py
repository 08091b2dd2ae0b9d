# SPDX-License-Identifier: Apache-2.0
"""Nova's resource tracker, which also reports to Cassandra.

Nova's tracker does all of the tracking. It also writes the record in the
cell's database and the inventory in Placement. After each of its updates, the
host's report is published here. The same write confirms the claims of the
instances in the report.
"""

import collections

from keystoneauth1 import exceptions as keystone_exceptions
from nova.compute import resource_tracker
from nova.compute import task_states
import nova.conf
from nova import exception
from oslo_log import log as logging

from cassandra_scheduler.model import errors
from cassandra_scheduler.reporter import figures

CONF = nova.conf.CONF
LOG = logging.getLogger(__name__)


class CassandraResourceTracker(resource_tracker.ResourceTracker):
    """A resource tracker that publishes what it tracks.

    Every change passes through ``_update``. Nova holds its lock there, so
    the nodes of a host are published one by one.
    """

    def __init__(self, host, driver, reportclient=None, *, publisher,
                 heartbeat_writer, freeing):
        super().__init__(host, driver, reportclient=reportclient)
        self._publisher = publisher
        self._heartbeat_writer = heartbeat_writer
        self._freeing = freeing
        # nodename -> the tree as it was last published
        self._published = {}
        # nodename -> uuids of the instances in its figures. Nova's
        # tracked_instances has no nodes.
        self._included = collections.defaultdict(set)
        # nodename -> uuid -> image properties of the instance
        self._properties = collections.defaultdict(dict)

    def remove_node(self, nodename):
        """Stop tracking a node, and stop its heartbeats."""
        node = self.compute_nodes.get(nodename)
        super().remove_node(nodename)
        self._included.pop(nodename, None)
        self._properties.pop(nodename, None)
        self._published.pop(nodename, None)
        if node is not None:
            self._publisher.remove_node(node.uuid)

    def _update(self, context, compute_node, startup=False):
        super()._update(context, compute_node, startup=startup)
        self._publish(compute_node)

    def _update_available_resource(self, context, resources, startup=False):
        super()._update_available_resource(context, resources,
                                           startup=startup)
        # It reads databases, so not under Nova's lock.
        self._free(context, resources['hypervisor_hostname'])

    def _update_usage_from_instances(self, context, instances, nodename):
        self._included[nodename].clear()
        self._properties[nodename].clear()
        return super()._update_usage_from_instances(context, instances,
                                                    nodename)

    def _update_usage_from_instance(self, context, instance, nodename,
                                    is_removed=False):
        super()._update_usage_from_instance(context, instance, nodename,
                                            is_removed=is_removed)
        # Until a resize on the same host is prepared here, the figures have
        # the old flavor. The claim is for the new one.
        if instance.task_state == task_states.RESIZE_PREP:
            self._included[nodename].discard(instance.uuid)
        else:
            self._included[nodename].add(instance.uuid)
        self._note_image(instance, nodename)

    def _note_image(self, instance, nodename):
        """Remember the image properties of an instance, if readable."""
        try:
            pairs = figures.image_properties_of(instance)
        except Exception as exc:
            LOG.debug('The image properties of instance %(uuid)s are left '
                      'out: %(error)s',
                      {'uuid': instance.uuid, 'error': exc})
            return
        if pairs is not None:
            self._properties[nodename][instance.uuid] = pairs

    def _image_properties(self, nodename):
        return figures.counted(
            pairs for uuid, pairs in self._properties[nodename].items()
            if uuid in self.tracked_instances)

    def _counted(self, nodename):
        """Return the uuids of the consumers in the figures of a node."""
        counted = self._included[nodename] & self.tracked_instances
        for instance_uuid, migration in self.tracked_migrations.items():
            if (migration.dest_compute == self.host and
                    migration.dest_node == nodename):
                counted.add(instance_uuid)
        return counted

    def _publish(self, compute_node):
        """Publish a node; log a failure, because Nova must go on.

        The next update publishes in full, because the publisher compares
        with the store.
        """
        nodename = compute_node.hypervisor_hostname
        self._published.pop(nodename, None)
        try:
            self._published[nodename] = self._publisher.publish(
                compute_node.uuid, figures.report_of(
                    compute_node, self._image_properties(nodename)),
                self._counted(nodename))
        except errors.SchedulerError as exc:
            LOG.error('Node %(node)s of host %(host)s could not be published '
                      'to Cassandra; the next update tries again. %(error)s',
                      {'node': nodename, 'host': self.host, 'error': exc})
        except Exception:
            LOG.exception('Publishing node %s failed. This is a bug.',
                          nodename)
        else:
            if self.service_ref is not None:
                self._heartbeat_writer.write_heartbeat(
                    self.service_ref, nodes=(compute_node.uuid,),
                    older_than=CONF.report_interval)

    def _free(self, context, nodename):
        """Free old claims on a node; on failure the next audit does it."""
        node, tree = (self.compute_nodes.get(nodename),
                      self._published.get(nodename))
        if node is None or tree is None:
            return
        try:
            self._freeing.sweep(
                context, node, tree,
                older_than=CONF.cassandra_scheduler.claim_timeout)
        except (errors.SchedulerError, exception.NovaException,
                keystone_exceptions.ClientException) as exc:
            LOG.warning('The old claims on node %(node)s were not checked; '
                        'the next audit checks them. %(error)s',
                        {'node': nodename, 'error': exc})
        except Exception:
            LOG.exception('Freeing claims on node %s failed. This is a bug.',
                          nodename)
