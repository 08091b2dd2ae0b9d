# SPDX-License-Identifier: Apache-2.0
"""Nova's request filters, without the databases that four of them read.

Three of them look for aggregates, one for the oldest nova-compute. They have
stand-ins here, which find the same in the store. All others are Nova's own.
The stand-ins compare names and values as they are written. MySQL with its
usual collation also takes "Nova" for "nova".
"""

import time

import nova.conf
from nova import exception
from nova.i18n import _
from nova import objects
from nova.scheduler import request_filter
from nova.scheduler import utils as scheduler_utils
import os_traits
from oslo_log import log as logging

from cassandra_scheduler.driver.host import names

CONF = nova.conf.CONF
LOG = logging.getLogger(__name__)

#: Seconds to remember the lowest version of nova-compute, and that no
#: version is known.
REMEMBERED, UNKNOWN = 60.0, 10.0
#: Read the versions of so many hosts if Nova's databases were not read yet.
SAMPLE = 200
_TRAIT = 'trait:'


class ComputeVersions:
    """The lowest version of the nova-compute services.

    NovaStateSync sets it. Until then a few hosts' own reports must do.
    """

    def __init__(self, store, *, clock=time.monotonic):
        self._store = store
        self._clock = clock
        self._minimum = 0
        self._until = None

    def set_minimum(self, minimum):
        """Remember the lowest version of all; 0: there is none."""
        if minimum:
            self._minimum = minimum
            self._until = self._clock() + REMEMBERED

    def minimum(self):
        """Return the lowest version, 0 if none is known."""
        if self._until is None or self._clock() >= self._until:
            self._minimum = min(
                names.versions(self._store, SAMPLE), default=0)
            self._until = self._clock() + (
                REMEMBERED if self._minimum else UNKNOWN)
        return self._minimum


class RequestFilters:
    """Runs the request filters; ``aggregates``: HostAggregates."""

    def __init__(self, aggregates, versions):
        self._aggregates = aggregates
        self._versions = versions
        self._own = {
            request_filter.require_tenant_aggregate: self.tenant,
            request_filter.map_az_to_placement_aggregate: self.zone,
            request_filter.isolate_aggregates: self.isolated,
            request_filter.owner_nova_filter: self.owner}

    def apply(self, context, spec):
        """Change ``spec`` as the filters do; raises RequestFilterFailed."""
        for each in request_filter.ALL_REQUEST_FILTERS:
            self._own.get(each, each)(context, spec)

    def tenant(self, context, spec):
        """Require one of the tenant's aggregates, if there are any.

        Stands for require_tenant_aggregate.
        """
        options = CONF.scheduler
        if not options.limit_tenants_to_placement_aggregate:
            return
        found = self._uuids(lambda key, value: (
            key.startswith(request_filter.TENANT_METADATA_KEY) and
            value == spec.project_id))
        if found:
            _destination(spec).require_aggregates(found)
        elif options.placement_aggregate_required_for_tenants:
            LOG.warning('Tenant %s has no available aggregates',
                        spec.project_id)
            raise exception.RequestFilterFailed(
                reason=_('No hosts available for tenant'))

    def zone(self, context, spec):
        """Require an aggregate of the requested availability zone.

        Stands for map_az_to_placement_aggregate.
        """
        requested = spec.availability_zone
        if not requested:
            return
        found = self._uuids(lambda key, value: (
            key == 'availability_zone' and value == requested))
        if found:
            _destination(spec).require_aggregates(found)

    def isolated(self, context, spec):
        """Forbid aggregates that require a trait which is not requested.

        Stands for isolate_aggregates.
        """
        if not CONF.scheduler.enable_isolated_aggregate_filtering:
            return
        requested = {_TRAIT + trait for trait in
                     scheduler_utils.ResourceRequest.from_request_spec(
                         spec).all_required_traits}
        # Nova compares the prefix by LIKE, which ignores case.
        found = self._uuids(lambda key, value: (
            key.lower().startswith(_TRAIT) and value == 'required' and
            key not in requested))
        if found:
            _destination(spec).append_forbidden_aggregates(found)

    def owner(self, context, spec):
        """Require the trait OWNER_NOVA once every compute service sets it.

        The groups of PCI devices require it too. Stands for
        owner_nova_filter.
        """
        trait = os_traits.OWNER_NOVA
        if trait in spec.root_required:
            return
        if (self._versions.minimum() <
                request_filter.MIN_COMPUTE_VERSION_OWNER_TRAIT):
            return
        spec.root_required.add(trait)
        devices = request_filter._get_pci_request_ids(spec)
        for group in (spec.requested_resources or ()) if devices else ():
            if group.requester_id and (
                    group.requester_id.rsplit('-', 1)[0] in devices):
                group.required_traits.add(trait)

    def _uuids(self, matches):
        """Return uuids of aggregates with metadata that ``matches``."""
        return [aggregate.uuid for aggregate in self._aggregates.all()
                if any(matches(*item) for item in aggregate.metadata.items())]


def _destination(spec):
    if 'requested_destination' not in spec or (
            spec.requested_destination is None):
        spec.requested_destination = objects.Destination()
    return spec.requested_destination
