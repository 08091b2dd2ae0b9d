# SPDX-License-Identifier: Apache-2.0
"""The record of a transaction: the one row that decides about all of it.

    PENDING ----> COMMITTED ----> gone, once every tree has what it was to get
        \\-------> ABORTED ------> gone after a day

Both arrows out of PENDING are conditional writes of one row, so exactly one
of them is taken. Only the coordinator takes the upper one. Any reader may take
the lower one after the deadline. No record means "not committed".
"""

import dataclasses

from cassandra_scheduler.model import errors
from cassandra_scheduler.model import write as write_model
from cassandra_scheduler.store import outcome
from cassandra_scheduler.store import session as store_session
from cassandra_scheduler.store import statements
from cassandra_scheduler.store import tree_codec

_CQL = statements.load('transaction_records')
PENDING, COMMITTED, ABORTED = 'PENDING', 'COMMITTED', 'ABORTED'


@dataclasses.dataclass(frozen=True, slots=True)
class Record:
    """A transaction: its state, the trees in it, when it may be aborted."""
    txid: str
    state: str
    deadline_ms: int
    participants: tuple[str, ...]

    @property
    def overdue(self) -> bool:
        """Return whether any reader may abort it by now."""
        return write_model.now_ms() > self.deadline_ms


class TransactionRecords:
    """The table ``transactions`` of one cloud: one partition per record."""

    def __init__(self, session: store_session.Session, cloud: str) -> None:
        self._session = session
        self._cloud = cloud

    def find(self, txid: str) -> Record | None:
        """Return the Record, or None. Serial read."""
        row = self._session.row(_CQL['find'], (self._cloud, txid),
                                level=store_session.SERIAL)
        if row is None or row['state'] is None:
            return None
        return Record(txid, row['state'], tree_codec.ms(row['deadline']),
                      tuple(row['participants'] or ()))

    def begin(self, record: Record) -> outcome.Outcome[None, Record | None]:
        """Write a new PENDING record; asking again is Applied."""
        written = self._session.write_if([(
            _CQL['begin_if_absent'],
            (self._cloud, record.txid, tree_codec.moment(record.deadline_ms),
             list(record.participants)))])
        return self._settled(written, record.txid, PENDING)

    def commit(self, record: Record) -> outcome.Outcome[None, Record | None]:
        """Take PENDING to COMMITTED; asking again is Applied."""
        return self._settled(self._session.write_if(
            [(_CQL['commit_if_pending'], self._whole(record))]),
            record.txid, COMMITTED)

    def abort(self, txid: str) -> outcome.Outcome[None, Record | None]:
        """Take PENDING to ABORTED; a record that is gone is Applied too."""
        written = self._settled(self._session.write_if(
            [(_CQL['abort_if_pending'], (self._cloud, txid))]),
            txid, ABORTED)
        if isinstance(written, outcome.Rejected) and written.winner is None:
            return outcome.Applied()
        return written

    def forget(self, record: Record) -> store_session.SentOutcome:
        """Make a COMMITTED record expire: no tree waits for it.

        It goes later, because its coordinator may still ask for it.
        """
        return self._session.write_if(
            [(_CQL['forget_if_committed'], self._whole(record))])

    def delete(self, txid: str) -> store_session.SentOutcome:
        """Remove a COMMITTED record; for its coordinator only."""
        return self._session.write_if(
            [(_CQL['delete_if_committed'], (self._cloud, txid))])

    def _whole(self, record: Record) -> store_session.Params:
        return (tree_codec.moment(record.deadline_ms), list(
            record.participants), self._cloud, record.txid)

    def _settled(self, written: store_session.SentOutcome, txid: str,
                 wanted: str) -> outcome.Outcome[None, Record | None]:
        """Return Applied if the record now has the state that was wanted.

        Rejected carries the Record that stands there. After a lost answer a
        record still PENDING is Unknown: the write may yet arrive.
        """
        if isinstance(written, outcome.Applied):
            return written
        try:
            record = self.find(txid)
        except errors.StoreUnavailable as exc:
            return outcome.Unknown(str(exc))
        if record is not None and record.state == wanted:
            return outcome.Applied()
        if isinstance(written, outcome.Unknown) and (
                record is None or record.state == PENDING):
            return written
        return outcome.Rejected(record)
