# SPDX-License-Identifier: Apache-2.0
"""Turns Nova's objects into the HostReport and the Heartbeat of a tree.

A conditional write brings the report, and only a report that differs is
written. The service record goes with each heartbeat.
"""

import dataclasses

from cassandra_scheduler.model import report as report_model
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.model import write as write_model

_SERVICE_FIELDS = ('id', 'uuid', 'host', 'binary', 'topic', 'version',
                   'disabled', 'disabled_reason', 'forced_down',
                   'last_seen_up', 'created_at')


def report_of(compute_node, image_properties=None):
    """Return the HostReport on one ComputeNode; equal facts, equal reports.

    ``image_properties``: name -> value -> how many servers of the node have
    it from their image.
    """
    values = _primitive(compute_node)
    for name, readable in (('supported_hv_specs', _hypervisors),
                           ('pci_device_pools', _pools)):
        if name in values:
            values[name] = readable(getattr(compute_node, name))
    return report_model.HostReport.of(
        host=compute_node.host, nodename=compute_node.hypervisor_hostname,
        uuid=compute_node.uuid, image_properties=image_properties or {},
        compute_node=values)


def image_properties_of(instance):
    """Return the (name, value) pairs an Instance has from its image.

    Values are texts, as Nova's ImagePropertiesWeigher compares them. It asks
    no database: None if the instance came without its system metadata.
    """
    if 'system_metadata' not in instance:
        return None
    properties = instance.image_meta.properties.to_dict()
    return tuple((name, str(value)) for name, value in properties.items())


def counted(many_pairs):
    """Return name -> value -> how many of these sets of pairs have it."""
    found = {}
    for name, value in (pair for pairs in many_pairs for pair in pairs):
        values = found.setdefault(name, {})
        values[value] = values.get(value, 0) + 1
    return found


def heartbeat_of(service):
    """Return the Heartbeat, as of now, of a nova Service object."""
    values = _primitive(service)
    return tree_model.Heartbeat(
        last_seen_ms=write_model.now_ms(),
        disabled=bool(values.get('disabled')),
        forced_down=bool(values.get('forced_down')),
        service=report_model.ServiceRecord.of(
            {name: values.get(name) for name in _SERVICE_FIELDS}))


def down_heartbeat_of(service):
    """Return the Heartbeat of a Service that stops now.

    ``last_seen_ms`` is 0, so every comparison finds the service down. The
    service record says when it stopped.
    """
    heartbeat = heartbeat_of(service)
    return dataclasses.replace(
        heartbeat, last_seen_ms=0,
        service=heartbeat.service.leaving(heartbeat.last_seen_ms))


def _primitive(nova_object):
    return dict(nova_object.obj_to_primitive()['nova_object.data'])


def _hypervisors(specs):
    return [spec.to_list() for spec in specs]


def _pools(pools):
    if pools is None:
        return None
    # Nova marks what changed since the last save. With the marks, equal
    # pools would look different.
    pools = pools.obj_clone()
    pools.obj_reset_changes(recursive=True)
    return pools.obj_to_primitive()
