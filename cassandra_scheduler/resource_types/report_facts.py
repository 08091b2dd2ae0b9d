# SPDX-License-Identifier: Apache-2.0
"""What can be searched of a host's own report, see reporter.figures.

Reads as Nova's filters would see it later. Never raises: what cannot be read
leaves its column empty, or the host without a word, and no filter of Nova
could have been satisfied by it either.
"""

import functools
import ipaddress
import json

from cassandra_scheduler.resource_types import tokens

LARGEST = 2 ** 63 - 1
#: Parts of the processor's description that flavors ask for.
CPU_PARTS = ('arch', 'model', 'vendor')
#: Figures of a host that flavors compare as texts.
NAMES = ('hypervisor_type',)
#: Counters among a host's own figures; they change with every instance.
COUNTERS = ('io_workload', 'failed_builds')
#: What a pool of devices says that requests do not ask for.
_NOT_ASKED = ('count', 'numa_node', 'resource_class', 'traits', 'rp_uuid',
              'rp_uuids')


def is_counter(name):
    """Return whether a host's figure of this name counts instances."""
    return name in COUNTERS or name.startswith('num_')


@functools.lru_cache(maxsize=256)
def facts(report):
    """Return column name -> value, from the text of a report.

    A tree is written by many steps between two reports, so texts are
    remembered. Callers must not change what they are given.
    """
    parsed = _json(report)
    if not isinstance(parsed, dict):
        parsed = {}
    figures = parsed.get('compute_node')
    figures = figures if isinstance(figures, dict) else {}
    stats = figures.get('stats')
    stats = stats if isinstance(stats, dict) else {}
    return {
        'host': parsed.get('host'), 'nodename': parsed.get('nodename'),
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


def _json(text):
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return None


def _lists(value):
    return [each for each in value if isinstance(each, list)] if (
        isinstance(value, list)) else []


def _either(figures, stats, name):
    """Return a figure as Nova's filter finds it: by name, or among stats."""
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
    cpu = _json(cpu) if isinstance(cpu, str) else cpu
    found = {('cpu_info', part): cpu.get(part)
             for part in CPU_PARTS} if isinstance(cpu, dict) else {}
    found.update({(name,): _either(figures, stats, name) for name in NAMES})
    found.update({(name,): value for name, value in stats.items()
                  if name not in NAMES and not is_counter(name)})
    return {tokens.token('capability', *path, str(value))
            for path, value in found.items() if value is not None}


def _metrics(figures):
    return {tokens.token('metric', each['name'])
            for each in _json(figures['metrics'])}


def _numa(figures):
    cells = [cell['nova_object.data'] for cell in
             _json(figures['numa_topology'])['nova_object.data']['cells']]
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
    """Return the words for pools of devices, by what each says of itself."""
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
