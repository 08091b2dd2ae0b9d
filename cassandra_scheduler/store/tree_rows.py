# SPDX-License-Identifier: Apache-2.0
"""The rows of the table ``trees`` as they stand, intents and all.

Every method touches the one partition (cloud, tree) unless it says
otherwise. A write replaces the state that was read by the next one:

    writer A            partition             writer B
    reads version 7 --------+--------------- reads version 7
    IF version = 7 -------->|  version 8
                            |<------ IF version = 7: rejected, and the
                            |        answer is the row of version 8

Callers outside the store use ``trees``, which knows what an intent means.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
import dataclasses
from typing import Any

from cassandra_scheduler.model import change as change_model
from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.model import errors
from cassandra_scheduler.model import restriction as restriction_model
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.store import outcome
from cassandra_scheduler.store import session as store_session
from cassandra_scheduler.store import statements
from cassandra_scheduler.store import tree_codec
from cassandra_scheduler.store import tree_versions

_CQL = statements.load('tree_rows')
#: Derives column -> value from a tree.
Searchable = Callable[[tree_model.Tree], Mapping[str, object]]
_BASE = ('intent', 'root_of', 'digest') + tree_codec.STATE_COLUMNS


class TreeRows:
    """The rows of all trees of one cloud.

    ``searchable`` maps a Tree to the values of all searchable columns that
    the installed resource types derive from its state.
    """

    def __init__(self, session: store_session.Session, cloud: str, *,
                 columns: Sequence[restriction_model.Column] = (),
                 searchable: Searchable | None = None) -> None:
        self.session = session
        self.cloud = cloud
        self._columns = _BASE + tuple(column.name for column in columns
                                      if column.writer == 'lwt')
        self._searchable = searchable or (lambda tree: {})
        assigned = ', '.join(f'{name} = ?' for name in
                             ('seq', 'recent_ops') + self._columns)
        self._update = (
            f'UPDATE {{keyspace}}.trees SET {assigned} WHERE cloud = ? AND '
            "tree = ? AND kind = 'root' AND key = '' IF seq = ?")

    def read_root(self, tree_id: str, *, level: str = store_session.READ
                  ) -> tree_model.Tree | None:
        """Return the Tree of the root row, or None. One row."""
        return tree_codec.tree_from_row(self.session.row(
            _CQL['find_root'], (self.cloud, tree_id), level=level))

    def read_roots(self, tree_ids: Collection[str], *,
                   level: str = store_session.READ) -> list[tree_model.Tree]:
        """Return the Trees that have a root row. One partition each."""
        if not tree_ids:
            return []
        found = self.session.rows_of_many(
            _CQL['find_root'], [(self.cloud, tree_id)
                                for tree_id in tree_ids], level=level)
        trees = (tree_codec.tree_from_row(rows[0]) for rows in found if rows)
        return [tree for tree in trees if tree is not None]

    def read(self, tree_id: str, consumer_uuids: Collection[str] | None, *,
             level: str = store_session.READ) -> change_model.TreeState:
        """Return the TreeState with these consumers; None means all."""
        if consumer_uuids is None:
            return state_of(self.session.rows(
                _CQL['list_rows'], (self.cloud, tree_id), level=level))
        keys = [('root', '')] + [('consumer', uuid)
                                 for uuid in consumer_uuids]
        return state_of(self.session.rows(
            _CQL['find_root_and_consumers'], (self.cloud, tree_id, keys),
            level=level))

    def write(self, change: change_model.TreeChange, *,
              absent: Iterable[str] = ()) -> outcome.TreeOutcome:
        """Write one change of one tree in one conditional batch.

        ``absent``: uuids of consumers that must have no row, although none
        is written. Returns Applied with the new Tree, Rejected with the
        TreeState that won, or Unknown when neither the write nor the SERIAL
        read after it was answered.
        """
        return self.send(change, self.batch(change, absent=absent))

    def send(self, change: change_model.TreeChange, batch: store_session.Batch
             ) -> outcome.TreeOutcome:
        """Send the batch of a change, and return its Outcome as ``write``."""
        written = self.session.write_if(batch)
        match written:
            case outcome.Applied():
                return outcome.Applied(tree_versions.after(change))
            case outcome.Rejected(winner=rows):
                return self._refused(change, rows)
            case outcome.Unknown(cause=cause):
                return self.settle(change, cause)

    def settle(self, change: change_model.TreeChange,
               cause: str = 'asked again') -> outcome.TreeOutcome:
        """Find out by a SERIAL read whether ``change`` was applied.

        The read ends a Paxos round that is under way. But the lost write may
        still wait in a coordinator's queue, so its version is taken:

            writer            partition (version 7)   coordinator
            IF version = 7 --------------------------> queued
            gives up waiting      |
            SERIAL read: 7 -------|
            empty write --------->| version 8
                                  |<------ the late write: rejected
        """
        try:
            state = self.read(change.after.id, change.consumers,
                              level=store_session.SERIAL)
            if tree_versions.shows(state, change):
                return outcome.Applied(state.tree)
            if (state.tree is None or
                    state.tree.version != change.before.version):
                return tree_versions.not_shown(state, change, cause)
            return self._overtake(state, change, cause)
        except errors.StoreUnavailable:
            return outcome.Unknown(cause)

    def write_tombstone_without_tree(
            self, tree_id: str, tombstone: consumer_model.Consumer, *,
            create: bool) -> outcome.Outcome[None, change_model.TreeState]:
        """Put a claim tombstone where there is no tree to change.

        ``tombstone``: a Consumer; ``create``: it must not replace a row.
        Applied when it stands; Rejected with the TreeState when there is a
        tree by now; Unknown.
        """
        written = self.session.write_if([
            (_CQL['expect_no_tree'],
             (store_session.UNSET, self.cloud, tree_id)),
            self._consumer_write(tombstone, tree_id, create=create)])
        if isinstance(written, outcome.Applied):
            return written
        try:
            state = self.read(tree_id, [tombstone.uuid],
                              level=store_session.SERIAL)
        except errors.StoreUnavailable as exc:
            return outcome.Unknown(str(exc))
        row = state.consumers.get(tombstone.uuid)
        if row is not None and row.blocked_claims == tombstone.blocked_claims:
            return outcome.Applied()
        if isinstance(written, outcome.Unknown) and state.tree is None:
            return written
        return outcome.Rejected(state)

    def delete_forwarding_row(self, tree_id: str, consumer_uuid: str,
                              moved_to: str) -> store_session.SentOutcome:
        """Delete the row that says that a consumer moved there, if it does.
        """
        return self.session.write_if([(
            _CQL['delete_consumer_if_moved_to'],
            (self.cloud, tree_id, consumer_uuid, moved_to))])

    def delete_without_tree(self, tree_id: str, consumer_uuid: str
                            ) -> store_session.SentOutcome:
        """Delete a consumer's row where no tree stands; return the Outcome.
        """
        return self.session.write_if([
            (_CQL['expect_no_tree'],
             (store_session.UNSET, self.cloud, tree_id)),
            (_CQL['delete_consumer'], (self.cloud, tree_id, consumer_uuid))])

    def flaws(self, tree: tree_model.Tree, row: store_session.Row
              ) -> list[str]:
        """Return the columns of a root row that are wrong.

        ``tree``: what was read from ``row``. Only the digest can tell whether
        the tree's own columns are right; all other columns follow from them.
        """
        right, own = self._values(tree), ('intent', 'digest',
                                          *tree_codec.STATE_COLUMNS)
        found = [] if tree_codec.is_whole(row) else ['digest']
        return found + [name for name in self._columns if name not in own and
                        _plain(row[name]) != _plain(right[name])]

    def batch(self, change: change_model.TreeChange, *,
              absent: Iterable[str] = ()) -> store_session.Batch:
        """Return the (cql, parameters) pairs that write a change."""
        tree_id = change.after.id
        writes = [self._root_write(change)]
        writes += [self._consumer_write(
            consumer, tree_id, create=consumer.uuid in change.create)
            for consumer in change.put]
        for uuid in change.delete:
            writes.append((_CQL['delete_consumer'],
                           (self.cloud, tree_id, uuid)))
        for uuid in absent:
            writes.append((_CQL['expect_no_consumer'],
                           (store_session.UNSET, self.cloud, tree_id, uuid)))
        return writes

    def _consumer_write(self, consumer: consumer_model.Consumer, tree_id: str,
                        *, create: bool) -> tuple[str, store_session.Params]:
        if consumer.is_tombstone:
            name = ('create_tombstone_if_absent' if create
                    else 'put_tombstone')
            return _CQL[name], tree_codec.tombstone_to_params(
                consumer, self.cloud, tree_id)
        values = tree_codec.consumer_to_params(consumer, self.cloud, tree_id)
        if not create:
            return _CQL['put_consumer'], values
        # There is nothing to remove: every null written is a tombstone that
        # each list of consumers has to step over.
        return _CQL['create_consumer_if_absent'], tuple(
            store_session.UNSET if value in (None, frozenset()) else value
            for value in values)

    def _root_write(self, change: change_model.TreeChange
                    ) -> tuple[str, store_session.Params]:
        before, after = change.before, tree_versions.after(change)
        key = (self.cloud, change.after.id)
        if after is None:
            return _CQL['delete_root_if_seq'], key + (before.version,)
        old, new = self._values(before), self._values(after)
        changed = tuple(
            store_session.UNSET if new[name] == old[name] and
            not change.whole else new[name] for name in self._columns)
        # A new tree is written IF seq = null and not IF NOT EXISTS: a late
        # heartbeat may have left a row without a tree.
        return self._update, (
            (after.version, list(after.recent_write_ids)) + changed + key +
            (before.version or None,))

    def _values(self, tree: tree_model.Tree) -> dict[str, Any]:
        values = dict.fromkeys(self._columns)
        if tree.version:
            values.update(tree_codec.tree_to_row(tree, self.cloud))
        if tree.version and tree.providers:
            values.update(self._searchable(tree))
        return values

    def _overtake(self, state: change_model.TreeState,
                  change: change_model.TreeChange, cause: str
                  ) -> outcome.TreeOutcome:
        """Take the version that a lost write waits for; change nothing."""
        assert state.tree is not None
        nothing = dataclasses.replace(
            change, before=state.tree, after=state.tree, write_id='overtaken',
            put=(), delete=(), create=frozenset())
        written = self.session.write_if(self.batch(nothing))
        if isinstance(written, outcome.Applied):
            return outcome.Rejected(
                change_model.TreeState(tree_versions.after(nothing),
                                       state.consumers))
        return outcome.Unknown(cause)

    def _refused(self, change: change_model.TreeChange,
                 rows: Sequence[store_session.Row]) -> outcome.TreeOutcome:
        state = None
        if rows and 'shape' in rows[0]:
            state = state_of(rows)
        # Cassandra returns only the rows that had an IF.
        if (state is None or state.tree is None or
                not change.consumers <= change.create):
            state = self.read(change.after.id, change.consumers)
        if tree_versions.shows(state, change):
            return outcome.Applied(state.tree)
        return outcome.Rejected(state)


def state_of(rows: Iterable[store_session.Row]) -> change_model.TreeState:
    """Return the TreeState that all rows of a partition, or some, make."""
    tree, consumers = None, {}
    for row in rows:
        if row.get('kind') == 'root':
            tree = tree_codec.tree_from_row(row)
        elif row.get('kind') == 'consumer' and row.get('home'):
            consumers[row['key']] = tree_codec.consumer_from_row(row)
    return change_model.TreeState(tree, consumers)


def _plain(value: Any) -> object:
    """Return a value as Cassandra gives it back: an empty set is none."""
    if isinstance(value, str) or not hasattr(value, '__iter__'):
        return value
    return frozenset(value) or None
