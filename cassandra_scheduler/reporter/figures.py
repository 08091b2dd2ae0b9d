# SPDX-License-Identifier: Apache-2.0
"""What nova-compute knows of its host, as the JSON texts of a tree's row.

Two texts. The report is written by a conditional write, whenever it differs:

    {"host": ..., "nodename": ..., "uuid": ...,
     "image_properties": {name: {value: servers with it}},
     "compute_node": {field: value, ...}}

with every field of Nova's ComputeNode that is set, as it is in the cell's
database: ``numa_topology`` a text, ``pci_device_pools`` the primitive of its
object or null, ``supported_hv_specs`` lists of three, ``stats`` a dict of
texts, times as '2026-01-31T12:00:00Z'.

The service's own text goes with each heartbeat, see ``heartbeat_of``.
"""

import dataclasses
import json

from oslo_utils import timeutils

from cassandra_scheduler.model import tree as tree_model

_SERVICE_FIELDS = ('id', 'uuid', 'host', 'binary', 'topic', 'version',
                   'disabled', 'disabled_reason', 'forced_down',
                   'last_seen_up', 'created_at')


def report_of(compute_node, image_properties=None):
    """Return the report on one ComputeNode; equal facts, equal text.

    ``image_properties``: name -> value -> how many servers of the node have
    it from their image.
    """
    values = _primitive(compute_node)
    for name, readable in (('supported_hv_specs', _hypervisors),
                           ('pci_device_pools', _pools)):
        if name in values:
            values[name] = readable(getattr(compute_node, name))
    return _text({'host': compute_node.host,
                  'nodename': compute_node.hypervisor_hostname,
                  'uuid': compute_node.uuid,
                  'image_properties': image_properties or {},
                  'compute_node': values})


def image_properties_of(instance):
    """Return the (name, value) pairs an Instance has from its image.

    Values are texts, as Nova's ImagePropertiesWeigher compares them. Asks no
    database: None where the instance came without its system metadata.
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
        last_seen_ms=now_ms(), disabled=bool(values.get('disabled')),
        forced_down=bool(values.get('forced_down')),
        service=_text({name: values.get(name) for name in _SERVICE_FIELDS}))


def down_heartbeat_of(service):
    """Return the Heartbeat of a Service that has left, as of now.

    It was last seen at the beginning of time, so for every comparison it is
    down; when it left is in its own words.
    """
    beat = heartbeat_of(service)
    return dataclasses.replace(beat, last_seen_ms=0, service=_text(
        {**json.loads(beat.service), 'left_at_ms': beat.last_seen_ms}))


def now_ms():
    """Return the present in milliseconds since the epoch, Nova's clock."""
    return int(timeutils.utcnow_ts(microsecond=True) * 1000)


def _primitive(nova_object):
    return dict(nova_object.obj_to_primitive()['nova_object.data'])


def _hypervisors(specs):
    return [spec.to_list() for spec in specs]


def _pools(pools):
    if pools is None:
        return None
    # What Nova counts as changed since the last save is of no interest, and
    # would make equal pools look different.
    pools = pools.obj_clone()
    pools.obj_reset_changes(recursive=True)
    return pools.obj_to_primitive()


def _text(value):
    return json.dumps(value, sort_keys=True, separators=(',', ':'))
