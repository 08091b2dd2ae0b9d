# SPDX-License-Identifier: Apache-2.0
"""Brings everything that Nova's databases say and requests need to the store.

The schedulers do the same little by little: aggregates and hosts when they
start, service states by their watch. Before the first of them starts, and
after a loss, an operator does it at once. Everything is compared before it
is written, so it can be broken off and done again at any time.
"""

import dataclasses
import json

from nova import context as nova_context
from nova.db.main import api as database
from nova.db.main import models
import sqlalchemy

from cassandra_scheduler.driver.sync import cells
from cassandra_scheduler.driver.sync import host_aggregates
from cassandra_scheduler.driver.sync import nova_state
from cassandra_scheduler.model import restriction
from cassandra_scheduler.scheduling import ring
from cassandra_scheduler.store import aggregates as store_aggregates

#: So many rows are read at once.
PAGE = 500
_COMPUTE = (restriction.Restriction('resource_type', '=', 'compute'),)


@dataclasses.dataclass(frozen=True, slots=True)
class Count:
    """What came of one kind of thing.

    ``written`` also counts what was deleted; ``missing`` are those that
    Nova's databases or the store have and the other has not.
    """
    what: str
    right: int = 0
    written: int = 0
    missing: int = 0


class FirstSync:
    """One run; ``tell(what, done, of)`` hears how far it is.

    Raises DBError and what SQLAlchemy raises, StoreUnavailable and its kin.
    """

    def __init__(self, store, *, tell=lambda what, done, of: None):
        self._store = store
        self._tell = tell
        self._cells = cells.Cells(store.host_cells)

    def run(self, context):
        """Yield a Count for each kind of thing, as it is done."""
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
        written = self._cells.learn(context)
        return Count('hosts', self._cells.known - written, written)

    def _services(self, context):
        """Compare the marks of all services with those of their trees."""
        records = {}
        for number, cell in enumerate(self._cells.all()):
            self._tell('services', number, len(self._cells.all()))
            with nova_context.target_cell(context, cell) as targeted:
                records.update(_services(targeted))
        right = written = missing = done = 0
        for trees in ring.walk(self._read, limit=PAGE):
            for tree in trees:
                host = json.loads(tree.report or '{}').get('host')
                if host not in records:
                    missing += 1
                elif nova_state.mark_tree(self._store, tree, records[host]):
                    written += 1
                else:
                    right += 1
            done += len(trees)
            self._tell('services', done, max(done, len(records)))
        return Count('services', right, written, missing)

    def _read(self, **where):
        return self._store.candidates.read(_COMPUTE, **where)

    def _instances(self, context):
        """Count the instances that the store has where they are."""
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
    """Return (id, uuid) of instances that are on some host, a page."""
    table = models.Instance.__table__
    return context.session.execute(sqlalchemy.select(
        table.c.id, table.c.uuid).where(
            table.c.deleted == 0, table.c.host.is_not(None),
            table.c.id > newer_than).order_by(table.c.id).limit(PAGE)).all()
