# SPDX-License-Identifier: Apache-2.0
"""Every filter of Nova: what the query does, and what Python decides.

``exact``: the query and the filter agree. ``narrowed``: the query may find a
host too many, never one too few. ``Python``: no query can help the filter.

To push down a filter by a new column: declare the column in
``resource_types.compute``, take its value from the report in
``resource_types.report_facts``, write the predicate in a module beside this
one, name it in ``ALL``, and run ``cassandra-scheduler db sync``. A filter that
is not Nova's cannot be pushed down yet; it always decides in Python.
"""

from oslo_utils import importutils

from cassandra_scheduler.driver.predicates import capabilities
from cassandra_scheduler.driver.predicates import counts
from cassandra_scheduler.driver.predicates import hardware
from cassandra_scheduler.driver.predicates import named_hosts
from cassandra_scheduler.driver.predicates import predicate
from cassandra_scheduler.driver.predicates import services

EXACT, NARROWED, PYTHON = 'exact', 'narrowed', 'Python'
_NOT_IN_ROW = ('everything: a host\'s row does not say in which aggregates it '
               'is, and hosts in no aggregate pass')
_NOT_SAID = 'everything: CQL has no "not in"'


def _filter(name, narrow, pushed, result, rest=''):
    return predicate.Predicate(f'nova.scheduler.filters.{name}', narrow,
                               pushed, result, rest)


def _python(name, rest):
    return _filter(name, None, '', PYTHON, rest)


ALL = (
    _python('aggregate_image_properties_isolation.'
            'AggregateImagePropertiesIsolation', _NOT_IN_ROW),
    _filter('aggregate_instance_extra_specs.'
            'AggregateInstanceExtraSpecsFilter', named_hosts.extra_specs,
            'the names of hosts in aggregates that pass; up to 1000 hosts, '
            'and only if hosts without aggregates do not pass', EXACT,
            'flavors without such extra specs'),
    _filter('io_ops_filter.AggregateIoOpsFilter', counts.aggregate_io_ops,
            'number of operations, below the highest limit of any '
            'aggregate', NARROWED, 'the limits of a host\'s own aggregates'),
    _python('aggregate_multitenancy_isolation.'
            'AggregateMultiTenancyIsolation', _NOT_IN_ROW),
    _filter('num_instances_filter.AggregateNumInstancesFilter',
            counts.aggregate_num_instances,
            'number of instances, below the highest limit of any aggregate',
            NARROWED, 'the limits of a host\'s own aggregates'),
    _python('type_filter.AggregateTypeAffinityFilter', _NOT_IN_ROW),
    _filter('all_hosts_filter.AllHostsFilter',
            lambda given: predicate.EVERY_HOST, 'nothing', EXACT),
    _filter('compute_capabilities_filter.ComputeCapabilitiesFilter',
            capabilities.capabilities,
            'extra specs ``capabilities:`` that a text must equal '
            '(``s==`` or no operator): hypervisor_type, stats, and arch, '
            'model and vendor of cpu_info; hypervisor_version as a number',
            NARROWED, 'other operators, other figures, keys without scope'),
    _filter('compute_filter.ComputeFilter', services.compute,
            'last heartbeat, disabled, forced down', NARROWED,
            'heartbeats from the future; other servicegroup drivers than '
            '``db``'),
    _python('affinity_filter.DifferentHostFilter', _NOT_SAID),
    _filter('image_props_filter.ImagePropertiesFilter',
            capabilities.image_properties,
            'architecture, hypervisor type and mode in one combination',
            EXACT, 'a version of the hypervisor, maxphysaddr; with these, '
            'narrowed'),
    _filter('io_ops_filter.IoOpsFilter', counts.io_ops,
            'number of operations', EXACT),
    _filter('isolated_hosts_filter.IsolatedHostsFilter', named_hosts.isolated,
            'the names of the isolated hosts, for an isolated image', EXACT,
            'other images'),
    _python('json_filter.JsonFilter',
            'everything: an expression over any figure of a host'),
    _filter('metrics_filter.MetricsFilter', capabilities.metrics,
            'names of metrics, up to three', EXACT,
            'further metrics; with these, narrowed'),
    _filter('num_instances_filter.NumInstancesFilter', counts.num_instances,
            'number of instances', EXACT),
    _filter('numa_topology_filter.NUMATopologyFilter',
            hardware.numa_topology,
            'three of: free memory in pages of the requested size, free CPUs '
            'to pin, threads, cells', NARROWED, 'which cells fit together'),
    _filter('pci_passthrough_filter.PciPassthroughFilter',
            hardware.pci_devices,
            'the number of devices by three of: product, physical network, '
            'vendor, type, tag', NARROWED,
            'pools, NUMA affinity, alternatives, Placement\'s choice'),
    _filter('affinity_filter.SameHostFilter', named_hosts.same_host,
            'the names of the instances\' hosts', NARROWED,
            'requests that name other instances as well'),
    _python('affinity_filter.ServerGroupAntiAffinityFilter', _NOT_SAID),
    _filter('affinity_filter.ServerGroupAffinityFilter',
            named_hosts.group_affinity, 'the names of the group\'s hosts',
            EXACT, 'a group without hosts'),
    _filter('affinity_filter.SimpleCIDRAffinityFilter', named_hosts.network,
            'the networks of the host\'s address, and the address as a number',
            EXACT),
)

REGISTRY = {each.filter: each for each in ALL}
_RULES = {name: importutils.import_class(name).host_passes
          for name in REGISTRY}


def find(nova_filter):
    """Return the Predicate of an enabled filter, or None.

    Only Nova's own class with its own rule has a Predicate. What a subclass
    or a replaced method passes is unknown.
    """
    cls = type(nova_filter)
    name = f'{cls.__module__}.{cls.__name__}'
    if cls.host_passes is not _RULES.get(name):
        return None
    return REGISTRY[name]
