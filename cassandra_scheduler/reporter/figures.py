# SPDX-License-Identifier: Apache-2.0
"""What nova-compute knows of its host, as the JSON texts of a tree's row.

Two texts. The report is written by a conditional write, whenever it differs:

    {"host": ..., "nodename": ..., "uuid": ..., "cell_uuid": null,
     "compute_node": {field: value, ...}}

with every field of Nova's ComputeNode that is set, as it is in the cell's
database: ``numa_topology`` a text, ``pci_device_pools`` the primitive of its
object or null, ``supported_hv_specs`` lists of three, ``stats`` a dict of
texts, times as '2026-01-31T12:00:00Z'. A compute service does not know its
cell, so ``cell_uuid`` is for somebody who does.

The service's own text goes with each heartbeat, see ``heartbeat_of``.
"""

import json

from oslo_utils import timeutils

from cassandra_scheduler.model import tree as tree_model

_SERVICE_FIELDS = ('id', 'uuid', 'host', 'binary', 'version', 'disabled',
                   'disabled_reason', 'forced_down', 'last_seen_up',
                   'created_at')


def report_of(compute_node):
    """Return the report on one ComputeNode; equal facts, equal text."""
    values = _primitive(compute_node)
    for name, readable in (('supported_hv_specs', _hypervisors),
                           ('pci_device_pools', _pools)):
        if name in values:
            values[name] = readable(getattr(compute_node, name))
    return _text({'host': compute_node.host,
                  'nodename': compute_node.hypervisor_hostname,
                  'uuid': compute_node.uuid, 'cell_uuid': None,
                  'compute_node': values})


def heartbeat_of(service):
    """Return the Heartbeat, as of now, of a nova Service object."""
    values = _primitive(service)
    return tree_model.Heartbeat(
        last_seen_ms=now_ms(), disabled=bool(values.get('disabled')),
        forced_down=bool(values.get('forced_down')),
        service=_text({name: values.get(name) for name in _SERVICE_FIELDS}))


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
