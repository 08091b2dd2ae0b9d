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

from cassandra_scheduler.driver.host import names

LOG = logging.getLogger(__name__)
_SERVICES = models.Service.__table__
_COMPUTES = sqlalchemy.and_(_SERVICES.c.deleted == 0,
                            _SERVICES.c.binary == 'nova-compute')
_UNMARKED = (False, False)
#: Seconds for which a look waits for the cells.
TIMEOUT = 10


class NovaStateSync:
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
        and made up for by the next look. All cells are asked at once, so
        that none waits for another one that does not answer.
        """
        _try('the cells', self._cells.learn, context)
        cells = {cell.uuid: cell for cell in self._cells.all()}
        answers = (_try('all cells', nova_context.scatter_gather_cells,
                        context, list(cells.values()), TIMEOUT, _ask)
                   if cells else None) or {}
        minima = [_try(f'cell {cells[uuid].name}', self._take, uuid, answer)
                  for uuid, answer in answers.items()]
        if minima and None not in minima:
            self._versions.learn(min(filter(None, minima), default=0))

    def look_at_aggregates(self):
        """Bring the aggregates to the store; never raises, as ``look``."""
        _try('the host aggregates', self._aggregates.sync)

    def _take(self, cell_uuid, answer):
        """Write what is new in a cell; return the computes' lowest version.
        """
        if isinstance(answer, Exception):
            raise answer
        if answer is nova_context.did_not_respond_sentinel:
            raise TimeoutError(f'No answer in {TIMEOUT} seconds.')
        marks, minimum = answer
        before = self._marked.get(cell_uuid, {})
        for host in {*before, *marks}:
            wanted = marks.get(host, _UNMARKED)
            if before.get(host, _UNMARKED) != wanted:
                mark(self._store, host, wanted)
        self._marked[cell_uuid] = marks
        return minimum


def _ask(context):
    """Return marks_of_services, or why not: Nova would log a traceback."""
    try:
        return marks_of_services(context)
    except Exception as exc:
        return exc


def mark(store, host, marks):
    """Write (disabled, forced down) to the trees of a host."""
    for tree in names.trees_named(store, host):
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
