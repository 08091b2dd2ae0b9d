# SPDX-License-Identifier: Apache-2.0
"""Where a provider, a name or a consumer is found.

Three tables of one shape: key -> value, with the id of the write. A lookup
row is never the truth: the tree that it points to is. A lookup row whose
target does not know the key is dangling and means "does not exist".

There is one way to get a lookup row. It is claimed before its target is
written, so a writer that dies in between leaves a dangling row. The next one
that wants the key takes it over:

    late creator, write 1      lookup row        target       taker, write 2
    claim --------------------->| 1                |
                                |<---------------- claim: rejected, it is 1's
                                |                  |<------ proves that it
                                |                  |        is dangling
                                | 2 <------------- move, if 1 still wrote it
                                |                  |<------ looks once more
    writes the target --------------------------->|
    looks again: 2 ------------>|                  undoes it, or was refused

How dangling is proved depends on the table: a consumer's target is closed by
a claim tombstone (``consumers``); a provider's creator looks again itself
(``confirm``).
"""

from collections.abc import Callable, Iterable
import dataclasses
from typing import Generic
from typing import TypeVar

from cassandra_scheduler.store import origin
from cassandra_scheduler.store import outcome
from cassandra_scheduler.store import retrying
from cassandra_scheduler.store import session as store_session
from cassandra_scheduler.store import small_rows
from cassandra_scheduler.store import statements

_CQL = statements.load('lookups')
#: What the row of another leads to.
W = TypeVar('W')
#: What is written: a row, or none.
L = TypeVar('L', bound='LookupRow | None')


@dataclasses.dataclass(frozen=True, slots=True)
class LookupRow:
    """What a lookup row says: the value, and the id of its write.

    ``from_tree``: the tree that a provider comes from while it is on its way
    to another; it may be in either.
    """
    value: str
    write_id: str
    from_tree: str | None = dataclasses.field(default=None, compare=False)


_Prove = Callable[[LookupRow], outcome.Outcome[object, W | None]]
_Sent = Callable[[], outcome.Outcome[L, LookupRow | None]]


class LookupTable:
    """One of the three tables, for one cloud. One partition per key."""

    def __init__(self, session: store_session.Session, cloud: str, *,
                 table: str, value_column: str) -> None:
        self._session = session
        self._cloud = cloud
        self._table = table
        self._value = value_column

    def find(self, key: str, *, level: str = store_session.READ
             ) -> LookupRow | None:
        """Return the LookupRow of ``key``, or None. Read consistency."""
        row = self._session.row(_CQL[f'find_{self._table}'],
                                (self._cloud, key), level=level)
        return self._row(row) if row else None

    def find_many(self, keys: Iterable[str]) -> dict[str, LookupRow]:
        """Return key -> LookupRow of those that exist. Read consistency."""
        keys = list(keys)
        found = self._session.rows_of_many(
            _CQL[f'find_{self._table}'],
            [(self._cloud, key) for key in keys])
        return {key: self._row(rows[0])
                for key, rows in zip(keys, found) if rows}

    def claim(self, key: str, value: str, write_id: str, *,
              prove_dangling: _Prove[W]
              ) -> outcome.Outcome[LookupRow, W | None]:
        """Claim the row of ``key``, or take over a dangling one.

        ``prove_dangling(LookupRow)`` returns an Outcome: Applied when the
        row leads nowhere, Rejected with what it leads to, or with None while
        that is changing, Unknown. Returns Applied with the LookupRow;
        Rejected with what the row of another leads to; Unknown. Asking again
        with the same ``write_id`` is Applied.
        """
        return self.start_claim(key, value, write_id,
                                prove_dangling=prove_dangling).wait()

    def start_claim(self, key: str, value: str, write_id: str, *,
                    prove_dangling: _Prove[W]) -> 'LookupClaim[W]':
        """Send what ``claim`` writes first; return the LookupClaim."""
        wanted = LookupRow(value, write_id)
        return LookupClaim(self, key, wanted, prove_dangling,
                           self._start_create(key, wanted))

    def create(self, key: str, value: str, write_id: str
               ) -> outcome.Outcome[LookupRow, LookupRow | None]:
        """Write the row if there is none; one conditional write.

        Rejected carries the LookupRow that stands there.
        """
        return self._start_create(key, LookupRow(value, write_id))()

    def move(self, key: str, value: str, *, write_id: str, from_write_id: str,
             from_tree: str | None = None
             ) -> outcome.Outcome[LookupRow, LookupRow | None]:
        """Point ``key`` elsewhere if ``from_write_id`` wrote the row.

        One conditional write. ``from_tree`` says where a provider comes from
        and is for provider trees only. Applied carries the LookupRow, whose
        ``write_id`` then is another; Rejected the LookupRow that stands
        there.
        """
        op = origin.op_of(write_id, from_tree)
        where = (self._cloud, key, from_write_id)
        params: store_session.Params
        if from_tree is None:
            name, params = f'move_{self._table}_if_op', (value, op, *where)
        else:
            name = f'move_{self._table}_from_if_op'
            params = (value, op, from_tree, *where)
        return self._start(name, params, key,
                           LookupRow(value, op, from_tree))()

    def release(self, key: str, write_id: str
                ) -> outcome.Outcome[None, LookupRow | None]:
        """Delete the row if ``write_id`` wrote it; gone is Applied too."""
        return self._start(f'release_{self._table}_if_op',
                           (self._cloud, key, write_id), key, None)()

    def repoint(self, key: str, value: str, *, write_id: str,
                from_tree: str | None = None
                ) -> outcome.Outcome[LookupRow, LookupRow | None]:
        """Point ``key`` elsewhere, whatever wrote the row before.

        ``from_tree`` as in ``move``. Applied with the LookupRow; Rejected
        with None when there is no row, or with the last winner when others
        kept winning.
        """
        def moved() -> outcome.Outcome[LookupRow, LookupRow | None]:
            found = self.find(key, level=store_session.SERIAL)
            if found is None:
                return outcome.Rejected(None)
            return self.move(key, value, write_id=write_id,
                             from_write_id=found.write_id,
                             from_tree=from_tree)

        return retrying.Attempts(retrying.DEADLINE_S).repeat(
            moved, until=lambda written: isinstance(
                written, outcome.Applied) or not _is_known(written))

    def confirm(self, key: str, write_id: str, *,
                prove_dangling: _Prove[object]) -> bool:
        """Return whether the row is ours once its target is written.

        A taker that finds our target gives the row back, so this waits for
        it. Serial reads.
        """
        def looked() -> bool | None:
            found = self.find(key, level=store_session.SERIAL)
            if found is None or found.write_id == write_id:
                return found is not None
            dangling = isinstance(prove_dangling(found), outcome.Applied)
            return None if dangling else False

        return bool(retrying.Attempts(retrying.DEADLINE_S).repeat(
            looked, until=lambda found: found is not None))

    def _row(self, row: store_session.Row) -> LookupRow:
        return LookupRow(row[self._value], row['op'],
                         origin.of_row(row, 'from_tree'))

    def _start_create(self, key: str, wanted: LookupRow) -> _Sent[LookupRow]:
        return self._start(
            f'claim_{self._table}_if_absent',
            (self._cloud, key, wanted.value, wanted.write_id), key, wanted)

    def _start(self, name: str, params: store_session.Params, key: str,
               wanted: L) -> _Sent[L]:
        """Send a conditional write; return what waits for its Outcome."""
        settled = small_rows.start_if(
            self._session, [(_CQL[name], params)],
            look=lambda: self.find(key, level=store_session.SERIAL),
            is_ours=lambda found: found == wanted)

        def wait() -> outcome.Outcome[L, LookupRow | None]:
            written = settled()
            if isinstance(written, outcome.Applied):
                return outcome.Applied(wanted)
            return written

        return wait


class LookupClaim(Generic[W]):
    """A claim of a lookup row that is under way; see ``LookupTable.claim``."""

    def __init__(self, table: LookupTable, key: str, wanted: LookupRow,
                 prove_dangling: _Prove[W], sent: _Sent[LookupRow]) -> None:
        self._table = table
        self._key = key
        self._wanted = wanted
        self._prove_dangling = prove_dangling
        self._sent = sent

    def wait(self) -> outcome.Outcome[LookupRow, W | None]:
        """Return the Outcome; where the row is another's, take it over."""
        written = self._sent()
        if not isinstance(written, outcome.Rejected):
            return written
        attempts = retrying.Attempts(retrying.DEADLINE_S)
        tried = self._take_over(written.winner, attempts)
        if _is_known(tried):
            return tried
        return attempts.repeat(
            lambda: self._take_over(self._table.find(
                self._key, level=store_session.SERIAL), attempts),
            until=_is_known)

    def _take_over(self, old: LookupRow | None, attempts: retrying.Attempts
                   ) -> outcome.Outcome[LookupRow, W | None]:
        """Return an Outcome; Rejected with None asks to try once more."""
        key, wanted = self._key, self._wanted
        if old is None:
            return _without_winner(self._table.create(
                key, wanted.value, wanted.write_id))
        if old.write_id != wanted.write_id:
            proved = self._prove_dangling(old)
            if not isinstance(proved, outcome.Applied):
                return proved
            # The creator may be about to write its target: two that take
            # over from each other would both give up.
            attempts.wait()
        moved = self._table.move(key, wanted.value, write_id=wanted.write_id,
                                 from_write_id=old.write_id)
        if not isinstance(moved, outcome.Applied):
            return _without_winner(moved)
        if old.write_id == wanted.write_id:
            return moved
        proved = self._prove_dangling(old)
        if isinstance(proved, outcome.Rejected):
            self._table.move(key, old.value, write_id=old.write_id,
                             from_write_id=wanted.write_id)
            return proved
        return moved


def _is_known(tried: outcome.Outcome[object, object]) -> bool:
    """Return whether there is nothing more to try."""
    return tried != outcome.Rejected(None)


def _without_winner(written: outcome.Outcome[LookupRow, object]
                    ) -> outcome.Outcome[LookupRow, None]:
    """Return a rejection by another lookup row as "try once more"."""
    return (outcome.Rejected(None) if isinstance(written, outcome.Rejected)
            else written)


def provider_trees(session: store_session.Session, cloud: str) -> LookupTable:
    """Return the table provider uuid -> tree id."""
    return LookupTable(session, cloud, table='provider_tree',
                       value_column='tree')


def provider_names(session: store_session.Session, cloud: str) -> LookupTable:
    """Return the table provider name -> provider uuid."""
    return LookupTable(session, cloud, table='provider_name',
                       value_column='provider')


def consumer_homes(session: store_session.Session, cloud: str) -> LookupTable:
    """Return the table consumer uuid -> id of its home tree."""
    return LookupTable(session, cloud, table='consumer_home',
                       value_column='home')
