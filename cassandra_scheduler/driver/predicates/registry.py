# SPDX-License-Identifier: Apache-2.0
"""Every filter of Nova: what is pushed down, and what Python decides.

``exact`` is said of a request for which the query and the filter agree;
``narrowed`` of one for which the query finds a host too many, never one too
few; ``Python`` of a filter that no query can say anything of.
"""

from oslo_utils import importutils

from cassandra_scheduler.driver.predicates import abilities
from cassandra_scheduler.driver.predicates import counts
from cassandra_scheduler.driver.predicates import hardware
from cassandra_scheduler.driver.predicates import places
from cassandra_scheduler.driver.predicates import predicate
from cassandra_scheduler.driver.predicates import services

EXACT, NARROWED, PYTHON = 'exact', 'narrowed', 'Python'
_NOT_IN_ROW = ('which aggregates a host is in: that changes without its row. '
               'Hosts in none pass, so there are no few to name')
_NOT_SAID = 'everything: no query can say "not there"'


def _filter(name, narrow, pushed, result, rest=''):
    return predicate.Predicate(f'nova.scheduler.filters.{name}', narrow,
                               pushed, result, rest)


def _python(name, rest):
    return _filter(name, None, '', PYTHON, rest)


ALL = (
    _python('aggregate_image_properties_isolation.'
            'AggregateImagePropertiesIsolation', _NOT_IN_ROW),
    _filter('aggregate_instance_extra_specs.'
            'AggregateInstanceExtraSpecsFilter', places.extra_specs,
            'the hosts whose aggregates pass, by name; up to 1000 of them, '
            'and only where hosts without aggregates do not pass', EXACT,
            'flavors without such extra specs'),
    _filter('io_ops_filter.AggregateIoOpsFilter', counts.aggregate_io_ops,
            'operations counted, less than the highest limit of any '
            'aggregate', NARROWED, 'the limits of a host\'s own aggregates'),
    _python('aggregate_multitenancy_isolation.'
            'AggregateMultiTenancyIsolation', _NOT_IN_ROW),
    _filter('num_instances_filter.AggregateNumInstancesFilter',
            counts.aggregate_num_instances,
            'instances counted, less than the highest limit of any aggregate',
            NARROWED, 'the limits of a host\'s own aggregates'),
    _python('type_filter.AggregateTypeAffinityFilter', _NOT_IN_ROW),
    _filter('all_hosts_filter.AllHostsFilter',
            lambda asked: predicate.EVERYBODY, 'nothing', EXACT),
    _filter('compute_capabilities_filter.ComputeCapabilitiesFilter',
            abilities.capabilities,
            'extra specs ``capabilities:``: texts that must be equal '
            '(``s==`` or no operator) of hypervisor_type, cpu_info\'s arch, '
            'model and vendor, and of stats; hypervisor_version by number',
            NARROWED, 'other operators, other figures, keys without scope'),
    _filter('compute_filter.ComputeFilter', services.compute,
            'last heartbeat, disabled, forced down', NARROWED,
            'a heartbeat from the future; other servicegroup drivers than '
            '``db``'),
    _python('affinity_filter.DifferentHostFilter', _NOT_SAID),
    _filter('image_props_filter.ImagePropertiesFilter',
            abilities.image_properties,
            'architecture, hypervisor type and mode in one combination',
            EXACT, 'a version of the hypervisor, maxphysaddr: then narrowed'),
    _filter('io_ops_filter.IoOpsFilter', counts.io_ops,
            'operations counted', EXACT),
    _filter('isolated_hosts_filter.IsolatedHostsFilter', places.isolated,
            'for an isolated image, the isolated hosts by name', EXACT,
            'other images'),
    _python('json_filter.JsonFilter',
            'everything: an expression over any figure of a host'),
    _filter('metrics_filter.MetricsFilter', abilities.metrics,
            'names of metrics, up to three', EXACT,
            'further metrics: then narrowed'),
    _filter('num_instances_filter.NumInstancesFilter', counts.num_instances,
            'instances counted', EXACT),
    _filter('numa_topology_filter.NUMATopologyFilter',
            hardware.numa_topology,
            'three of: free memory in pages of the size asked for, free CPUs '
            'to pin, threads, cells', NARROWED, 'which cells fit together'),
    _filter('pci_passthrough_filter.PciPassthroughFilter',
            hardware.pci_devices,
            'three of: how many devices there are of a product, physical '
            'network, vendor, type, tag', NARROWED,
            'pools, NUMA affinity, alternatives, Placement\'s choice'),
    _filter('affinity_filter.SameHostFilter', places.same_host,
            'the hosts of the instances, by name', NARROWED,
            'requests that name other instances as well'),
    _python('affinity_filter.ServerGroupAntiAffinityFilter', _NOT_SAID),
    _filter('affinity_filter.ServerGroupAffinityFilter',
            places.group_affinity, 'the hosts of the group, by name', EXACT,
            'a group without hosts'),
    _filter('affinity_filter.SimpleCIDRAffinityFilter', places.network,
            'the networks that the address of the host is in, and the address '
            'as a number', EXACT),
)

REGISTRY = {each.filter: each for each in ALL}
_RULES = {name: importutils.import_class(name).host_passes
          for name in REGISTRY}


def find(found):
    """Return the Predicate of an enabled filter, or None.

    Only Nova's very own class has one, with Nova's very own rule: what a
    subclass passes is unknown, and so is it where somebody has replaced the
    method.
    """
    name = f'{type(found).__module__}.{type(found).__name__}'
    if type(found).host_passes is not _RULES.get(name):
        return None
    return REGISTRY[name]
