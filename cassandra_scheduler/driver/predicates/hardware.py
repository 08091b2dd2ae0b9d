# SPDX-License-Identifier: Apache-2.0
"""NUMA topologies and devices: upper bounds of what a host has free.

The words count what the host has reported as free. What was claimed since
only takes from it, and which cell or pool fits is for the filters.
"""

from nova.objects import fields

from cassandra_scheduler.driver.predicates import predicate
from cassandra_scheduler.resource_types import tokens

#: What Nova compares otherwise, or not at all.
_NOT_COMPARED = ('resource_class', 'traits', 'rp_uuid', 'rp_uuids')
#: Of what a pool says these tell most.
_TELLING = ('product_id', 'physical_network', 'vendor_id', 'dev_type')


def numa_topology(asked):
    """Narrow NUMATopologyFilter by cells, pages and CPUs to pin.

    Each cell of an instance takes another cell of the host.
    """
    wanted = asked.spec.numa_topology
    if not wanted:
        return predicate.NOTHING
    found = [tokens.pages_of(cell.pagesize, cell.memory << 10)
             for cell in wanted.cells
             if 'pagesize' in cell and (cell.pagesize or 0) > 0]
    pinned = sum(len(cell.pcpuset or ()) for cell in wanted.cells
                 if 'pcpuset' in cell)
    if pinned:
        found.append(tokens.at_least('numa:pinnable', pinned))
    if _wants_threads(asked.spec):
        found.append('numa:threads')
    found.append(tokens.at_least('numa:cells', len(wanted.cells)))
    return predicate.words('abilities', found)


def _wants_threads(spec):
    specs, image = spec.flavor.extra_specs, spec.image.properties
    return (fields.CPUAllocationPolicy.DEDICATED in (
        specs.get('hw:cpu_policy'), image.get('hw_cpu_policy')) and
        fields.CPUThreadAllocationPolicy.REQUIRE in (
            specs.get('hw:cpu_thread_policy'),
            image.get('hw_cpu_thread_policy')))


def pci_devices(asked):
    """Narrow PciPassthroughFilter by vendor, product, type and tags.

    All pools that say the same of themselves count together.
    """
    requests = asked.spec.pci_requests
    if not requests or not requests.requests:
        return predicate.EVERYBODY
    found = [(key, value.lower(), request.count)
             for request in requests.requests
             # Several would be alternatives.
             if len(request.spec) == 1 and request.count > 0
             for key, value in request.spec[0].items()
             if isinstance(value, str) and key not in _NOT_COMPARED]
    found.sort(key=lambda each: (_TELLING + (each[0],)).index(each[0]))
    return predicate.words('devices', [
        tokens.at_least(tokens.word('pci', key, value), count)
        for key, value, count in found])
