# SPDX-License-Identifier: Apache-2.0
"""Brings to the store what nova-api has written and told nobody.

nova-api saves ``disabled`` and ``forced_down`` in the database of a cell. A
host that lives learns of it with its next heartbeat; a dead one never does.
So every scheduler looks at those databases now and then, though never while
it places a server:

    operator            cell database     watch             tree of X
    force X down ------>| forced_down     |                 |
                        |<-- each report_interval ----------|
                        |    X is new among the marked ---->| forced_down
    lift it ----------->|                 |                 |
                        |<----------------|                 |
                        |    X is not marked any more ----->| not any more

Only what has changed since the last look is written. Two schedulers write
the same; if one of them is late, its next look puts that right.
"""

from nova import context as nova_context
from nova.db.main import api as database
from nova.db.main import models
from oslo_log import log as logging
import sqlalchemy

from cassandra_scheduler.driver import host_names

LOG = logging.getLogger(__name__)
_SERVICES = models.Service.__table__
_COMPUTES = sqlalchemy.and_(_SERVICES.c.deleted == 0,
                            _SERVICES.c.binary == 'nova-compute')
_UNMARKED = (False, False)


class Watch:
    """What one scheduler sees of Nova's databases between requests."""

    def __init__(self, store, *, cells, aggregates, versions):
        self._store = store
        self._cells = cells
        self._aggregates = aggregates
        self._versions = versions
        self._marked = {}        # uuid of a cell -> {host: its marks}

    def look(self, context):
        """Look at cells, hosts and services once.

        Never raises; what could not be read or written is said in one line
        and made up for by the next look.
        """
        _try('the cells', self._cells.learn, context)
        minima = [_try(f'cell {cell.name}', self._look_at, context, cell)
                  for cell in self._cells.all()]
        if all(minimum is not None for minimum in minima):
            self._versions.learn(min(filter(None, minima), default=0))

    def look_at_aggregates(self):
        """Bring the aggregates to the store; never raises, as ``look``."""
        _try('the host aggregates', self._aggregates.sync)

    def _look_at(self, context, cell):
        """Look at one cell; return the lowest version of its computes."""
        with nova_context.target_cell(context, cell) as targeted:
            marks, minimum = marks_of_services(targeted)
        before = self._marked.get(cell.uuid, {})
        for host in {*before, *marks}:
            wanted = marks.get(host, _UNMARKED)
            if before.get(host, _UNMARKED) != wanted:
                mark(self._store, host, wanted)
        self._marked[cell.uuid] = marks
        return minimum


def mark(store, host, marks):
    """Write (disabled, forced down) to the trees of a host."""
    for tree in host_names.trees_named(store, host):
        mark_tree(store, tree, marks)


def mark_tree(store, tree, marks):
    """Write (disabled, forced down) to a tree; return whether it was news.
    """
    beat = tree.heartbeat
    if (beat.disabled, beat.forced_down) == marks:
        return False
    disabled, forced_down = marks
    LOG.info('The service of provider tree %(tree)s is %(disabled)s and '
             '%(forced)s, as Nova has it.',
             {'tree': tree.id,
              'disabled': 'disabled' if disabled else 'enabled',
              'forced': 'forced down' if forced_down else 'not forced down'})
    store.trees.mark_service(tree.id, disabled=disabled,
                             forced_down=forced_down)
    return True


@database.pick_context_manager_reader
def marks_of_services(context):
    """Return (host -> (disabled, forced down), lowest version).

    Of the compute services of the cell that ``context`` is targeted at;
    hosts that are neither are left out. Version 0 where there are none.
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
    """Return what a call returns, or None and say why it could not."""
    try:
        return call(*arguments)
    except Exception as exc:
        LOG.warning('What Nova\'s databases say of %(what)s was not brought '
                    'to Cassandra; the next look tries again. %(error)s',
                    {'what': what, 'error': ' '.join(str(exc).split())})
        return None
