# SPDX-License-Identifier: Apache-2.0
"""The cores, pages and devices that a claim takes, until it is reported.

Nova decides twice which of them an instance gets. The scheduler decides so
that the request fits; the compute node decides for good. A claim carries the
decision of the scheduler, so that the next scheduler counts it.
"""

import contextlib

from nova import objects
from nova.virt import hardware
from oslo_log import log as logging

LOG = logging.getLogger(__name__)


def of_request(view, spec, mapping):
    """Return what the usage of a Pending says of one instance on a host.

    ``view``: its HostStateView. ``mapping``: requester id -> provider uuids
    of the allocation. Empty for a request without NUMA topology and devices.
    """
    usage = {}
    wanted = spec.pci_requests.requests if spec.pci_requests else None
    if spec.numa_topology and view.numa_topology:
        fitted = hardware.numa_fit_instance_to_host(
            view.numa_topology, spec.numa_topology.obj_clone(),
            limits=view.limits.get('numa_topology'), pci_requests=wanted,
            pci_stats=view.pci_stats, provider_mapping=mapping)
        if fitted is not None:
            usage['numa_topology'] = fitted.obj_to_primitive()
    if wanted:
        usage['pci'] = {'mapping': mapping, 'requests': [
            request.obj_to_primitive() for request in wanted]}
    return usage


def numa_topology(host, topology, pendings):
    """Return the host's NUMATopology with all pending claims in it."""
    for pending in pendings if topology is not None else ():
        with _as_far_as_possible(host, pending):
            taken = _instance_topology(pending)
            if taken is not None:
                topology = hardware.numa_usage_from_instance_numa(
                    topology, taken)
    return topology


def take_devices(host, pci_stats, pendings):
    """Take the devices of all pending claims from the host's pools."""
    for pending in pendings:
        with _as_far_as_possible(host, pending):
            pci = pending.usage.get('pci')
            if pci:
                taken = _instance_topology(pending)
                pci_stats.apply_requests(
                    [objects.InstancePCIRequest.obj_from_primitive(request)
                     for request in pci['requests']],
                    pci['mapping'], taken.cells if taken else None)


@contextlib.contextmanager
def _as_far_as_possible(host, pending):
    """Log and ignore what does not fit a host that has changed since.

    The compute node decides again, so this is no reason to fail.
    """
    try:
        yield
    except Exception as exc:
        LOG.info('Cores or devices of claim %(claim)s cannot be counted on '
                 'host %(host)s: %(error)s',
                 {'claim': pending.claim_id, 'host': host, 'error': exc})


def _instance_topology(pending):
    primitive = pending.usage.get('numa_topology')
    return primitive and objects.InstanceNUMATopology.obj_from_primitive(
        primitive)
