# SPDX-License-Identifier: Apache-2.0
"""Nova's filters and weighers as the judge of one request."""

import json

from oslo_log import log as logging

from cassandra_scheduler.driver import destinations
from cassandra_scheduler.driver import groups
from cassandra_scheduler.driver.host import image_weigher
from cassandra_scheduler.driver.host import precise_usage
from cassandra_scheduler.driver.host import service_record
from cassandra_scheduler.driver.host import state
from cassandra_scheduler.driver import translation

LOG = logging.getLogger(__name__)


class Surroundings:
    """What HostViews of one request need to know beyond their rows."""

    def __init__(self, *, aggregates, cells, instances):
        self._aggregates = aggregates
        self._by_host = None
        self.cells = cells
        self.instances = instances

    def aggregates_of(self, host):
        """Return Nova's Aggregates with this host; read once a request."""
        if self._by_host is None:
            self._by_host = self._aggregates.by_host()
        return self._by_host.get(host, [])

    def instances_on(self, host):
        """Return uuid -> Instance of a host."""
        return self.instances.on(host)

    def cell_of(self, host):
        """Return the uuid of a host's cell, or None."""
        return self.cells.uuid_of(host)

    def service_of(self, host, heartbeat):
        """Return the host's service record, as its tree has it."""
        return service_record.from_heartbeat(host, heartbeat)


class NovaHostEvaluator:
    """A scheduling.judge.Judge made of Nova's plugins.

    Keeps one HostView per tree, because filters leave notes on them, until
    somebody else has changed the tree.
    """

    def __init__(self, spec, plugins, surroundings, *, began):
        self._spec = spec
        self._began = began
        self._plugins = plugins
        self._surroundings = surroundings
        self._views = {}                 # tree id -> (seq, HostView)
        self._forced = destinations.skips_filters(spec)
        self._only_cell = destinations.only_cell(spec)

    def view(self, candidate):
        """Return the HostView of a candidate, or None without a report."""
        tree = candidate.tree
        version, view = self._views.get(tree.id, (None, None))
        if version != tree.version:
            view = self._new_view(candidate)
            self._views[tree.id] = tree.version, view
        return view

    def _is_news(self, candidate):
        tree = candidate.tree
        return self._views.get(tree.id, (None, None))[0] != tree.version

    def start_consumer(self, consumer_spec):
        """Let the RequestSpec be about this instance."""
        if consumer_spec.uuid is not None:
            self._spec.instance_uuid = consumer_spec.uuid
            # It must not be saved by accident.
            self._spec.obj_reset_changes(['instance_uuid'])

    def set_group_members(self, uuids):
        """Put them into the request's group; see scheduling.judge."""
        hosts = groups.learn(self._spec, self._surroundings.instances, uuids)
        for _seq, view in self._views.values():
            if view is not None:
                view.__dict__.pop('instances', None)
        return hosts

    def filter(self, candidates, *, index):
        """Ask Nova's filters; see scheduling.judge."""
        if not self._views:
            self._began()
        if any(self._is_news(candidate) for candidate in candidates):
            # Rows that were read before the instances in them were looked
            # for show every instance, or their claims will be refused.
            self._surroundings.instances.forget()
        views = [view for view in map(self.view, candidates) if view]
        refusals = {}
        hosts = self._named(views)
        _count(refusals, 'destination', len(views), len(hosts))
        for found in () if self._forced else self._plugins.enabled_filters:
            if not hosts:
                break
            before = len(hosts)
            hosts = self._plugins.filter_handler.get_filtered_objects(
                [found], hosts, self._spec, index) or []
            _count(refusals, type(found).__name__, before, len(hosts))
        return self._back(candidates, hosts), refusals

    def weigh(self, candidates):
        """Ask Nova's weighers; see scheduling.judge."""
        by_tree = {candidate.tree.id: candidate for candidate in candidates}
        weighed = self._plugins.weight_handler.get_weighed_objects(
            self._plugins.weighers, [self.view(candidate)
                                     for candidate in candidates], self._spec)
        LOG.debug('Weighed %(hosts)s', {'hosts': weighed})
        return [(found.weight, by_tree[found.obj.tree_id])
                for found in weighed]

    def is_mapped(self, candidate):
        """Only a host that is in a cell can be used."""
        return self.view(candidate).cell_uuid is not None

    def same_cell(self, candidate, other):
        """A conductor may turn to another host of the same cell only."""
        return self.view(candidate).cell_uuid == self.view(other).cell_uuid

    def pending_usage(self, candidate, allocation):
        """Return what Nova's own accounting must subtract meanwhile."""
        return {**translation.usage(self._spec),
                **image_weigher.of_request(self._spec),
                **precise_usage.of_request(
                    self.view(candidate), self._spec,
                    self._mapping(allocation))}

    def reserve(self, candidate, allocation):
        """Count the instance on the host, for what is placed after it."""
        _seq, view = self._views[candidate.tree.id]
        if allocation is not None:
            mapping = self._mapping(allocation)
            for group in self._requested:
                group.provider_uuids = mapping[group.requester_id]
        view.consume_from_request(self._spec)
        self._views[candidate.tree.id] = candidate.tree.version, view
        group = self._spec.instance_group
        if group is not None:
            group.hosts.append(view.host)
            group.obj_reset_changes(['hosts'])
            if self._spec.instance_uuid:
                self._surroundings.instances.placed(
                    self._spec.instance_uuid, view.host)
                view.__dict__.pop('instances', None)

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
        report = json.loads(candidate.tree.report or 'null')
        figures = (report or {}).get('compute_node') or {}
        if figures.get('free_disk_gb') is None:
            return None
        return state.HostStateView(
            candidate, report, self._surroundings)

    def _named(self, views):
        """Return the views that the request's names and cells allow."""
        views = destinations.matching(views, self._spec)
        if self._only_cell is not None:
            return [view for view in views
                    if view.cell_uuid == self._only_cell]
        disabled = self._surroundings.cells.disabled()
        if disabled:
            return [view for view in views if view.cell_uuid not in disabled]
        return views

    def _back(self, candidates, hosts):
        """Return the Candidates of these hosts, with what they still offer.
        """
        kept = {view.tree_id: view for view in hosts}
        return tuple(
            candidate.replace(allocations=kept[candidate.tree.id].allocations)
            if kept[candidate.tree.id].narrowed else candidate
            for candidate in candidates if candidate.tree.id in kept)


def _count(refusals, name, before, after):
    if before > after:
        refusals[name] = refusals.get(name, 0) + before - after
