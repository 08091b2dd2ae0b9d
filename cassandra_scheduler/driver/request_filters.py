# SPDX-License-Identifier: Apache-2.0
"""Nova's request filters, without the databases that four of them ask.

Three look for aggregates and one for the oldest nova-compute. They have
stand-ins here, which find the same in the store; all others are Nova's own.
Names and values are compared as they are written, as in Python. A MySQL with
its usual collation also takes "Nova" for "nova".
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

#: Seconds for which it is remembered how old the oldest nova-compute is,
#: and that nothing is known.
REMEMBERED, UNKNOWN = 60.0, 10.0
#: So many hosts are looked at when nobody has looked at Nova's databases.
SAMPLE = 200
_TRAIT = 'trait:'


class ComputeVersions:
    """How old the nova-compute services are; the watch says so.

    Until it has, some hosts' own words have to do.
    """

    def __init__(self, store, *, clock=time.monotonic):
        self._store = store
        self._clock = clock
        self._minimum = 0
        self._until = None

    def learn(self, minimum):
        """Remember the lowest version of all; 0: there is none."""
        if minimum:
            self._minimum = minimum
            self._until = self._clock() + REMEMBERED

    def minimum(self):
        """Return the lowest version, 0 where nothing is known."""
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

    def process(self, context, spec):
        """Let the filters change ``spec``; raises RequestFilterFailed."""
        for found in request_filter.ALL_REQUEST_FILTERS:
            self._own.get(found, found)(context, spec)

    def tenant(self, context, spec):
        """Require an aggregate of the tenant's, where there is one.

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
        """Require an aggregate of the availability zone that is asked for.

        Stands for map_az_to_placement_aggregate.
        """
        wanted = spec.availability_zone
        if not wanted:
            return
        found = self._uuids(lambda key, value: (
            key == 'availability_zone' and value == wanted))
        if found:
            _destination(spec).require_aggregates(found)

    def isolated(self, context, spec):
        """Forbid aggregates that require a trait which is not asked for.

        Stands for isolate_aggregates.
        """
        if not CONF.scheduler.enable_isolated_aggregate_filtering:
            return
        asked = {_TRAIT + trait for trait in
                 scheduler_utils.ResourceRequest.from_request_spec(
                     spec).all_required_traits}
        # The prefix is compared by LIKE, which does not see capitals.
        found = self._uuids(lambda key, value: (
            key.lower().startswith(_TRAIT) and value == 'required' and
            key not in asked))
        if found:
            _destination(spec).append_forbidden_aggregates(found)

    def owner(self, context, spec):
        """Require the trait OWNER_NOVA once every compute has it.

        Stands for owner_nova_filter; also on the groups of PCI devices.
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

    def _uuids(self, says):
        """Return uuids of the aggregates with metadata that ``says`` it."""
        return [aggregate.uuid for aggregate in self._aggregates.all()
                if any(says(*item) for item in aggregate.metadata.items())]


def _destination(spec):
    if 'requested_destination' not in spec or (
            spec.requested_destination is None):
        spec.requested_destination = objects.Destination()
    return spec.requested_destination
