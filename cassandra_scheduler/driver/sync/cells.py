# SPDX-License-Identifier: Apache-2.0
"""Which cell a host is in, and which cells there are.

A scheduler reads the cells when it starts, on SIGHUP, and with each poll of
Nova's databases. The cell of a host is in memory, or in the store, where some
scheduler or ``cassandra-scheduler sync`` has written it. For a host that is
in neither, the API database is read once; then all schedulers know it:

    request          memory      store       API database
    cell of X? ----->| -         |           |
                     |---------->| -         |
                     |---------------------->| cell1
                     |<- cell1 ->| cell1     |

A host that is in no cell is left out. The database is read again after a
while; usually a poll has found the host by then.
"""

import time

from nova import context as nova_context
from nova.db.api import api as api_database
from nova.db.api import models
from nova import exception
from nova import objects
from oslo_db import exception as db_exception
from oslo_log import log as logging
import sqlalchemy

LOG = logging.getLogger(__name__)

#: Seconds until a host that was in no cell is looked up again.
UNMAPPED_FOR = 10.0


class Cells:
    """The cells of one scheduler; ``host_cells``: the store's HostCells."""

    def __init__(self, host_cells, *, clock=time.monotonic):
        self._stored = host_cells
        self._clock = clock
        self._cells = {}         # uuid -> CellMapping
        self.forget()

    def forget(self):
        """Forget all hosts; then ``refresh`` reads them again."""
        self._hosts = {}         # host -> uuid of its cell
        self._unmapped = {}      # host -> when to look it up again
        self._newest = 0         # id of the newest HostMapping that was read

    def refresh(self, context):
        """Read the cells, and the hosts that were mapped since last time.

        The first time, read all hosts. Write to the store what it does not
        know yet; return the number of hosts written. Raises DBError,
        StoreUnavailable and its subclasses.
        """
        self._cells = {cell.uuid: cell for cell in
                       objects.CellMappingList.get_all(context)}
        rows = _mappings(context, self._newest)
        if not rows:
            return 0
        stored = (self._stored.list() if self._newest == 0 else
                  {row.host: self._stored.find(row.host) for row in rows})
        found = {row.host: row.uuid for row in rows}
        wrong = {host: cell for host, cell in found.items()
                 if stored.get(host) != cell}
        self._stored.put(wrong)
        self._hosts.update(found)
        self._newest = max(row.id for row in rows)
        return len(wrong)

    @property
    def known(self):
        """How many hosts are known to be in a cell."""
        return len(self._hosts)

    def uuid_of(self, host):
        """Return the uuid of the cell of a host, or None while it has none.
        """
        found = self._hosts.get(host)
        if found is None and self._clock() >= self._unmapped.get(host, 0):
            found = self._stored.find(host) or self._look_up(host)
            if found is None:
                self._unmapped[host] = self._clock() + UNMAPPED_FOR
            else:
                self._hosts[host] = found
        return found

    def mapping_of(self, host):
        """Return the CellMapping of a host, or None if it is unknown."""
        return self._cells.get(self.uuid_of(host))

    def all(self):
        """Return the CellMappings of all cells with hosts."""
        return [cell for cell in self._cells.values() if not cell.is_cell0()]

    def disabled(self):
        """Return the uuids of cells that take no new servers now."""
        return frozenset(uuid for uuid, cell in self._cells.items()
                         if cell.disabled)

    def _look_up(self, host):
        """Return the uuid of a host's cell from the API database, or None."""
        try:
            mapping = objects.HostMapping.get_by_host(
                nova_context.get_admin_context(), host)
        except exception.HostMappingNotFound:
            LOG.warning('Host %s is in no cell yet, so it gets no servers. '
                        'Run "nova-manage cell_v2 discover_hosts".', host)
            return None
        except db_exception.DBError as exc:
            LOG.warning('Host %(host)s gets no servers: its cell is not '
                        'known, and the API database does not answer. '
                        '%(error)s', {'host': host, 'error': exc})
            return None
        cell = mapping.cell_mapping
        self._cells.setdefault(cell.uuid, cell)
        self._stored.put({host: cell.uuid})
        return cell.uuid


@api_database.context_manager.reader
def _mappings(context, newer_than):
    """Return (id, host, uuid of the cell) of the hosts mapped later."""
    hosts, cells = models.HostMapping, models.CellMapping
    return context.session.execute(
        sqlalchemy.select(hosts.id, hosts.host, cells.uuid)
        .join(cells, hosts.cell_id == cells.id)
        .where(hosts.id > newer_than)).all()
