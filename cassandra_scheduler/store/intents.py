# SPDX-License-Identifier: Apache-2.0
"""What a transaction leaves on a tree, and how a reader goes on from there.

A tree that takes part in a transaction carries an *intent*: the id of the
transaction, and all that this tree needs to become what the transaction makes
of it. Until the transaction is decided, the tree reads as before. A reader
that cannot wait asks the record, and applies or clears the intent:

    coordinator        record        tree A     tree B      reader
    begin ------------>PENDING         |          |            |
    prepare ---------------------------+ intent   |            |
    prepare --------------------------------------+ intent     |
                          |            |          |<---- meets an intent
                          |<----------------------------- PENDING: B reads
                          |            |          |       as before
    commit ----------->COMMITTED       |          |            |
    apply ---------------------------->|          |<---- meets an intent
      (dies)              |<----------------------------- COMMITTED: applies
                          |            |          |       what B was to get

Every write above has a condition: the version of the tree, or the state of
the record. So each of them happens once, and it does not matter who is first.
"""

from collections.abc import Collection, Mapping
import dataclasses
import json
from typing import TypeGuard

from cassandra_scheduler.model import change as change_model
from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.model import errors
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.store import outcome
from cassandra_scheduler.store import retrying
from cassandra_scheduler.store import session as store_session
from cassandra_scheduler.store import transaction_records as records
from cassandra_scheduler.store import tree_codec
from cassandra_scheduler.store import tree_rows

TreeChange = change_model.TreeChange
#: Seconds for which one waits for the transaction of another.
RESOLVE_WITHIN_S = 30.0


@dataclasses.dataclass(frozen=True, slots=True)
class Intent:
    """What stands in a tree's ``intent``: all to apply one TreeChange later.

    ``columns`` are those of the after-image that differ from the tree as it
    stands; ``gone`` says that the tree is to be deleted.
    """
    txid: str
    write_id: str
    columns: Mapping[str, str | None]
    gone: bool
    put: tuple[consumer_model.Consumer, ...]
    delete: tuple[str, ...]


def encode(change: TreeChange, txid: str) -> str:
    """Return the intent of ``change`` as JSON."""
    old = tree_codec.state_columns(change.before)
    new = tree_codec.state_columns(change.after)
    return json.dumps(
        {
            'txid': txid,
            'op': change.write_id,
            'gone': not change.after.providers,
            'columns': {
                name: new[name]
                for name in tree_codec.STATE_COLUMNS if new[name] != old[name]
            },
            'put': [
                tree_codec.consumer_to_json(consumer)
                for consumer in change.put
            ],
            'delete': list(change.delete)
        },
        separators=(',', ':'))


def decode(text: str) -> Intent:
    """Return the Intent of such JSON."""
    value = json.loads(text)
    return Intent(
        txid=value['txid'], write_id=value['op'], columns=value['columns'],
        gone=value['gone'], delete=tuple(value['delete']),
        put=tuple(tree_codec.consumer_from_json(row) for row in value['put']))


def intent_of(tree: tree_model.Tree) -> Intent:
    """Return the Intent of a tree that has one."""
    assert tree.intent is not None
    return decode(tree.intent)


def redo(tree: tree_model.Tree) -> TreeChange:
    """Return the TreeChange that the intent of ``tree`` asks for."""
    intent = intent_of(tree)
    columns = {**tree_codec.state_columns(tree), **intent.columns}
    after = tree_codec.with_columns(tree.replace(intent=None), columns)
    if intent.gone:
        after = after.replace(providers={})
    return TreeChange(before=tree, after=after, write_id=intent.write_id,
                      put=intent.put, delete=intent.delete)


def undo(tree: tree_model.Tree) -> TreeChange:
    """Return the TreeChange that takes the intent from ``tree``."""
    return TreeChange(before=tree, after=tree.replace(intent=None),
                      write_id=intent_of(tree).txid)


class Intents:
    """Puts intents on trees, and resolves those that it meets."""

    def __init__(self, rows: tree_rows.TreeRows,
                 transaction_records: records.TransactionRecords) -> None:
        self._rows = rows
        self._records = transaction_records

    def read(self, tree_id: str, consumer_uuids: Collection[str] | None, *,
             level: str = store_session.READ) -> change_model.TreeState:
        """Return a TreeState without an intent, without waiting for one.

        A transaction that is not decided has not happened. Then the tree is
        returned as it was before, with its former version, so a write from
        it is rejected.
        """
        while True:
            state = self._rows.read(tree_id, consumer_uuids, level=level)
            if state.tree is None or state.tree.intent is None:
                return state
            record = self._records.find(decode(state.tree.intent).txid)
            if record is not None and _undecided(record):
                return dataclasses.replace(state,
                                           tree=_before(state.tree))
            self.resolve(state.tree)

    def read_resolved(self, tree_id: str,
                      consumer_uuids: Collection[str] | None
                      ) -> change_model.TreeState:
        """Return a TreeState without an intent, waiting for its end."""
        while True:
            state = self._rows.read(tree_id, consumer_uuids)
            if state.tree is None or state.tree.intent is None:
                return state
            self.resolve(state.tree)

    def prepare(self, change: TreeChange, txid: str) -> outcome.TreeOutcome:
        """Put the intent of ``change`` on its tree, and nothing else.

        Applied with the Tree that carries it, Rejected, or Unknown.
        """
        before = change.before
        intent = encode(change, txid)
        return self._rows.write(
            TreeChange(before=before, after=before.replace(intent=intent),
                       write_id=txid),
            absent=sorted(change.create))

    def conclude(self, tree: tree_model.Tree, txid: str, *, committed: bool
                 ) -> tree_model.Tree | None:
        """Apply or clear the intent of one decided transaction.

        Returns the Tree as it stands then, None if it is deleted. Another
        may have brought it there. Raises StoreUnavailable if that stays open.
        """
        def step(tree: tree_model.Tree | None) -> tree_model.Tree | None:
            assert tree is not None
            change = redo(tree) if committed else undo(tree)
            match self._rows.write(change):
                case outcome.Applied(state=after):
                    return after
                case outcome.Rejected(winner=state):
                    return state.tree
            return self._rows.read_root(tree.id, level=store_session.SERIAL)

        left: tree_model.Tree | None = tree
        left = retrying.Attempts(RESOLVE_WITHIN_S).follow(
            left, step, until=lambda tree: not carries(tree, txid))
        if carries(left, txid):
            raise _stuck(left, txid)
        return left

    def resolve(self, tree: tree_model.Tree) -> tree_model.Tree | None:
        """Return ``tree`` once no transaction holds it, None if deleted.

        Waits for a transaction that is under way until its deadline; past
        it the transaction is aborted here.
        """
        left: tree_model.Tree | None = tree
        left = retrying.Attempts(RESOLVE_WITHIN_S).follow(
            left, self._resolve_once,
            until=lambda tree: tree is None or tree.intent is None)
        if left is not None and left.intent is not None:
            raise _stuck(left, decode(left.intent).txid)
        return left

    def _resolve_once(self, tree: tree_model.Tree | None
                      ) -> tree_model.Tree | None:
        """Return the Tree after one look at the record of its intent."""
        assert tree is not None
        txid = intent_of(tree).txid
        record = self._records.find(txid)
        if record is not None and record.state == records.PENDING:
            if record.overdue:
                self._records.abort(txid)
            return self._rows.read_root(tree.id)
        if record is None or record.state != records.COMMITTED:
            return self.conclude(tree, txid, committed=False)
        tree = self.conclude(tree, txid, committed=True)
        self._forget_if_done(record)
        return tree

    def _forget_if_done(self, record: records.Record) -> None:
        """Make the record expire once no tree waits for it any more.

        Its coordinator would delete it, but may be dead.
        """
        trees = self._rows.read_roots(record.participants,
                                      level=store_session.SERIAL)
        if not any(carries(tree, record.txid) for tree in trees):
            self._records.forget(record)


def carries(tree: tree_model.Tree | None,
            txid: str) -> TypeGuard[tree_model.Tree]:
    """Return whether a Tree, or None, has an intent of this transaction."""
    return (tree is not None and tree.intent is not None and
            decode(tree.intent).txid == txid)


def _undecided(record: records.Record) -> bool:
    return record.state == records.PENDING and not record.overdue


def _before(tree: tree_model.Tree) -> tree_model.Tree | None:
    """Return the tree as it was before its intent, None if it was not."""
    if not tree.providers:
        return None
    return tree.replace(version=tree.version - 1, intent=None,
                        recent_write_ids=tree.recent_write_ids[:-1])


def _stuck(tree: tree_model.Tree, txid: str) -> errors.StoreUnavailable:
    return errors.StoreUnavailable(
        f'Tree {tree.id} is held by transaction {txid}, which could not be '
        'settled: look whether Cassandra answers serial reads.')
