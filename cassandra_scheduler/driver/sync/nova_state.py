# SPDX-License-Identifier: Apache-2.0
"""Copies the state of services from Nova's databases to the store.

nova-api saves ``disabled`` and ``forced_down`` in the database of a cell. A
host that is up writes them with its next heartbeat; a host that is down never
does. So every scheduler polls those databases, but never while it places a
server:

    operator            cell database     poll              tree of X
    force X down ------>| forced_down     |                 |
                        |<-- each report_interval ----------|
                        |    X was not forced down before ->| forced_down
    lift it ----------->|                 |                 |
                        |<----------------|                 |
                        |    X is not forced down now ----->| not any more

A poll writes only what has changed since the last one. Two schedulers write
the same. If one of them is late, its next poll corrects that.
"""

from nova import context as nova_context
from nova.db.main import api as database
from nova.db.main import models
from oslo_log import log as logging
import sqlalchemy

from cassandra_scheduler.driver.host import names

LOG = logging.getLogger(__name__)
_SERVICES = models.Service.__table__
_COMPUTES = sqlalchemy.and_(_SERVICES.c.deleted == 0,
                            _SERVICES.c.binary == 'nova-compute')
_ENABLED = (False, False)
#: Seconds for which a poll waits for the cells.
TIMEOUT = 10


class NovaStateSync:
    """Copies to the store what has changed in Nova's databases."""

    def __init__(self, store, *, cells, aggregates, versions):
        self._store = store
        self._cells = cells
        self._aggregates = aggregates
        self._versions = versions
        # uuid of a cell -> {host: (disabled, forced down)}
        self._states = {}

    def poll(self, context):
        """Read cells, hosts and services once.

        Never raises. A failure is one line in the log, and the next poll
        tries again. All cells are read at once, so that a cell that does not
        answer delays no other.
        """
        _try('the cells', self._cells.refresh, context)
        cells = {cell.uuid: cell for cell in self._cells.all()}
        answers = (_try('all cells', nova_context.scatter_gather_cells,
                        context, list(cells.values()), TIMEOUT,
                        _read_or_error)
                   if cells else None) or {}
        minima = [_try(f'cell {cells[uuid].name}', self._write_changes, uuid,
                       answer)
                  for uuid, answer in answers.items()]
        if minima and None not in minima:
            self._versions.set_minimum(min(filter(None, minima), default=0))

    def poll_aggregates(self):
        """Copy the aggregates to the store; never raises, as ``poll``."""
        _try('the host aggregates', self._aggregates.sync)

    def _write_changes(self, cell_uuid, answer):
        """Write what has changed in a cell; return its lowest version."""
        if isinstance(answer, Exception):
            raise answer
        if answer is nova_context.did_not_respond_sentinel:
            raise TimeoutError(f'No answer in {TIMEOUT} seconds.')
        states, minimum = answer
        before = self._states.get(cell_uuid, {})
        for host in {*before, *states}:
            state = states.get(host, _ENABLED)
            if before.get(host, _ENABLED) != state:
                for tree in names.trees_named(self._store, host):
                    write_service_state(self._store, tree, state)
        self._states[cell_uuid] = states
        return minimum


def _read_or_error(context):
    """Return service_states, or its error: Nova would log a traceback."""
    try:
        return service_states(context)
    except Exception as exc:
        return exc


def write_service_state(store, tree, state):
    """Write (disabled, forced down) to a tree; return whether it changed.
    """
    heartbeat = tree.heartbeat
    if (heartbeat.disabled, heartbeat.forced_down) == state:
        return False
    disabled, forced_down = state
    LOG.info('The service of provider tree %(tree)s is %(disabled)s and '
             '%(forced)s now, as in Nova\'s database.',
             {'tree': tree.id,
              'disabled': 'disabled' if disabled else 'enabled',
              'forced': 'forced down' if forced_down else 'not forced down'})
    store.trees.mark_service(tree.id, disabled=disabled,
                             forced_down=forced_down)
    return True


@database.pick_context_manager_reader
def service_states(context):
    """Return (host -> (disabled, forced down), lowest version).

    Reads the compute services of the cell that ``context`` is targeted at.
    Hosts that are neither are left out. The version is 0 without services.
    """
    rows = context.session.execute(sqlalchemy.select(
        _SERVICES.c.host, _SERVICES.c.disabled, _SERVICES.c.forced_down)
        .where(_COMPUTES, sqlalchemy.or_(_SERVICES.c.disabled,
                                         _SERVICES.c.forced_down))).all()
    minimum = context.session.execute(sqlalchemy.select(
        sqlalchemy.func.min(_SERVICES.c.version)).where(_COMPUTES)).scalar()
    return ({row.host: (bool(row.disabled), bool(row.forced_down))
             for row in rows}, minimum or 0)


def _try(what, call, *arguments):
    """Return what a call returns, or log its error and return None."""
    try:
        return call(*arguments)
    except Exception as exc:
        LOG.warning('The state of %(what)s was not copied from Nova\'s '
                    'databases to Cassandra; the next poll tries again. '
                    '%(error)s',
                    {'what': what, 'error': ' '.join(str(exc).split())})
        return None
