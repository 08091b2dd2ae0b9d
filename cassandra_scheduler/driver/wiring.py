# SPDX-License-Identifier: Apache-2.0
"""Puts the rooms together for one scheduler service."""

import functools

from cassandra_scheduler.conf import registration
from cassandra_scheduler.driver import evaluator
from cassandra_scheduler.driver.host import instances
from cassandra_scheduler.driver import plugins
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
from cassandra_scheduler.scheduling import sharing
from cassandra_scheduler.store import aggregates as store_aggregates
from cassandra_scheduler.store import opening
from cassandra_scheduler.store import settings


class Wiring:
    """Everything a scheduler service needs.

    ``conf`` is an oslo.config object with Nova's options. ``store`` replaces
    the Store that ``conf`` describes. Filters and weighers are loaded at
    once. All else is made at its first use: a service forks, and no
    connection may exist before that.
    """

    def __init__(self, conf, *, store=None):
        self._conf = conf
        registration.register_opts(conf)
        self._store = store
        self.plugins = plugins.Plugins()

    @functools.cached_property
    def store(self):
        """The store of this scheduler's cloud."""
        return self._store or opening.open_store(
            settings.Settings(**registration.store_settings(self._conf)),
            loading.installed())

    @functools.cached_property
    def cells(self):
        """The cells, and the cell of each host."""
        return cells.Cells(self.store.host_cells)

    @functools.cached_property
    def aggregates(self):
        """Nova's aggregates by host."""
        return host_aggregates.HostAggregates(store_aggregates.Aggregates(
            self.store.session, self.store.cloud))

    @functools.cached_property
    def versions(self):
        """The versions of the compute services."""
        return request_filters.ComputeVersions(self.store)

    @functools.cached_property
    def request_filters(self):
        """Nova's request filters, over this store."""
        return request_filters.RequestFilters(self.aggregates, self.versions)

    @functools.cached_property
    def nova_state(self):
        """What is copied from Nova's databases between requests."""
        return nova_state.NovaStateSync(
            self.store, cells=self.cells, aggregates=self.aggregates,
            versions=self.versions)

    @functools.cached_property
    def sharing(self):
        """The sharing trees of the cloud."""
        return sharing.Sharing(self.store)

    def scheduling_context(self):
        """Return the SchedulingContext of a request, with today's options.
        """
        options = self._conf.cassandra_scheduler
        return candidate_source.SchedulingContext(
            store=self.store, resource_type=loading.get('compute'),
            base_type=loading.get('base'), search=search.allocation_requests,
            options=placement_request.SchedulerOptions(
                page=options.candidate_page,
                sample=options.candidate_sample, max_sample=options.max_sample,
                claim_deadline=options.claim_deadline,
                tolerance=options.ranking_tolerance,
                subset=self._conf.filter_scheduler.host_subset_size),
            sharing=self.sharing)

    def preferred_hosts(self, context, spec):
        """Return hosts that must be among the candidates of a request.

        Nothing for a cloud that fits into a page: they are there anyway.
        """
        if not self.store.scan.is_large():
            return ()
        return translation.preferred_hosts(
            spec, instances.RequestInstances(self.store, spec, context))

    def filter_restrictions(self, context, spec):
        """Return the Restrictions that stand for the enabled filters."""
        if not self._conf.cassandra_scheduler.push_down_filters:
            return ()
        # A plugin from elsewhere may see more instances than those that the
        # request names.
        named = None if self.plugins.foreign else instances.RequestInstances(
            self.store, spec, context)
        return narrowing.filter_restrictions(
            spec, filters=self.plugins.enabled_filters, conf=self._conf,
            by_host=self.aggregates.by_host, instances=named)

    def evaluator(self, context, spec, *, on_first_candidates):
        """Return the NovaHostEvaluator of one request."""
        return evaluator.NovaHostEvaluator(
            spec, self.plugins, aggregates=self.aggregates, cells=self.cells,
            instances=instances.RequestInstances(
                self.store, spec, context,
                cells=self.cells if self.plugins.foreign else None),
            on_first_candidates=on_first_candidates)
