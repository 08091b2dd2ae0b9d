# SPDX-License-Identifier: Apache-2.0
"""From the attributes of a HostState back to the report of a host.

Goes by way of Nova's ComputeNode and our reporter, as a compute service does.
"""

from nova import objects
from oslo_serialization import jsonutils
from oslo_utils import timeutils

from cassandra_scheduler.model import report as report_model
from cassandra_scheduler.reporter import figures

#: attribute of a HostState -> field of a ComputeNode with the same value
_SAME = {
    'free_ram_mb': 'free_ram_mb', 'total_usable_ram_mb': 'memory_mb',
    'total_usable_disk_gb': 'local_gb', 'vcpus_total': 'vcpus',
    'vcpus_used': 'vcpus_used', 'host_ip': 'host_ip',
    'hypervisor_type': 'hypervisor_type',
    'hypervisor_version': 'hypervisor_version',
    'cpu_allocation_ratio': 'cpu_allocation_ratio',
    'ram_allocation_ratio': 'ram_allocation_ratio',
    'disk_allocation_ratio': 'disk_allocation_ratio'}
#: attribute of a HostState -> key in the stats of a ComputeNode
_COUNTED = {'num_instances': 'num_instances', 'num_io_ops': 'io_workload',
            'failed_builds': 'failed_builds'}
#: What Nova's ComputeNode would refuse, as some scenarios have it: capability
#: texts as dicts, free disk that is no whole number of GB.
_AS_IT_IS = ('cpu_info', 'stats', 'free_disk_mb')
_OTHERS = ('supported_instances', 'metrics', 'numa_topology', 'pci_stats')
#: Every attribute that a report has a place for.
REPORTED = frozenset((*_SAME, *_COUNTED, *_AS_IT_IS, *_OTHERS))


def report(host, node, uuid, wanted):
    """Return the HostReport that says ``wanted``: attribute -> value."""
    fields = {'memory_mb': 0, 'local_gb': 0, 'local_gb_used': 0, 'vcpus': 0,
              'vcpus_used': 0, 'free_ram_mb': 0, 'free_disk_gb': 0}
    fields.update((field, wanted[name]) for name, field in _SAME.items()
                  if name in wanted)
    made = figures.report_of(objects.ComputeNode(
        host=host, hypervisor_hostname=node, uuid=uuid,
        disk_available_least=None, **fields, **_translated(wanted)))
    return report_model.HostReport.of(
        host=host, nodename=node, uuid=uuid, image_properties={},
        compute_node={**made.compute_node, **_as_it_is(wanted)})


def _translated(wanted):
    """Return the ComputeNode's fields that have other types there."""
    fields = {}
    if wanted.get('supported_instances') is not None:
        fields['supported_hv_specs'] = [
            objects.HVSpec.from_list(spec)
            for spec in wanted['supported_instances']]
    if wanted.get('metrics') is not None:
        fields['metrics'] = _metrics(wanted['metrics'])
    if wanted.get('numa_topology') is not None:
        fields['numa_topology'] = wanted['numa_topology']._to_json()
    if wanted.get('pci_stats') is not None:
        fields['pci_device_pools'] = wanted['pci_stats'].to_device_pools_obj()
    return fields


def _metrics(given):
    """Return the text of a MonitorMetricList, as the tracker makes it."""
    for metric in given:
        if 'timestamp' not in metric:
            metric.timestamp = timeutils.utcnow()
        if 'source' not in metric:
            metric.source = 'scenario'
    return jsonutils.dumps(given.to_list())


def _as_it_is(wanted):
    stats = dict(wanted.get('stats', {}))
    stats.update((key, str(wanted[name])) for name, key in _COUNTED.items()
                 if name in wanted)
    found = {'stats': stats}
    if 'cpu_info' in wanted:
        found['cpu_info'] = wanted['cpu_info']
    if 'free_disk_mb' in wanted:
        found['free_disk_gb'] = wanted['free_disk_mb'] / 1024
    return found
