# SPDX-License-Identifier: Apache-2.0
"""Which cell a host is in, from Nova's API database.

A host reports before it is mapped to a cell, so only mappings that were found
are remembered; SIGHUP forgets them, as with Nova's own scheduler.
"""

from nova import context as nova_context
from nova import exception
from nova import objects
from oslo_log import log as logging

LOG = logging.getLogger(__name__)


class Cells:
    """The cells of one scheduler; makes no query before it is asked."""

    def __init__(self):
        self.forget()

    def forget(self):
        """Forget everything: cells were added, disabled or moved."""
        self._mappings = {}      # host -> CellMapping
        self._cells = None       # uuid -> CellMapping

    def mapping_of(self, host):
        """Return the CellMapping of a host, or None while it has none."""
        found = self._mappings.get(host)
        if found is None:
            context = nova_context.get_admin_context()
            try:
                found = objects.HostMapping.get_by_host(
                    context, host).cell_mapping
            except exception.HostMappingNotFound:
                LOG.warning('Host %s is in no cell yet, so no server goes '
                            'there: run "nova-manage cell_v2 '
                            'discover_hosts".', host)
                return None
            self._mappings[host] = found
        return found

    def uuid_of(self, host):
        """Return the uuid of the cell of a host, or None."""
        mapping = self.mapping_of(host)
        return mapping.uuid if mapping else None

    def of_uuid(self, uuid):
        """Return the CellMapping of a cell, or None where there is none."""
        return self._all().get(uuid)

    def disabled(self):
        """Return the uuids of cells that take no servers at present."""
        return frozenset(uuid for uuid, cell in self._all().items()
                         if cell.disabled)

    def _all(self):
        if self._cells is None:
            self._cells = {cell.uuid: cell for cell in
                           objects.CellMappingList.get_all(
                               nova_context.get_admin_context())}
        return self._cells
