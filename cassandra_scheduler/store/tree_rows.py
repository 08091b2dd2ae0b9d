# SPDX-License-Identifier: Apache-2.0
"""The rows of the table ``trees`` as they stand, intents and all.

Every method touches the one partition (cloud, tree) unless it says
otherwise. A write replaces the state that was read by the next one:

    reader A            partition             reader B
    read seq 7  ------------+--------------- read seq 7
    write IF seq = 7 ------>|  seq is 8
                            |<------ write IF seq = 7: refused, and the
                            |        winner is seq 8

Callers outside the store use ``trees``, which knows what an intent means.
"""

import dataclasses
import zlib

from cassandra_scheduler.model import errors
from cassandra_scheduler.store import outcome
from cassandra_scheduler.store import session as store_session
from cassandra_scheduler.store import statements
from cassandra_scheduler.store import tree_codec

_CQL = statements.load('tree_rows')
#: How many of the last steps a tree remembers, to recognise one's own.
RECENT_WRITES = 32
_BASE = ('intent', 'root_of', 'digest') + tree_codec.STATE_COLUMNS


@dataclasses.dataclass(frozen=True, slots=True)
class TreeState:
    """A tree as it stands and the consumer rows that were asked for.

    ``tree`` is None when there is no such tree.
    """
    tree: object
    consumers: dict = dataclasses.field(default_factory=dict)


class TreeRows:
    """The rows of all trees of one cloud.

    ``searchable`` maps a Tree to the values of all searchable columns that
    the installed resource types derive from its state.
    """

    def __init__(self, session, cloud, *, columns=(), searchable=None):
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

    def read_root(self, tree_id, *, level=store_session.READ):
        """Return the Tree of the root row, or None. One row."""
        return tree_codec.tree_from_row(self.session.row(
            _CQL['find_root'], (self.cloud, tree_id), level=level))

    def read_roots(self, tree_ids, *, level=store_session.READ):
        """Return the Trees that have a root row. One partition each."""
        if not tree_ids:
            return []
        found = self.session.rows_of_many(
            _CQL['find_root'], [(self.cloud, tree_id)
                                for tree_id in tree_ids], level=level)
        trees = (tree_codec.tree_from_row(rows[0]) for rows in found if rows)
        return [tree for tree in trees if tree is not None]

    def read(self, tree_id, consumer_uuids, *, level=store_session.READ):
        """Return the TreeState with these consumers; None means all."""
        if consumer_uuids is None:
            return state_of(self.session.rows(
                _CQL['list_rows'], (self.cloud, tree_id), level=level))
        keys = [('root', '')] + [('consumer', uuid)
                                 for uuid in consumer_uuids]
        return state_of(self.session.rows(
            _CQL['find_root_and_consumers'], (self.cloud, tree_id, keys),
            level=level))

    def write(self, change, *, absent=(), first=lambda: None):
        """Write one step of one tree in one conditional batch.

        ``absent``: uuids of consumers that must have no row, although none
        is written. ``first()`` is called when all is ready to be sent, and
        may raise to keep it from being sent. Returns Applied with the new
        Tree, Rejected with the TreeState that won, or Unknown when neither
        the write nor the SERIAL read after it was answered.
        """
        batch = self._batch(change, absent)
        first()
        written = self.session.write_if(batch)
        match written:
            case outcome.Applied():
                return outcome.Applied(self.after(change))
            case outcome.Rejected(winner=rows):
                return self._refused(change, rows)
            case outcome.Unknown(cause=cause):
                return self.settle(change, cause)

    def settle(self, change, cause='asked again'):
        """Find out by a SERIAL read whether ``change`` was applied.

        The read ends whatever Paxos round was under way, but the lost write
        may still wait in a coordinator's queue. It is overtaken there:

            writer            partition (seq 7)       coordinator
            write IF seq = 7 ------------------------> queued
            gives up waiting      |
            SERIAL read: seq 7 ---|
            step of nothing ----->| seq 8
                                  |<------ the late write: refused
        """
        try:
            state = self.read(change.after.id, asked(change),
                              level=store_session.SERIAL)
            if _bears(state, change):
                return outcome.Applied(state.tree)
            if (state.tree is None or
                    state.tree.version != change.before.version):
                return _not_seen(state, change, cause)
            return self._overtake(state, change, cause)
        except errors.StoreUnavailable:
            return outcome.Unknown(cause)

    def fence_without_tree(self, tree_id, fence, *, create):
        """Put a fence where there is no tree whose seq could be raised.

        ``fence``: a Consumer with ``fenced``; ``create``: it must not stand
        on another row. Applied when it stands; Rejected with the TreeState
        when there is a tree by now; Unknown.
        """
        written = self.session.write_if([
            (_CQL['expect_no_tree'],
             (store_session.UNSET, self.cloud, tree_id)),
            self._consumer_write(fence, tree_id, create=create)])
        if isinstance(written, outcome.Applied):
            return written
        try:
            state = self.read(tree_id, [fence.uuid],
                              level=store_session.SERIAL)
        except errors.StoreUnavailable as exc:
            return outcome.Unknown(str(exc))
        row = state.consumers.get(fence.uuid)
        if row is not None and row.fenced == fence.fenced:
            return outcome.Applied()
        if isinstance(written, outcome.Unknown) and state.tree is None:
            return written
        return outcome.Rejected(state)

    def delete_forwarding_row(self, tree_id, consumer_uuid, moved_to):
        """Delete the stub of a consumer that has moved there, if it stands.
        """
        return self.session.write_if([(
            _CQL['delete_consumer_if_moved_to'],
            (self.cloud, tree_id, consumer_uuid, moved_to))])

    def delete_without_tree(self, tree_id, consumer_uuid):
        """Delete a consumer's row where no tree stands; return the Outcome.
        """
        return self.session.write_if([
            (_CQL['expect_no_tree'],
             (store_session.UNSET, self.cloud, tree_id)),
            (_CQL['delete_consumer'], (self.cloud, tree_id, consumer_uuid))])

    def flaws(self, tree, row):
        """Return the columns of a root row that are not what they should be.

        ``tree``: what was read from ``row``. Its own columns cannot be told
        right from wrong but by the digest; the others follow from them.
        """
        right, own = self._values(tree), ('intent', 'digest',
                                          *tree_codec.STATE_COLUMNS)
        found = [] if tree_codec.is_whole(row) else ['digest']
        return found + [name for name in self._columns if name not in own and
                        _plain(row[name]) != _plain(right[name])]

    def after(self, change):
        """Return ``change.after`` as it stands once written, or None."""
        if _deletes(change):
            return None
        return change.after.replace(
            version=_next_version(change),
            recent_write_ids=(change.before.recent_write_ids +
                              (_mark(change.write_id), ))[-RECENT_WRITES:])

    def _batch(self, change, absent):
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

    def _consumer_write(self, consumer, tree_id, *, create):
        if consumer.fenced is not None:
            name = 'create_fence_if_absent' if create else 'put_fence'
            return _CQL[name], tree_codec.fence_to_params(
                consumer, self.cloud, tree_id)
        values = tree_codec.consumer_to_params(consumer, self.cloud, tree_id)
        if not create:
            return _CQL['put_consumer'], values
        # There is nothing to remove: every null written is a tombstone that
        # whoever lists the consumers has to step over.
        return _CQL['create_consumer_if_absent'], tuple(
            store_session.UNSET if value in (None, frozenset()) else value
            for value in values)

    def _root_write(self, change):
        before, after = change.before, self.after(change)
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

    def _values(self, tree):
        values = dict.fromkeys(self._columns)
        if tree.version:
            values.update(tree_codec.tree_to_row(tree, self.cloud))
        if tree.version and tree.providers:
            values.update(self._searchable(tree))
        return values

    def _overtake(self, state, change, cause):
        """Take the seq that a lost write waits for, and change nothing."""
        nothing = dataclasses.replace(
            change, before=state.tree, after=state.tree, write_id='overtaken',
            put=(), delete=(), create=frozenset())
        written = self.session.write_if(self._batch(nothing, ()))
        if isinstance(written, outcome.Applied):
            return outcome.Rejected(
                TreeState(self.after(nothing), state.consumers))
        return outcome.Unknown(cause)

    def _refused(self, change, rows):
        state = None
        if rows and 'shape' in rows[0]:
            state = state_of(rows)
        # Only rows that bore a condition come back with a refusal.
        if (state is None or state.tree is None or
                not asked(change) <= change.create):
            state = self.read(change.after.id, asked(change))
        if _bears(state, change):
            return outcome.Applied(state.tree)
        return outcome.Rejected(state)


def state_of(rows):
    """Return the TreeState that all rows of a partition, or some, make."""
    tree, consumers = None, {}
    for row in rows:
        if row.get('kind') == 'root':
            tree = tree_codec.tree_from_row(row)
        elif row.get('kind') == 'consumer' and row.get('home'):
            consumers[row['key']] = tree_codec.consumer_from_row(row)
    return TreeState(tree, consumers)


def _plain(value):
    """Return a value as Cassandra gives it back: an empty set is none."""
    if isinstance(value, str) or not hasattr(value, '__iter__'):
        return value
    return frozenset(value) or None


def asked(change):
    """Return the uuids of the consumers that a change is about."""
    return ({consumer.uuid for consumer in change.put} |
            set(change.delete) | set(change.create))


def _mark(write_id):
    return write_id[:12]


def _deletes(change):
    return not change.after.providers and change.after.intent is None


def _next_version(change):
    # A tree that is created again must not count through the numbers of its
    # former life, or a late writer could match one of them.
    return change.before.version + 1 if change.before.version else (
        zlib.crc32(change.write_id.encode()) << 20) + 1


def _later_steps(state, change):
    """Return how many steps the tree took after ``change``, or None.

    None when it is another life of the tree, or the change is still to come.
    """
    later = state.tree.version - _next_version(change)
    return later if 0 <= later < 1 << 20 else None


def _bears(state, change):
    """Return whether what stands there shows that ``change`` happened."""
    if state.tree is None:
        return _deletes(change)
    later = _later_steps(state, change)
    if later is not None and later < len(state.tree.recent_write_ids):
        return state.tree.recent_write_ids[-1 - later] == _mark(
            change.write_id)
    return any(state.consumers[consumer.uuid].claim_id == change.write_id
               for consumer in change.put
               if consumer.uuid in state.consumers)


def _not_seen(state, change, cause):
    if state.tree is not None:
        later = _later_steps(state, change)
        if later is not None and later >= RECENT_WRITES:
            return outcome.Unknown(f'{cause}; {later} later writes hide it')
    return outcome.Rejected(state)
