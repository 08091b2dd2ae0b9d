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

from cassandra_scheduler.driver import decision_log
from cassandra_scheduler.driver import facade
from cassandra_scheduler.driver import groups
from cassandra_scheduler.driver import selections
from cassandra_scheduler.driver.sync import orphan_sweep
from cassandra_scheduler.driver import translation
from cassandra_scheduler.driver import wiring as driver_wiring
from cassandra_scheduler.model import errors
from cassandra_scheduler.scheduling import pipeline
from cassandra_scheduler.scheduling import placement_request

CONF = nova.conf.CONF
LOG = logging.getLogger(__name__)

MESSAGE_TO_USERS = _('The scheduler cannot choose a host at the moment. Try '
                     'again later; its log tells an operator the reason.')


class CassandraSchedulerManager(scheduler_manager.SchedulerManager):
    """Chooses hosts for servers; keeps no copy of any of them.

    Inherits what has nothing to do with choosing: shutdown, discovery of
    hosts, SIGHUP, the casts. RPC topic ``scheduler``, version 4.5. Every
    public method is an RPC method. ``wiring``: a Wiring, made from nova.conf
    if it is not given.
    """

    def __init__(self, *args, wiring=None, **kwargs):
        # Not Nova's own, which would build its copies and ask Placement.
        nova_manager.Manager.__init__(self, *args, service_name='scheduler',
                                      **kwargs)
        self.servicegroup_api = servicegroup.API()
        self._wiring = wiring or driver_wiring.Wiring(CONF)
        self.host_manager = facade.HostFacade(self._wiring)
        self.decision_log = decision_log.DecisionLog()

    def init_host(self, service_ref):
        """Refuse to start on a keyspace that does not fit the code.

        If Cassandra does not answer now, it may do so later: that is only
        logged. Nova's databases are read here and by the periodic tasks, so
        that no request has to read them.
        """
        try:
            self._wiring.store.check()
        except errors.StoreUnavailable as exc:
            LOG.warning('Scheduling is not possible yet: %s', exc)
        else:
            self.host_manager.poll_databases()
            # The service cleared CELL_CACHE before init_host; leave it empty.
            nova_context.CELL_CACHE = {}

    @periodic_task.periodic_task(spacing=CONF.report_interval)
    def _poll_services(self, context):
        """See changes by nova-api to the service of a host that is down."""
        self._wiring.nova_state.poll(context)

    @periodic_task.periodic_task(spacing=60)
    def _poll_aggregates(self, context):
        """See changes of aggregates that no cast has announced."""
        self._wiring.nova_state.poll_aggregates()

    @periodic_task.periodic_task(spacing=orphan_sweep.SPACING_S)
    def _sweep_lookup_rows(self, context):
        """Delete lookup rows that a dead service has left over."""
        orphan_sweep.sweep(
            self._wiring.store, orphan_sweep.part_of_this_hour(),
            older_than_s=CONF.cassandra_scheduler.claim_timeout)

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
        The notification of the start is sent when the first candidates are
        found. Nova's scheduler does the same.
        """
        LOG.debug('Starting to schedule for instances: %s', instance_uuids)
        spec = spec_obj
        if spec is self._sentinel:
            spec = objects.RequestSpec.from_primitives(
                context, request_spec, filter_properties)
        alternates = (CONF.scheduler.max_attempts - 1
                      if return_objects and return_alternates else 0)
        try:
            request = self._placement_request(context, spec, instance_uuids,
                                              alternates=alternates)
            evaluator = self._wiring.evaluator(
                context.elevated(), spec, on_first_candidates=lambda:
                self._notify(context, spec, fields.NotificationPhase.START))
            result = pipeline.place(
                request, context=self._wiring.scheduling_context(),
                evaluator=evaluator)
            self.decision_log.write(result)
            self._ensure_sufficient_hosts(context, result.placements,
                                          len(request.consumers))
            found = selections.selections(result, evaluator)
        except errors.SchedulerError as exc:
            LOG.error('Scheduling failed: %s', exc)
            # It becomes the fault of a server, which its user can read.
            raise exception.ServiceUnavailable(MESSAGE_TO_USERS)
        self._notify(context, spec, fields.NotificationPhase.END)
        if return_objects:
            return found
        return jsonutils.to_primitive([each[0].to_dict() for each in found])

    def _placement_request(self, context, spec, instance_uuids, *,
                           alternates):
        """Return the PlacementRequest of a RequestSpec.

        Runs Nova's request filters, which change ``spec``. Raises
        NoValidHost when one of them refuses the request.
        """
        rebuild = scheduler_utils.request_is_rebuild(spec)
        variants = ()
        if not rebuild:
            try:
                self._wiring.request_filters.apply(context, spec)
            except exception.RequestFilterFailed as exc:
                raise exception.NoValidHost(reason=exc.message)
            variants = translation.variants(
                context, spec, nodes=self.host_manager,
                fallback=not CONF.workarounds.disable_fallback_pcpu_query)
        host, node = translation.pinned_to(spec)
        return placement_request.PlacementRequest(
            request_id=context.request_id or '',
            consumers=translation.consumers(context, spec, instance_uuids),
            variants=variants, host=host, node=node,
            restrictions=self._wiring.filter_restrictions(context, spec),
            preferred_hosts=self._wiring.preferred_hosts(context, spec),
            alternates=alternates,
            claims=not rebuild and instance_uuids is not None,
            group=groups.guarded(spec))

    def _notify(self, context, spec, phase):
        # The legacy form of a request costs time. Without a driver, as by
        # default, nobody would receive it.
        if CONF.oslo_messaging_notifications.driver:
            self.notifier.info(
                context, f'scheduler.select_destinations.{phase}',
                {'request_spec': spec.to_legacy_request_spec_dict()})
        compute_utils.notify_about_scheduler_action(
            context=context, request_spec=spec, phase=phase,
            action=fields.NotificationAction.SELECT_DESTINATIONS)
