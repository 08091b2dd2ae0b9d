# SPDX-License-Identifier: Apache-2.0
"""Puts the rooms together for one scheduler service."""

import functools

from cassandra_scheduler.conf import registration
from cassandra_scheduler.driver import evaluator
from cassandra_scheduler.driver.host import instances
from cassandra_scheduler.driver.predicates import narrowing
from cassandra_scheduler.driver import request_filters
from cassandra_scheduler.driver.sync import cells
from cassandra_scheduler.driver.sync import host_aggregates
from cassandra_scheduler.driver.sync import nova_state
from cassandra_scheduler.driver import translation
from cassandra_scheduler.mini_cloud import search
from cassandra_scheduler.resource_types import loading
from cassandra_scheduler.scheduling import candidate_source
from cassandra_scheduler.scheduling import placement_request
from cassandra_scheduler.scheduling import ring
from cassandra_scheduler.scheduling import sharing
from cassandra_scheduler.store import aggregates as store_aggregates
from cassandra_scheduler.store import opening
from cassandra_scheduler.store import settings


class Wiring:
    """Everything a scheduler service needs, made when first asked for.

    So nothing is read or connected before the service has forked. ``conf``
    is an oslo.config object with Nova's options.
    """

    def __init__(self, conf):
        self._conf = conf
        registration.register_opts(conf)
        self._ring = ring.Ring()

    @functools.cached_property
    def store(self):
        """The store of this scheduler's cloud."""
        return opening.open_store(
            settings.Settings(**registration.store_settings(self._conf)),
            loading.installed())

    @functools.cached_property
    def cells(self):
        """The cells, and who is in which."""
        return cells.Cells(self.store.host_cells)

    @functools.cached_property
    def aggregates(self):
        """Nova's aggregates by host."""
        return host_aggregates.HostAggregates(store_aggregates.Aggregates(
            self.store.session, self.store.cloud))

    @functools.cached_property
    def versions(self):
        """How old the compute services are."""
        return request_filters.ComputeVersions(self.store)

    @functools.cached_property
    def request_filters(self):
        """Nova's request filters, over this store."""
        return request_filters.RequestFilters(self.aggregates, self.versions)

    @functools.cached_property
    def watch(self):
        """What is seen of Nova's databases between requests."""
        return nova_state.NovaStateSync(
            self.store, cells=self.cells, aggregates=self.aggregates,
            versions=self.versions)

    @functools.cached_property
    def sharing(self):
        """The sharing trees of the cloud."""
        return sharing.Sharing(self.store)

    def world(self):
        """Return the World for a request, with the options of this moment.
        """
        options, novas = self._conf.cassandra_scheduler, (
            self._conf.filter_scheduler)
        return candidate_source.SchedulingContext(
            store=self.store, base=loading.get('base'),
            kind=loading.get('compute'), search=search.allocation_requests,
            options=placement_request.SchedulerOptions(
                page=options.candidate_page,
                sample=options.candidate_sample, max_sample=options.max_sample,
                claim_deadline=options.claim_deadline,
                tolerance=options.ranking_tolerance,
                subset=novas.host_subset_size),
            sharing=self.sharing, ring=self._ring)

    def beside(self, spec, context):
        """Return hosts that a request wants among its candidates.

        In a cloud that fits into a page they are there anyway.
        """
        if not self._ring.large:
            return ()
        return translation.beside(
            spec, instances.Instances(self.store, spec, context))

    def restrictions(self, context, spec, plugins):
        """Return what the enabled filters ask of the candidate query."""
        if not self._conf.cassandra_scheduler.push_down_filters:
            return ()
        return narrowing.restrictions(
            spec, filters=plugins.enabled_filters, conf=self._conf,
            by_host=self.aggregates.by_host,
            # A plugin from elsewhere may see others than a request names.
            instances=None if plugins.foreign else instances.Instances(
                self.store, spec, context))

    def judge(self, context, spec, plugins, *, began):
        """Return the NovaJudge of one request."""
        return evaluator.NovaHostEvaluator(
            spec, plugins, evaluator.Surroundings(
                aggregates=self.aggregates, cells=self.cells,
                instances=instances.Instances(
                    self.store, spec, context,
                    cells=self.cells if plugins.foreign else None)),
            began=began)
