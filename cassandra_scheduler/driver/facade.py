# SPDX-License-Identifier: Apache-2.0
"""What other code of Nova expects to find as a scheduler's host_manager.

Nova's own keeps copies of all hosts, instances and aggregates. This one keeps
none: it answers each question from the store.
"""

from nova import context as nova_context

from cassandra_scheduler.driver.host import names


class HostFacade:
    """Answers as Nova's HostManager; reads nothing before it is asked.

    ``wiring``: the Wiring of the scheduler.
    """

    def __init__(self, wiring):
        self._wiring = wiring

    def __getattr__(self, name):
        # filter_cls_map, filter_obj_map, enabled_filters, weighers ...
        if name.startswith('_'):
            raise AttributeError(name)
        return getattr(self._wiring.plugins, name)

    def get_compute_nodes_by_host_or_node(self, context, host, node,
                                          cell=None):
        """Return the NodeNames with this host name and this node name.

        ``host`` or ``node`` may be None. All cells are in one store. A
        ``cell``, a CellMapping, restricts the answer to its hosts.
        """
        found = names.nodes_named(self._wiring.store, host, node)
        return found if cell is None else [
            each for each in found
            if self._wiring.cells.uuid_of(each.host) == cell.uuid]

    def refresh_cells_caches(self):
        """Read Nova's databases again, also for hosts in another cell now.
        """
        self._wiring.cells.forget()
        self.poll_databases()

    def poll_databases(self):
        """Copy to the store what Nova's databases have; never raises."""
        self._wiring.nova_state.poll(nova_context.get_admin_context())
        self._wiring.nova_state.poll_aggregates()

    def update_aggregates(self, aggregates):
        """Copy the aggregates, because nova-api has changed some.

        The casts of two changes may arrive in any order. So the API database
        counts, and not what the cast carries.
        """
        self._wiring.aggregates.sync()

    def delete_aggregate(self, aggregate):
        """Copy the aggregates, because nova-api has deleted one."""
        self._wiring.aggregates.sync()

    def update_instance_info(self, context, host_name, instance_info):
        """Do nothing: what instances hold is in the store already."""

    def delete_instance_info(self, context, host_name, instance_uuid):
        """Do nothing, as update_instance_info."""

    def sync_instance_info(self, context, host_name, instance_uuids):
        """Do nothing, as update_instance_info."""
