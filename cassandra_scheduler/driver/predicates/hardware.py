# SPDX-License-Identifier: Apache-2.0
"""NUMA topologies and devices: upper bounds of what a host has free.

The tokens count what the host has reported as free. Claims since then only
take from it. The filters decide which cell or pool fits.
"""

from nova.objects import fields

from cassandra_scheduler.driver.predicates import predicate
from cassandra_scheduler.resource_types import tokens

#: Nova compares these in another way, or not at all.
_NOT_COMPARED = ('resource_class', 'traits', 'rp_uuid', 'rp_uuids')
#: Few pools agree in these, so they come first.
_RAREST = ('product_id', 'physical_network', 'vendor_id', 'dev_type')


def numa_topology(given):
    """Narrow NUMATopologyFilter by cells, pages and CPUs to pin.

    Each cell of an instance needs a cell of the host for itself.
    """
    topology = given.spec.numa_topology
    if not topology:
        return predicate.NOT_NARROWED
    found = [tokens.pages_of(cell.pagesize, cell.memory << 10)
             for cell in topology.cells
             if 'pagesize' in cell and (cell.pagesize or 0) > 0]
    pinned = sum(len(cell.pcpuset or ()) for cell in topology.cells
                 if 'pcpuset' in cell)
    if pinned:
        found.append(tokens.at_least('numa:pinnable', pinned))
    if _wants_threads(given.spec):
        found.append('numa:threads')
    found.append(tokens.at_least('numa:cells', len(topology.cells)))
    return predicate.has_tokens('abilities', found)


def _wants_threads(spec):
    specs, image = spec.flavor.extra_specs, spec.image.properties
    return (fields.CPUAllocationPolicy.DEDICATED in (
        specs.get('hw:cpu_policy'), image.get('hw_cpu_policy')) and
        fields.CPUThreadAllocationPolicy.REQUIRE in (
            specs.get('hw:cpu_thread_policy'),
            image.get('hw_cpu_thread_policy')))


def pci_devices(given):
    """Narrow PciPassthroughFilter by vendor, product, type and tags.

    All pools with the same value count together.
    """
    requests = given.spec.pci_requests
    if not requests or not requests.requests:
        return predicate.EVERY_HOST
    found = [(key, value.lower(), request.count)
             for request in requests.requests
             # Several specs would be alternatives.
             if len(request.spec) == 1 and request.count > 0
             for key, value in request.spec[0].items()
             if isinstance(value, str) and key not in _NOT_COMPARED]
    found.sort(key=lambda each: (_RAREST + (each[0],)).index(each[0]))
    return predicate.has_tokens('devices', [
        tokens.at_least(tokens.token('pci', key, value), count)
        for key, value, count in found])
