# SPDX-License-Identifier: Apache-2.0
"""Nova's filters and weighers evaluate the hosts of one request."""

import functools

from oslo_log import log as logging

from cassandra_scheduler.driver import destinations
from cassandra_scheduler.driver import groups
from cassandra_scheduler.driver.host import image_weigher
from cassandra_scheduler.driver.host import precise_usage
from cassandra_scheduler.driver.host import state
from cassandra_scheduler.driver import translation

LOG = logging.getLogger(__name__)


class NovaHostEvaluator:
    """A scheduling.evaluator.HostEvaluator made of Nova's plugins.

    ``spec``: the RequestSpec, which changes on the way; ``plugins``: the
    enabled Plugins; ``aggregates``: the HostAggregates; ``cells``: the Cells;
    ``instances``: the RequestInstances. ``on_first_candidates()`` is called
    before the filters run for the first time.

    Filters leave notes on a HostStateView. So there is one view for each
    tree, until another writer has changed the tree.
    """

    def __init__(self, spec, plugins, *, aggregates, cells, instances,
                 on_first_candidates=lambda: None):
        self._spec = spec
        self._plugins = plugins
        self._aggregates = aggregates
        self._cells = cells
        self._instances = instances
        self._on_first_candidates = on_first_candidates
        self._views = {}                 # tree id -> (version, HostStateView)
        self._forced = destinations.skips_filters(spec)
        self._only_cell = destinations.only_cell(spec)

    def view(self, candidate):
        """Return the HostStateView of a candidate, None without a report."""
        tree = candidate.tree
        version, view = self._views.get(tree.id, (None, None))
        if version != tree.version:
            view = self._new_view(candidate)
            self._views[tree.id] = tree.version, view
        return view

    def start_consumer(self, spec):
        """Make the RequestSpec one for this instance; ``spec``: ConsumerSpec.
        """
        if spec.uuid is not None:
            self._spec.instance_uuid = spec.uuid
            # It must not be saved by accident.
            self._spec.obj_reset_changes(['instance_uuid'])

    def set_group_members(self, uuids):
        """Put the instances into the request's group.

        Returns the hosts that must be candidates because of them.
        """
        hosts = groups.set_members(self._spec, self._instances, uuids)
        for _version, view in self._views.values():
            if view is not None:
                view.forget_instances()
        return hosts

    def filter(self, candidates, *, index):
        """Return (candidates that pass, filter -> how many it refused).

        Nova's filters decide. ``index`` counts the consumers from 0. A
        candidate may come back with fewer allocations.
        """
        if not self._views:
            self._on_first_candidates()
        if any(self._views.get(candidate.tree.id, (None,))[0] !=
               candidate.tree.version for candidate in candidates):
            # If the rows are read before the instances on their hosts, each
            # instance is seen, or the claim that misses one is refused.
            self._instances.forget()
        views = [view for view in map(self.view, candidates) if view]
        refusals = {}
        hosts = self._allowed(views)
        _count(refusals, 'destination', len(views), len(hosts))
        for nova_filter in () if self._forced else (
                self._plugins.enabled_filters):
            if not hosts:
                break
            before = len(hosts)
            hosts = self._plugins.filter_handler.get_filtered_objects(
                [nova_filter], hosts, self._spec, index) or []
            _count(refusals, type(nova_filter).__name__, before, len(hosts))
        return _candidates_of(hosts, candidates), refusals

    def weigh(self, candidates):
        """Return (weight, candidate) pairs, the best first.

        Nova's weighers decide.
        """
        by_tree = {candidate.tree.id: candidate for candidate in candidates}
        weighed = self._plugins.weight_handler.get_weighed_objects(
            self._plugins.weighers, [self.view(candidate)
                                     for candidate in candidates], self._spec)
        LOG.debug('Weighed %(hosts)s', {'hosts': weighed})
        return [(host.weight, by_tree[host.obj.tree_id]) for host in weighed]

    def is_mapped(self, candidate):
        """Return whether the host is in a cell; no other can be used."""
        return self.view(candidate).cell_uuid is not None

    def same_cell(self, candidate, other):
        """Return whether both hosts are in one cell.

        A conductor can use an alternate of the same cell only.
        """
        return self.view(candidate).cell_uuid == self.view(other).cell_uuid

    def pending_usage(self, candidate, allocation):
        """Return what the host has less of, until it reports the instance.

        See model.tree.Pending.usage.
        """
        return {**translation.usage(self._spec),
                **image_weigher.of_request(self._spec),
                **precise_usage.of_request(
                    self.view(candidate), self._spec,
                    self._mapping(allocation))}

    def reserve(self, candidate, allocation):
        """Count the instance on the host, for the consumers after it."""
        _version, view = self._views[candidate.tree.id]
        if allocation is not None:
            mapping = self._mapping(allocation)
            for request_group in self._requested:
                request_group.provider_uuids = mapping[
                    request_group.requester_id]
        view.consume_from_request(self._spec)
        self._views[candidate.tree.id] = candidate.tree.version, view
        group = self._spec.instance_group
        if group is not None:
            group.hosts.append(view.host)
            group.obj_reset_changes(['hosts'])
            if self._spec.instance_uuid:
                self._instances.placed(self._spec.instance_uuid, view.host)
                view.forget_instances()

    @property
    def _requested(self):
        """The groups that ports, devices and the like have asked for."""
        if 'requested_resources' not in self._spec:
            return ()
        return self._spec.requested_resources or ()

    def _mapping(self, allocation):
        return {group.requester_id:
                list(allocation.mappings[group.requester_id])
                for group in self._requested}

    def _new_view(self, candidate):
        report = candidate.tree.report
        if report is None or report.compute_node.get('free_disk_gb') is None:
            return None
        return state.HostStateView(
            candidate, aggregates_of=self._aggregates_of,
            cell_of=self._cells.uuid_of, instances_on=self._instances.on)

    @functools.cached_property
    def _aggregates_by_host(self):
        return self._aggregates.by_host()

    def _aggregates_of(self, host):
        """Return Nova's Aggregates with a host, all from one moment."""
        return self._aggregates_by_host.get(host, [])

    def _allowed(self, views):
        """Return the views that the request's names and cells allow."""
        views = destinations.allowed(views, self._spec)
        if self._only_cell is not None:
            return [view for view in views
                    if view.cell_uuid == self._only_cell]
        disabled = self._cells.disabled()
        if disabled:
            return [view for view in views if view.cell_uuid not in disabled]
        return views


def _candidates_of(views, candidates):
    """Return those of the candidates that have one of these views.

    A filter may have taken allocations away from a view; then the candidate
    has only those that are left.
    """
    kept = {view.tree_id: view for view in views}
    return tuple(
        candidate.replace(allocations=kept[candidate.tree.id].allocations)
        if kept[candidate.tree.id].narrowed else candidate
        for candidate in candidates if candidate.tree.id in kept)


def _count(refusals, name, before, after):
    if before > after:
        refusals[name] = refusals.get(name, 0) + before - after
