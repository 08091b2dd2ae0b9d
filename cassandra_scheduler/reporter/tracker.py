# SPDX-License-Identifier: Apache-2.0
"""Nova's resource tracker, whose every update also reaches Cassandra.

Nova's own tracker does all of the tracking, the record in the cell's
database and the inventory at Placement included. What is added: after each
of its updates the host's figures are published, and the claims of the
instances that they include are settled in the same write.
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

    ``_update`` is the one place through which every change passes; Nova
    holds its lock there, so the nodes of a host are published one by one.
    """

    def __init__(self, host, driver, reportclient=None, *, publisher, pulse,
                 freeing):
        super().__init__(host, driver, reportclient=reportclient)
        self._publisher = publisher
        self._pulse = pulse
        self._freeing = freeing
        # nodename -> the tree as it was last published
        self._published = {}
        # nodename -> uuids of instances that its figures include; Nova's
        # tracked_instances does not say on which node.
        self._included = collections.defaultdict(set)
        # nodename -> uuid -> what the instance has from its image
        self._properties = collections.defaultdict(dict)

    def remove_node(self, nodename):
        """Stop tracking a node, and stop vouching for it."""
        node = self.compute_nodes.get(nodename)
        super().remove_node(nodename)
        self._included.pop(nodename, None)
        self._properties.pop(nodename, None)
        self._published.pop(nodename, None)
        if node is not None:
            self._publisher.forget(node.uuid)

    def _update(self, context, compute_node, startup=False):
        super()._update(context, compute_node, startup=startup)
        self._publish(compute_node)

    def _update_available_resource(self, context, resources, startup=False):
        super()._update_available_resource(context, resources,
                                           startup=startup)
        # Asks databases about instances, so not under Nova's lock.
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
        # Before a resize on the same host is prepared here, an instance is
        # included with its old flavor only, and the claim is for the new.
        if instance.task_state == task_states.RESIZE_PREP:
            self._included[nodename].discard(instance.uuid)
        else:
            self._included[nodename].add(instance.uuid)
        self._note_image(instance, nodename)

    def _note_image(self, instance, nodename):
        """Remember what an instance has from its image, if it can be read.
        """
        try:
            pairs = figures.image_properties_of(instance)
        except Exception as exc:
            LOG.debug('The image properties of instance %(uuid)s are not '
                      'counted: %(error)s',
                      {'uuid': instance.uuid, 'error': exc})
            return
        if pairs is not None:
            self._properties[nodename][instance.uuid] = pairs

    def _image_properties(self, nodename):
        return figures.counted(
            pairs for uuid, pairs in self._properties[nodename].items()
            if uuid in self.tracked_instances)

    def _counted(self, nodename):
        """Return the consumers that the figures of a node include."""
        counted = self._included[nodename] & self.tracked_instances
        for instance_uuid, migration in self.tracked_migrations.items():
            if (migration.dest_compute == self.host and
                    migration.dest_node == nodename):
                counted.add(instance_uuid)
        return counted

    def _publish(self, compute_node):
        """Publish a node; on failure say what to do, and let Nova go on.

        The next update publishes in full, since the publisher compares with
        what the store has.
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
            LOG.exception('Publishing node %s failed; this is a bug.',
                          nodename)
        else:
            if self.service_ref is not None:
                self._pulse.beat(self.service_ref,
                                 nodes=(compute_node.uuid,),
                                 older_than=CONF.report_interval)

    def _free(self, context, nodename):
        """Free the claims on a node that leaked; later, if it fails."""
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
            LOG.warning('The claims on node %(node)s could not be looked '
                        'through; the next audit does. %(error)s',
                        {'node': nodename, 'error': exc})
        except Exception:
            LOG.exception('Freeing claims on node %s failed; this is a bug.',
                          nodename)
