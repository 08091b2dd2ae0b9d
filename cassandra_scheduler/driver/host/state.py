# SPDX-License-Identifier: Apache-2.0
"""A row of the store, as Nova's filters and weighers want to see a host.

Has every public attribute of Nova's HostState, out-of-tree plugins included.
What it shows is what the host reported, less the claims that the report does
not include yet; so no two schedulers see the same free room twice. Whatever
is costly is made when it is first asked for.
"""

import functools

from nova import objects
from nova.pci import stats as pci_stats
from nova.scheduler import host_manager
from nova.virt import hardware
from oslo_log import log as logging
from oslo_utils import timeutils

from cassandra_scheduler.driver import allocation_json
from cassandra_scheduler.driver.host import image_weigher
from cassandra_scheduler.driver.host import precise_usage
from cassandra_scheduler.driver.host import service_record
from cassandra_scheduler.driver import translation

LOG = logging.getLogger(__name__)
_PLAIN = ('host_ip', 'hypervisor_type', 'hypervisor_version',
          'hypervisor_hostname', 'cpu_info', 'cpu_allocation_ratio',
          'ram_allocation_ratio', 'disk_allocation_ratio')


class HostStateView:
    """One compute node, for the length of one request.

    ``candidate`` is a tree with a report, and what it offers. The others are
    asked by the name of the host: ``aggregates_of`` for Nova's Aggregates,
    ``cell_of`` for the uuid of its cell, ``instances_on`` for uuid ->
    Instance.
    """

    def __init__(self, candidate, *, aggregates_of, cell_of, instances_on):
        tree = candidate.tree
        self._aggregates_of = aggregates_of
        self._cell_of = cell_of
        self._instances_on = instances_on
        self._allocations = candidate.allocations
        self._report = report = tree.report
        self._figures = figures = report.compute_node
        self.tree_id = tree.id
        self.host = report.host
        self.nodename = report.nodename
        self.uuid = report.uuid
        self.limits = {}
        for name in _PLAIN:
            setattr(self, name, figures.get(name))
        self._read_figures(figures)
        self._pendings = tuple(tree.pending.values())
        for pending in self._pendings:
            self._subtract(pending.usage)
        self._heartbeat = tree.heartbeat

    def _read_figures(self, figures):
        self.free_ram_mb = figures['free_ram_mb']
        self.total_usable_ram_mb = figures['memory_mb']
        self.total_usable_disk_gb = figures['local_gb']
        self.disk_mb_used = figures['local_gb_used'] * 1024
        free_gb, least_gb = figures['free_disk_gb'], figures.get(
            'disk_available_least')
        self.free_disk_mb = 1024 * (
            free_gb if least_gb is None else min(free_gb, least_gb))
        self.vcpus_total = figures['vcpus']
        self.vcpus_used = figures['vcpus_used']
        self.stats = stats = self._report.stats
        self.num_instances = int(stats.get('num_instances', 0))
        self.num_io_ops = int(stats.get('io_workload', 0))
        self.failed_builds = int(stats.get('failed_builds', 0))

    def _subtract(self, usage):
        self.free_ram_mb -= usage.get('memory_mb', 0)
        self.free_disk_mb -= usage.get('disk_gb', 0) * 1024
        self.vcpus_used += usage.get('vcpus', 0)
        self.num_instances += usage.get('instances', 0)
        self.num_io_ops += usage.get('io_ops', 0)

    @functools.cached_property
    def updated(self):
        """When the host last reported, or None."""
        moment = self._figures.get('updated_at')
        return timeutils.parse_isotime(moment) if moment else None

    @functools.cached_property
    def numa_topology(self):
        """The host's NUMATopology, or None."""
        topology = self._figures.get('numa_topology')
        return precise_usage.numa_topology(
            self.host, objects.NUMATopology.obj_from_db_obj(topology)
            if topology else None, self._pendings)

    @functools.cached_property
    def pci_stats(self):
        """The host's pools of PCI devices."""
        pools = self._figures.get('pci_device_pools')
        found = pci_stats.PciDeviceStats(
            self.numa_topology,
            stats=objects.PciDevicePoolList.obj_from_primitive(pools)
            if pools else None)
        precise_usage.take_devices(self.host, found, self._pendings)
        return found

    @functools.cached_property
    def supported_instances(self):
        """Lists of architecture, hypervisor type and mode."""
        return [list(spec) for spec in
                self._figures.get('supported_hv_specs') or ()]

    @functools.cached_property
    def metrics(self):
        """The host's MonitorMetricList."""
        return objects.MonitorMetricList.from_json(
            self._figures.get('metrics'))

    @functools.cached_property
    def aggregates(self):
        """Nova's Aggregates with this host."""
        return self._aggregates_of(self.host)

    @functools.cached_property
    def instances(self):
        """uuid -> Instance of those on this host that may matter."""
        return self._instances_on(self.host)

    def forget_instances(self):
        """Ask for the instances again when somebody next looks at them."""
        self.__dict__.pop('instances', None)

    @functools.cached_property
    def image_properties(self):
        """(name, value) -> how many instances have it from their image."""
        return image_weigher.counted(self._report.image_properties,
                                     self._pendings)

    @functools.cached_property
    def cell_uuid(self):
        """The cell of this host, or None while it is not mapped to one."""
        return self._cell_of(self.host)

    @functools.cached_property
    def service(self):
        """The host's service record, as a read-only dict."""
        return host_manager.ReadOnlyDict(
            service_record.from_heartbeat(self.host, self._heartbeat))

    @functools.cached_property
    def allocation_candidates(self):
        """Placement's allocation requests for this host, as dicts."""
        return [allocation_json.to_json(allocation)
                for allocation in self._allocations]

    @property
    def narrowed(self):
        """Whether a filter may have taken allocation candidates away."""
        return 'allocation_candidates' in self.__dict__

    @property
    def allocations(self):
        """The AllocationRequests that no filter has taken away."""
        if not self.narrowed:
            return self._allocations
        return tuple(allocation_json.from_json(candidate)
                     for candidate in self.allocation_candidates)

    def update(self, compute=None, service=None, aggregates=None,
               inst_dict=None):
        """Do nothing: a row is not brought up to date, it is read again.

        An extra spec may name any attribute of a HostState, this one too.
        """

    def consume_from_request(self, spec):
        """Count one more instance of ``spec`` on this host.

        Like Nova's, it never raises: the claim has been made, and the
        compute node looks again.
        """
        try:
            self._consume(spec)
        except Exception as exc:
            LOG.warning('Host %(host)s was chosen, but what is left there '
                        'could not be worked out: %(error)s',
                        {'host': self.host, 'error': exc})

    def _consume(self, spec):
        self._subtract(translation.usage(spec))
        wanted = spec.pci_requests.requests if spec.pci_requests else None
        mapping = spec.get_request_group_mapping()
        if self.numa_topology and spec.numa_topology:
            # As Nova's: the next instance of the request is fitted to what
            # this one was given, and to nothing at all where this one did
            # not fit because no filter was asked.
            spec.numa_topology = hardware.numa_fit_instance_to_host(
                self.numa_topology, spec.numa_topology,
                limits=self.limits.get('numa_topology'), pci_requests=wanted,
                pci_stats=self.pci_stats, provider_mapping=mapping)
            self.numa_topology = hardware.numa_usage_from_instance_numa(
                self.numa_topology, spec.numa_topology)
        if wanted:
            self.pci_stats.apply_requests(
                wanted, mapping,
                spec.numa_topology.cells if spec.numa_topology else None)

    def __repr__(self):
        return (f'({self.host}, {self.nodename}) ram: {self.free_ram_mb}MB '
                f'disk: {self.free_disk_mb}MB io_ops: {self.num_io_ops} '
                f'instances: {self.num_instances}, allocation_candidates: '
                f'{len(self.allocations)}')
