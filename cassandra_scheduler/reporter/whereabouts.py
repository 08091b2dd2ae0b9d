# SPDX-License-Identifier: Apache-2.0
"""Asks Nova where the instance of an old claim is, if it exists.

A compute service reads the database of its own cell. It reads the API
database if its conductor can. If the conductor cannot, the answer may be
UNKNOWN.
"""

import enum

from nova.compute import vm_states
from nova import exception
from nova import objects
from oslo_log import log as logging

LOG = logging.getLogger(__name__)


class Whereabouts(enum.Enum):
    """What is known of the instance, as seen from one host."""

    EXPECTED = 'it may still come up here'
    ELSEWHERE = 'it lives elsewhere'
    GONE = 'it does not exist'
    UNKNOWN = ('its cell does not know it, and the API database did not '
               'answer')


def whereabouts_of(context, instance_uuid, compute_node):
    """Return the Whereabouts of an instance that a node does not count.

    EXPECTED if a task is running, or if Nova itself will clean up.
    """
    everything = context.elevated(read_deleted='yes')
    try:
        instance = objects.Instance.get_by_uuid(
            everything, instance_uuid, expected_attrs=[])
    except exception.InstanceNotFound:
        return _beyond_the_cell(context, instance_uuid)
    if instance.deleted:
        # A move between cells hides and deletes one record, but the instance
        # lives. The move itself gives back what it holds.
        return (Whereabouts.EXPECTED if instance.hidden
                else Whereabouts.GONE)
    resting = instance.task_state is None and instance.vm_state not in (
        vm_states.BUILDING, vm_states.RESIZED)
    there = (instance.host, instance.node)
    here = (compute_node.host, compute_node.hypervisor_hostname)
    if resting and instance.host is not None and there != here:
        return Whereabouts.ELSEWHERE
    return Whereabouts.EXPECTED


def _beyond_the_cell(context, instance_uuid):
    try:
        mapping = objects.InstanceMapping.get_by_instance_uuid(
            context, instance_uuid)
        if mapping.queued_for_delete:
            return Whereabouts.GONE
        if mapping.cell_mapping is not None:
            return Whereabouts.ELSEWHERE
        objects.BuildRequest.get_by_instance_uuid(context, instance_uuid)
        return Whereabouts.EXPECTED
    except (exception.InstanceMappingNotFound,
            exception.BuildRequestNotFound):
        return Whereabouts.GONE
    except Exception as exc:
        # The error of a conductor without the API database depends on the
        # database library and on the messaging.
        LOG.debug('The API database did not answer about instance '
                  '%(uuid)s: %(error)s',
                  {'uuid': instance_uuid, 'error': type(exc).__name__})
        return Whereabouts.UNKNOWN
