# SPDX-License-Identifier: Apache-2.0
"""What other code of Nova expects to find as a scheduler's host_manager.

Nova's own keeps copies of all hosts, instances and aggregates. Here only the
questions are left; each is answered from the store.
"""

from nova import context as nova_context

from cassandra_scheduler.driver.host import names


class HostFacade:
    """Answers as Nova's HostManager; reads nothing before it is asked.

    ``plugins`` were loaded at start, ``wiring`` leads to the store.
    """

    def __init__(self, plugins, wiring):
        self._plugins = plugins
        self._wiring = wiring

    def __getattr__(self, name):
        # filter_cls_map, filter_obj_map, enabled_filters, weighers ...
        if name.startswith('_'):
            raise AttributeError(name)
        return getattr(self._plugins, name)

    def get_compute_nodes_by_host_or_node(self, context, host, node,
                                          cell=None):
        """Return what has this host name and node name, either may be None.

        All cells are in one store; ``cell``, a CellMapping, is the one that
        a request may not look beyond.
        """
        found = names.nodes_named(self._wiring.store, host, node)
        return found if cell is None else [
            each for each in found
            if self._wiring.cells.uuid_of(each.host) == cell.uuid]

    def refresh_cells_caches(self):
        """Look at Nova's databases anew, at hosts that were moved as well.
        """
        self._wiring.cells.forget()
        self.look_at_databases()

    def look_at_databases(self):
        """Bring to the store what Nova's databases have; never raises."""
        self._wiring.watch.look(nova_context.get_admin_context())
        self._wiring.watch.look_at_aggregates()

    def update_aggregates(self, aggregates):
        """Take nova-api's word that aggregates have changed.

        The casts of two changes may arrive in any order, so not what they
        carry counts but what the API database says.
        """
        self._wiring.aggregates.sync()

    def delete_aggregate(self, aggregate):
        """Take nova-api's word that an aggregate is gone."""
        self._wiring.aggregates.sync()

    def update_instance_info(self, context, host_name, instance_info):
        """Do nothing: what instances hold is in the store already."""

    def delete_instance_info(self, context, host_name, instance_uuid):
        """Do nothing, as update_instance_info."""

    def sync_instance_info(self, context, host_name, instance_uuids):
        """Do nothing, as update_instance_info."""
