# SPDX-License-Identifier: Apache-2.0
"""Copies everything that requests need from Nova's databases to the store.

The schedulers do the same little by little: aggregates and hosts when they
start, service states with each poll. An operator does all of it at once,
before the first scheduler starts or after a loss of data. Each thing is
compared before it is written. So the copy can be stopped and run again at any
time.
"""

import dataclasses

from nova import context as nova_context
from nova.db.main import api as database
from nova.db.main import models
import sqlalchemy

from cassandra_scheduler.driver.sync import cells
from cassandra_scheduler.driver.sync import host_aggregates
from cassandra_scheduler.driver.sync import nova_state
from cassandra_scheduler.model import restriction
from cassandra_scheduler.store import aggregates as store_aggregates

#: Rows read at once.
PAGE = 500
_COMPUTE = (restriction.Restriction('resource_type', '=', 'compute'),)


@dataclasses.dataclass(frozen=True, slots=True)
class Count:
    """How many things of one kind were right, written or missing.

    ``written`` also counts what was deleted. ``missing`` counts what only
    Nova's databases have, or only the store has.
    """
    what: str
    right: int = 0
    written: int = 0
    missing: int = 0


class FullSync:
    """One run; ``tell(what, done, of)`` is called with its progress.

    Raises DBError and other errors of SQLAlchemy, StoreUnavailable and its
    subclasses.
    """

    def __init__(self, store, *, tell=lambda what, done, of: None):
        self._store = store
        self._tell = tell
        self._cells = cells.Cells(store.host_cells)

    def run(self, context):
        """Yield a Count for each kind of thing, when it is done."""
        yield self._aggregates()
        yield self._hosts_of_cells(context)
        yield self._services(context)
        yield self._instances(context)

    def _aggregates(self):
        self._tell('aggregates', 0, None)
        written, deleted, right = host_aggregates.HostAggregates(
            store_aggregates.Aggregates(self._store.session,
                                        self._store.cloud)).sync()
        return Count('aggregates', right, written + deleted)

    def _hosts_of_cells(self, context):
        self._tell('hosts', 0, None)
        written = self._cells.refresh(context)
        return Count('hosts', self._cells.known - written, written)

    def _services(self, context):
        """Compare all services with the trees of their hosts."""
        records = {}
        for number, cell in enumerate(self._cells.all()):
            self._tell('services', number, len(self._cells.all()))
            with nova_context.target_cell(context, cell) as targeted:
                records.update(_services(targeted))
        right = written = missing = done = 0
        for page in self._store.scan.pages(_COMPUTE):
            for tree in page.trees:
                host = tree.report.host if tree.report else None
                if host not in records:
                    missing += 1
                elif nova_state.write_service_state(
                        self._store, tree, records[host]):
                    written += 1
                else:
                    right += 1
            done += len(page.trees)
            self._tell('services', done, max(done, len(records)))
        return Count('services', right, written, missing)

    def _instances(self, context):
        """Count the instances that have a lookup row in the store."""
        right = missing = done = 0
        for cell in self._cells.all():
            newest = 0
            with nova_context.target_cell(context, cell) as targeted:
                while rows := _instances(targeted, newest):
                    homes = self._store.consumer_homes.find_many(
                        row.uuid for row in rows)
                    found = sum(row.uuid in homes for row in rows)
                    right, missing = right + found, missing + (
                        len(rows) - found)
                    newest, done = rows[-1].id, done + len(rows)
                    self._tell('instances', done, None)
        return Count('instances', right, 0, missing)


@database.pick_context_manager_reader
def _services(context):
    """Return host -> (disabled, forced down) of all compute services."""
    table = models.Service.__table__
    return {row.host: (bool(row.disabled), bool(row.forced_down))
            for row in context.session.execute(sqlalchemy.select(
                table.c.host, table.c.disabled, table.c.forced_down).where(
                    table.c.deleted == 0,
                    table.c.binary == 'nova-compute'))}


@database.pick_context_manager_reader
def _instances(context, newer_than):
    """Return a page of (id, uuid) of the instances on any host."""
    table = models.Instance.__table__
    return context.session.execute(sqlalchemy.select(
        table.c.id, table.c.uuid).where(
            table.c.deleted == 0, table.c.host.is_not(None),
            table.c.id > newer_than).order_by(table.c.id).limit(PAGE)).all()
