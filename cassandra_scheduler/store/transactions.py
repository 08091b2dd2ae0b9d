# SPDX-License-Identifier: Apache-2.0
"""Writes over several trees, all or nothing.

Only this module changes several trees in one go. The record
decides, and intents carry what is to be done. So the coordinator may die
after each step; the next reader goes on:

    step                  if it dies here, the next reader finds, and does
    1 begin: PENDING      nothing on any tree: nothing has happened
    2 prepare A, B ...    an intent, the record PENDING: waits for the
                          deadline, aborts the record, clears the intent
    3 commit: COMMITTED   the intents, the record COMMITTED: applies them
    4 apply A, B ...      the same, on the trees that are left
    5 move lookup rows    forwarding rows at the old homes: follows them and
                          moves the lookup rows
    6 delete the record   no intents; the record stays and disturbs nobody

A coordinator that is late finds its record ABORTED and cannot commit. A
prepare that is late leaves an intent whose record is ABORTED or gone; the
next reader clears it. ``intents`` draws the race with readers.
"""

from collections.abc import Collection, Iterable, Sequence
import functools

from cassandra_scheduler.model import change as change_model
from cassandra_scheduler.model import errors
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.model import write as write_model
from cassandra_scheduler.store import intents as store_intents
from cassandra_scheduler.store import lookups
from cassandra_scheduler.store import outcome
from cassandra_scheduler.store import retrying
from cassandra_scheduler.store import transaction_records as records
from cassandra_scheduler.store import tree_versions
from cassandra_scheduler.store import trees as store_trees

TreeChange = change_model.TreeChange
HomeMove = change_model.HomeMove
# By the id of the tree.
_Written = dict[str, tree_model.Tree | None]
_Winners = dict[str, change_model.TreeState]


class Transactions:
    """Transactions over the trees of one cloud."""

    def __init__(self, trees: store_trees.Trees,
                 intents: store_intents.Intents,
                 transaction_records: records.TransactionRecords,
                 consumer_homes: lookups.LookupTable) -> None:
        self._trees = trees
        self._intents = intents
        self._records = transaction_records
        self._homes = consumer_homes

    def commit(self, changes: Iterable[TreeChange], *,
               homes: Collection[HomeMove] = (), deadline_s: float = 10.0
               ) -> outcome.Outcome[_Written, _Winners]:
        """Write several TreeChanges of different trees, all or none.

        ``homes`` are HomeMoves of consumers whose forwarding row is among
        the rows put. Returns Applied with {tree id: Tree} (None for a deleted
        tree); Rejected with {tree id: TreeState} of all these trees when
        another writer was faster on one of them; Unknown when the commit was
        sent and its outcome could not be settled before the deadline
        (seconds). Raises StoreUnavailable when nothing has happened.

        One conditional write for a single change; for n of them 2n + 3, in
        n + 1 partitions.
        """
        changes = sorted(changes, key=lambda change: change.after.id)
        _refuse_nonsense(changes, homes)
        if len(changes) == 1 and not homes:
            return self._write_alone(changes[0])
        if any(change.before.intent is not None for change in changes):
            return self._rejected(changes)
        record = records.Record(
            txid=write_model.new_write_id(), state=records.PENDING,
            deadline_ms=write_model.now_ms() + int(deadline_s * 1000),
            participants=tuple(change.after.id for change in changes))
        attempts = retrying.Attempts(deadline_s)
        prepared = self._prepare(record, changes, attempts)
        if prepared is None:
            return self._rejected(changes)
        match self._decide(record, attempts):
            case outcome.Applied():
                return outcome.Applied(
                    self._finish(record, changes, prepared, homes))
            case outcome.Rejected():
                self._clear(record, prepared)
                return self._rejected(changes)
            case outcome.Unknown() as unknown:
                return unknown

    def resolve_intent(self, tree: tree_model.Tree) -> tree_model.Tree | None:
        """Return ``tree`` once no transaction holds it, None if deleted."""
        return self._intents.resolve(tree)

    def _write_alone(self, change: TreeChange
                     ) -> outcome.Outcome[_Written, _Winners]:
        match self._trees.write(change):
            case outcome.Applied(state=tree):
                return outcome.Applied({change.after.id: tree})
            case outcome.Rejected(winner=state):
                return outcome.Rejected({change.after.id: state})
            case outcome.Unknown() as unknown:
                return unknown

    def _prepare(self, record: records.Record, changes: Sequence[TreeChange],
                 attempts: retrying.Attempts) -> list[tree_model.Tree] | None:
        """Return the Trees with their intents, or None if one refused."""
        prepared: list[tree_model.Tree] = []
        try:
            begun = attempts.repeat_unknown(
                lambda: self._records.begin(record))
            if not isinstance(begun, outcome.Applied):
                raise _nothing_happened(record)
            for change in changes:
                match attempts.repeat_unknown(
                        functools.partial(self._intents.prepare, change,
                                          record.txid)):
                    case outcome.Applied(state=tree) if (
                            store_intents.carries(tree, record.txid)):
                        prepared.append(tree)
                    case outcome.Unknown():
                        raise _nothing_happened(record)
                    case _:
                        self._records.abort(record.txid)
                        self._clear(record, prepared)
                        return None
        except errors.SchedulerError:
            self._give_up(record, prepared)
            raise
        return prepared

    def _decide(self, record: records.Record, attempts: retrying.Attempts
                ) -> outcome.Outcome[None, records.Record | None]:
        """Take the record to COMMITTED, or find that it was aborted.

        Raises StoreUnavailable only if no commit was sent at all.
        """
        first = self._records.commit(record)
        if not isinstance(first, outcome.Unknown):
            return first
        try:
            again = attempts.repeat_unknown(
                lambda: self._records.commit(record))
            if not isinstance(again, outcome.Unknown):
                return again
            # Try to abort: if that works, the commit has lost.
            match self._records.abort(record.txid):
                case outcome.Applied():
                    return outcome.Rejected()
                case outcome.Rejected():
                    return outcome.Applied()
        except errors.StoreUnavailable:
            # That says nothing of the commit that was sent before.
            pass
        return first

    def _finish(self, record: records.Record, changes: Sequence[TreeChange],
                prepared: Sequence[tree_model.Tree], homes: Iterable[HomeMove]
                ) -> _Written:
        """Return {tree id: Tree} after applying what is committed.

        What cannot be applied now is left to the next reader of the tree.
        """
        found, left = {}, False
        for change, tree in zip(changes, prepared):
            try:
                found[tree.id] = self._intents.conclude(
                    tree, record.txid, committed=True)
            except errors.StoreUnavailable:
                left = True
                found[tree.id] = tree_versions.after(
                    store_intents.redo(tree))
        try:
            for move in homes:
                self._move_home(move, changes)
            if not left:
                self._records.delete(record.txid)
        except errors.StoreUnavailable:
            pass
        return found

    def _move_home(self, move: HomeMove, changes: Sequence[TreeChange]
                   ) -> None:
        self._homes.move(move.consumer_uuid,
                         move.to_tree,
                         write_id=move.write_id,
                         from_write_id=move.from_write_id)
        for change in changes:
            for row in change.put:
                if row.uuid == move.consumer_uuid and row.is_forwarding:
                    self._trees.delete_forwarding_row(change.after.id,
                                                      row.uuid, move.to_tree)

    def _clear(self, record: records.Record,
               prepared: Iterable[tree_model.Tree]) -> None:
        for tree in prepared:
            self._intents.conclude(tree, record.txid, committed=False)

    def _give_up(self, record: records.Record,
                 prepared: Iterable[tree_model.Tree]) -> None:
        try:
            self._records.abort(record.txid)
            self._clear(record, prepared)
        except errors.SchedulerError:
            # The deadline of the record does what could not be done here.
            pass

    def _rejected(self, changes: Sequence[TreeChange]
                  ) -> outcome.Rejected[_Winners]:
        return outcome.Rejected({
            change.after.id: self._trees.find_resolved_state(
                change.after.id, change.consumers)
            for change in changes})


def _refuse_nonsense(changes: Sequence[TreeChange], homes: Iterable[HomeMove]
                     ) -> None:
    if not changes:
        raise ValueError('a transaction needs at least one change')
    if len({change.after.id for change in changes}) < len(changes):
        raise ValueError('a transaction changes each tree once')
    for move in homes:
        if not any(row.uuid == move.consumer_uuid and
                   row.home_seen_from(change.after.id) == move.to_tree
                   for change in changes for row in change.put
                   if change.after.id != move.to_tree):
            raise ValueError(f'consumer {move.consumer_uuid} moves, but its '
                             'old home does not say where to')


def _nothing_happened(record: records.Record) -> errors.StoreUnavailable:
    return errors.StoreUnavailable(
        'Cassandra did not answer while a change of trees '
        f'{", ".join(record.participants)} was prepared; nothing is changed.')
