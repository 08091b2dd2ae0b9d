# SPDX-License-Identifier: Apache-2.0
"""What a query can find of a HostReport: the columns that follow from it.

A figure is read as Nova's filters see it later. Nothing here raises: a figure
that makes no sense leaves its column empty, or gives the host no capability
token. Nova's filters reject such a host too.
"""

import functools
import ipaddress

from cassandra_scheduler.model import json_text
from cassandra_scheduler.resource_types import tokens

LARGEST = 2 ** 63 - 1
#: Parts of the processor's description that flavors ask for.
CPU_PARTS = ('arch', 'model', 'vendor')
#: Figures of a host that flavors compare as text.
NAMES = ('hypervisor_type',)
#: Figures of a host that change with every instance.
COUNTERS = ('io_workload', 'failed_builds')
#: What a device pool says and no request asks for.
_NOT_ASKED = ('count', 'numa_node', 'resource_class', 'traits', 'rp_uuid',
              'rp_uuids')


def is_counter(name):
    """Return whether the figure of this name counts instances."""
    return name in COUNTERS or name.startswith('num_')


@functools.lru_cache(maxsize=256)
def facts(report):
    """Return column name -> value of a HostReport.

    A tree is written many times between two reports, so the answer is kept.
    Callers must not change it.
    """
    figures, stats = report.compute_node, report.stats
    return {
        'host': report.host, 'nodename': report.nodename,
        'num_instances': _whole(stats.get('num_instances', 0)),
        'num_io_ops': _whole(stats.get('io_workload', 0)),
        'hypervisor_version': _number(
            _either(figures, stats, 'hypervisor_version')),
        'host_ip_number': _address(figures.get('host_ip')),
        'abilities': (
            tokens.hypervisors(_lists(figures.get('supported_hv_specs'))) |
            _capabilities(figures, stats) | _words(_metrics, figures) |
            _words(_networks, figures) | _words(_numa, figures)) or None,
        'devices': _words(_devices, figures) or None}


def _words(read, figures):
    try:
        return read(figures)
    except (AttributeError, KeyError, TypeError, ValueError):
        return set()


def _lists(value):
    return [each for each in value if isinstance(each, list)] if (
        isinstance(value, list)) else []


def _either(figures, stats, name):
    """Return a figure as Nova's filter finds it: by name, or in the stats.
    """
    value = figures.get(name)
    return stats.get(name) if value is None else value


def _whole(value):
    try:
        return max(-LARGEST, min(LARGEST, int(value)))
    except (OverflowError, TypeError, ValueError):
        return None


def _number(value):
    try:
        return float(str(value))
    except ValueError:
        return None


def _address(text):
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    return tokens.address(found.version, int(found))


def _networks(figures):
    found = ipaddress.ip_address(figures['host_ip'])
    return tokens.networks(found.version, int(found))


def _capabilities(figures, stats):
    cpu = _either(figures, stats, 'cpu_info')
    if isinstance(cpu, str):
        cpu = _cpu(cpu)
    found = {('cpu_info', part): cpu.get(part)
             for part in CPU_PARTS} if isinstance(cpu, dict) else {}
    found.update({(name,): _either(figures, stats, name) for name in NAMES})
    found.update({(name,): value for name, value in stats.items()
                  if name not in NAMES and not is_counter(name)})
    return {tokens.token('capability', *path, str(value))
            for path, value in found.items() if value is not None}


def _cpu(text):
    try:
        return json_text.decode(text)
    except ValueError:
        return None


def _metrics(figures):
    return {tokens.token('metric', each['name'])
            for each in json_text.decode(figures['metrics'])}


def _numa(figures):
    cells = [cell['nova_object.data'] for cell in
             json_text.decode(figures['numa_topology'])[
                 'nova_object.data']['cells']]
    pinnable, threads, pages = 0, False, {}
    for cell in cells:
        pinnable += len(set(cell.get('pcpuset') or ()) -
                        set(cell.get('pinned_cpus') or ()))
        threads |= any(len(cpus) > 1 for cpus in cell.get('siblings') or ())
        for each in cell.get('mempages') or ():
            page = each['nova_object.data']
            free = (page['total'] - page.get('used', 0) -
                    page.get('reserved', 0)) * page['size_kb']
            pages[page['size_kb']] = max(free, pages.get(page['size_kb'], 0))
    found = tokens.reached('numa:cells', len(cells)) | tokens.reached(
        'numa:pinnable', pinnable)
    if threads:
        found.add('numa:threads')
    return found.union(*(tokens.pages(size, free)
                         for size, free in pages.items() if free > 0))


def _devices(figures):
    """Return the tokens of the device pools, by what each pool says."""
    counts = {}
    for pool in figures['pci_device_pools']['nova_object.data']['objects']:
        pool = pool['nova_object.data']
        said = {**pool, **(pool.get('tags') or {})}
        said.pop('tags', None)
        for key, value in said.items():
            if isinstance(value, str) and key not in _NOT_ASKED:
                name = tokens.token('pci', key, value.lower())
                counts[name] = counts.get(name, 0) + max(
                    0, pool.get('count') or 0)
    return set().union(*(tokens.reached(name, count)
                         for name, count in counts.items()))
