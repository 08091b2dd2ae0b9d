# SPDX-License-Identifier: Apache-2.0
"""What nova-scheduler runs: its RPC methods, answered from Cassandra."""

from nova.compute import utils as compute_utils
import nova.conf
from nova import context as nova_context
from nova import exception
from nova.i18n import _
from nova import manager as nova_manager
from nova import objects
from nova.objects import fields
from nova.scheduler import manager as scheduler_manager
from nova.scheduler import utils as scheduler_utils
from nova import servicegroup
from oslo_log import log as logging
import oslo_messaging as messaging
from oslo_serialization import jsonutils
from oslo_service import periodic_task

from cassandra_scheduler.driver import facade
from cassandra_scheduler.driver import groups
from cassandra_scheduler.driver import plugins
from cassandra_scheduler.driver import selections
from cassandra_scheduler.driver import translation
from cassandra_scheduler.driver import wiring
from cassandra_scheduler.model import errors
from cassandra_scheduler.scheduling import pipeline
from cassandra_scheduler.scheduling import placement_request as words

CONF = nova.conf.CONF
LOG = logging.getLogger(__name__)

TOLD_USERS = _('The scheduler cannot choose a host at the moment. Try again '
               'later; its log tells an operator the reason.')


class CassandraSchedulerManager(scheduler_manager.SchedulerManager):
    """Chooses hosts for servers; keeps no copy of any of them.

    Inherits what has nothing to do with choosing: shutdown, discovery of
    hosts, SIGHUP, the casts. RPC topic ``scheduler``, version 4.5.
    """

    def __init__(self, *args, **kwargs):
        # Not Nova's own, which would build its copies and ask Placement.
        nova_manager.Manager.__init__(self, *args, service_name='scheduler',
                                      **kwargs)
        self.servicegroup_api = servicegroup.API()
        self._plugins = plugins.Plugins()
        self._wiring = wiring.Wiring(CONF)
        self.host_manager = facade.HostFacade(self._plugins, self._wiring)

    def init_host(self, service_ref):
        """Refuse to start on a keyspace that does not fit the code.

        A Cassandra that does not answer now may do so later, so that is only
        logged. Nova's databases are looked at here and by the watch, so that
        no request has to.
        """
        try:
            self._wiring.store.check()
        except errors.StoreUnavailable as exc:
            LOG.warning('Scheduling is not possible yet: %s', exc)
        else:
            self.host_manager.look_at_databases()
            # Nova's service has just emptied it, and so it shall find it.
            nova_context.CELL_CACHE = {}

    @periodic_task.periodic_task(spacing=CONF.report_interval)
    def _watch_services(self, context):
        """See what nova-api has told a compute service that is dead."""
        self._wiring.watch.look(context)

    @periodic_task.periodic_task(spacing=60)
    def _watch_aggregates(self, context):
        """See changes of aggregates that nobody was told of."""
        self._wiring.watch.look_at_aggregates()

    @messaging.expected_exceptions(exception.NoValidHost,
                                   exception.ServiceUnavailable)
    def select_destinations(
        self, context, request_spec=None, filter_properties=None,
        spec_obj=scheduler_manager.SchedulerManager._sentinel,
        instance_uuids=None, return_objects=False, return_alternates=False,
    ):
        """Return hosts for instances: a list of Selections for each.

        The first of each list is claimed, the others are alternates. Callers
        that do not want objects get a list of dicts. Raises NoValidHost, and
        ServiceUnavailable when Cassandra does not answer; the log says why.
        """
        LOG.debug('Starting to schedule for instances: %s', instance_uuids)
        if spec_obj is self._sentinel:
            spec_obj = objects.RequestSpec.from_primitives(
                context, request_spec, filter_properties)
        try:
            found = self._destinations(
                context, spec_obj, instance_uuids,
                alternates=CONF.scheduler.max_attempts - 1
                if return_objects and return_alternates else 0)
        except errors.SchedulerError as exc:
            LOG.error('Scheduling failed: %s', exc)
            # It becomes the fault of a server, which its user can read.
            raise exception.ServiceUnavailable(TOLD_USERS)
        if return_objects:
            return found
        return jsonutils.to_primitive([each[0].to_dict() for each in found])

    def _destinations(self, context, spec, instance_uuids, *, alternates):
        """Return lists of Selections, and notify of start and end.

        Like Nova's, the start is not told where nothing has the resources.
        """
        wanted = self._wanted(context, spec, instance_uuids,
                              alternates=alternates)
        placed, judge = self._place(context, spec, wanted)
        self._ensure_sufficient_hosts(
            context, placed.placements, len(wanted.consumers))
        found = selections.selections(placed, judge)
        self._notify(context, spec, fields.NotificationPhase.END)
        return found

    def _place(self, context, spec, wanted):
        """Return Placed and the judge that knows its hosts."""
        judge = self._wiring.judge(
            context.elevated(), spec, self._plugins,
            began=lambda: self._notify(context, spec,
                                       fields.NotificationPhase.START))
        placed = pipeline.place(wanted,
                                context=self._wiring.world(),
                                evaluator=judge)
        self._tell(placed)
        return placed, judge

    def _tell(self, placed):
        """Log what was done for a request; ``placed``: what came of it."""
        LOG.debug('Request %(request)s: %(transcript)s',
                  {'request': placed.transcript.request_id,
                   'transcript': placed.transcript})
        if placed.reason is not None:
            LOG.warning('No valid host: %s', placed.reason)

    def _wanted(self, context, spec, instance_uuids, *, alternates):
        """Return what the scheduling room is asked for."""
        rebuild = scheduler_utils.request_is_rebuild(spec)
        variants = ()
        if not rebuild:
            try:
                self._wiring.request_filters.process(context, spec)
            except exception.RequestFilterFailed as exc:
                raise exception.NoValidHost(reason=exc.message)
            variants = translation.variants(
                context, spec, nodes=self.host_manager,
                fallback=not CONF.workarounds.disable_fallback_pcpu_query)
        host, node = translation.pinned_to(spec)
        return words.PlacementRequest(request_id=context.request_id or '',
                                      consumers=translation.consumers(
                                          context, spec, instance_uuids),
                                      variants=variants,
                                      host=host,
                                      node=node,
                                      restrictions=self._wiring.restrictions(
                                          context, spec, self._plugins),
                                      preferred_hosts=self._wiring.beside(
                                          spec, context),
                                      alternates=alternates,
                                      claims=not rebuild
                                      and instance_uuids is not None,
                                      group=groups.guarded(spec))

    def _notify(self, context, spec, phase):
        # Without a driver, as by default, the legacy form of a request would
        # be made for nobody.
        if CONF.oslo_messaging_notifications.driver:
            self.notifier.info(
                context, f'scheduler.select_destinations.{phase}',
                {'request_spec': spec.to_legacy_request_spec_dict()})
        compute_utils.notify_about_scheduler_action(
            context=context, request_spec=spec, phase=phase,
            action=fields.NotificationAction.SELECT_DESTINATIONS)
