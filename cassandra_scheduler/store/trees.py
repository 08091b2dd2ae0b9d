# SPDX-License-Identifier: Apache-2.0
"""Reads and writes provider trees: the table ``trees``.

Every method touches the one partition (cloud, tree) unless it says
otherwise. A write replaces the state that was read by the next one:

    reader A            partition             reader B
    read seq 7  ------------+--------------- read seq 7
    write IF seq = 7 ------>|  seq is 8
                            |<------ write IF seq = 7: refused, and the
                            |        answer carries the row with seq 8
"""

import dataclasses

from cassandra_scheduler.model import errors
from cassandra_scheduler.store import codec
from cassandra_scheduler.store import outcome
from cassandra_scheduler.store import session as store_session
from cassandra_scheduler.store import statements

_CQL = statements.load('trees')
#: How many of the last steps a tree remembers, to recognise one's own.
RECENT_OPS = 32
_BASE = ('intent', 'root_of', 'resource_type', 'shape', 'generations', 'used',
         'pending', 'report')


@dataclasses.dataclass(frozen=True, slots=True)
class TreeState:
    """A tree as it stands and the consumer rows that were asked for.

    ``tree`` is None when there is no such tree.
    """
    tree: object
    consumers: dict = dataclasses.field(default_factory=dict)


class Trees:
    """The provider trees of one cloud.

    ``searchable`` maps a Tree to the values of all searchable columns that
    the installed resource types derive from its state.
    """

    def __init__(self, session, cloud, *, columns=(), searchable=None):
        self._session = session
        self._cloud = cloud
        self._columns = _BASE + tuple(column.name for column in columns
                                      if column.writer == 'lwt')
        self._searchable = searchable or (lambda tree: {})
        assigned = ', '.join(f'{name} = ?' for name in
                             ('seq', 'recent_ops') + self._columns)
        self._update = (
            f'UPDATE {{keyspace}}.trees SET {assigned} WHERE cloud = ? AND '
            "tree = ? AND kind = 'root' AND key = '' IF seq = ?")

    def find(self, tree_id, *, level=store_session.READ):
        """Return the Tree with this id, or None. One row; read consistency.
        """
        return codec.tree_from_row(self._session.row(
            _CQL['find_root'], (self._cloud, tree_id), level=level))

    def find_many(self, tree_ids):
        """Return the Trees with these ids that exist. One partition each."""
        found = self._session.rows_of_many(
            _CQL['find_root'], [(self._cloud, tree_id)
                                for tree_id in tree_ids])
        trees = (codec.tree_from_row(rows[0]) for rows in found if rows)
        return [tree for tree in trees if tree is not None]

    def find_state(self, tree_id, consumer_uuids, *,
                   level=store_session.READ):
        """Return the TreeState with the consumer rows of these consumers."""
        keys = [('root', '')] + [('consumer', uuid)
                                 for uuid in consumer_uuids]
        return self._state_of(self._session.rows(
            _CQL['find_root_and_consumers'], (self._cloud, tree_id, keys),
            level=level))

    def find_consumer(self, tree_id, consumer_uuid, *,
                      level=store_session.READ):
        """Return what a consumer holds in this tree, or None. One row."""
        row = self._session.row(
            _CQL['find_consumer'], (self._cloud, tree_id, consumer_uuid),
            level=level)
        return codec.consumer_from_row(row) if row else None

    def list_consumers(self, tree_id):
        """Return all Consumers of this tree. One partition."""
        return [codec.consumer_from_row(row) for row in self._session.rows(
            _CQL['list_consumers'], (self._cloud, tree_id))]

    def list_consumers_of_project(self, project_id):
        """Return (tree id, Consumer) of a project's home rows. Index read.

        Reads one row per consumer, wherever it lives.
        """
        return [(row['tree'], codec.consumer_from_row(row))
                for row in self._session.rows(
                    _CQL['list_consumers_of_owner'],
                    (f'{self._cloud}/{project_id}',))]

    def write(self, change):
        """Write one step of one tree in one conditional batch.

        Returns Applied with the new Tree, Rejected with the TreeState that
        won, or Unknown when neither the write nor the SERIAL read after it
        was answered.
        """
        written = self._session.write_if(self._batch(change))
        match written:
            case outcome.Applied():
                return outcome.Applied(self.after(change))
            case outcome.Rejected(winner=rows):
                return outcome.Rejected(self._winner(change, rows))
            case outcome.Unknown(cause=cause):
                return self.settle(change, cause)

    def settle(self, change, cause='asked again'):
        """Find out by a SERIAL read whether ``change`` was applied.

        The read ends whatever Paxos round was under way, so a change that
        it does not show will never appear.
        """
        consumers = {consumer.uuid for consumer in change.put}
        try:
            state = self.find_state(change.after.id, consumers,
                                    level=store_session.SERIAL)
        except errors.StoreUnavailable:
            return outcome.Unknown(cause)
        if self._bears(state, change):
            return outcome.Applied(state.tree)
        seq = state.tree.seq if state.tree else None
        if seq is not None and seq - change.before.seq > RECENT_OPS and (
                change.before.seq):
            return outcome.Unknown(
                f'{cause}; {seq - change.before.seq} later writes hide it')
        return outcome.Rejected(state)

    def beat(self, tree_id, heartbeat):
        """Write the heartbeat's plain columns. Never conditional."""
        self._session.write(_CQL['beat'], (
            codec.moment(heartbeat.last_seen_ms), heartbeat.disabled,
            heartbeat.forced_down, heartbeat.service, self._cloud, tree_id))

    def after(self, change):
        """Return ``change.after`` as it stands once written, or None."""
        if not change.after.providers:
            return None
        return change.after.replace(
            seq=self._next_seq(change),
            recent_ops=(change.before.recent_ops +
                        (change.op[:8],))[-RECENT_OPS:])

    def _batch(self, change):
        tree_id = change.after.id
        writes = [self._root_write(change)]
        for consumer in change.put:
            name = ('create_consumer_if_absent'
                    if consumer.uuid in change.create else 'put_consumer')
            writes.append((_CQL[name], codec.consumer_to_params(
                consumer, self._cloud, tree_id)))
        for uuid in change.delete:
            writes.append((_CQL['delete_consumer'],
                           (self._cloud, tree_id, uuid)))
        return writes

    def _root_write(self, change):
        before, after = change.before, self.after(change)
        key = (self._cloud, change.after.id)
        if after is None:
            return _CQL['delete_root_if_seq'], key + (before.seq,)
        values = self._values(after)
        old = self._values(before) if before.seq else {}
        changed = tuple(
            store_session.UNSET if name in old and values[name] == old[name]
            else values[name] for name in self._columns)
        # A new tree is written IF seq = null and not IF NOT EXISTS: a late
        # heartbeat may have left a row without a tree.
        return self._update, (
            (after.seq, list(after.recent_ops)) + changed + key +
            (before.seq or None,))

    def _values(self, tree):
        return {**codec.tree_to_row(tree, self._cloud),
                **self._searchable(tree)}

    @staticmethod
    def _next_seq(change):
        # A tree that is created again must not count through the numbers
        # of its former life, or a late writer could match one of them.
        return change.before.seq + 1 if change.before.seq else (
            int(change.op[:8], 16) << 20) + 1

    @staticmethod
    def _bears(state, change):
        if state.tree is None:
            return not change.after.providers
        if change.op[:8] in state.tree.recent_ops:
            return True
        return any(consumer.uuid in state.consumers and
                   state.consumers[consumer.uuid].claim_id == change.op
                   for consumer in change.put)

    def _winner(self, change, rows):
        if rows and 'shape' in rows[0]:
            state = self._state_of(rows)
            if state.tree is not None:
                return state
        return self.find_state(
            change.after.id, {consumer.uuid for consumer in change.put})

    @staticmethod
    def _state_of(rows):
        tree, consumers = None, {}
        for row in rows:
            if row.get('kind') == 'root':
                tree = codec.tree_from_row(row)
            elif row.get('kind') == 'consumer' and row.get('home'):
                consumers[row['key']] = codec.consumer_from_row(row)
        return TreeState(tree, consumers)
