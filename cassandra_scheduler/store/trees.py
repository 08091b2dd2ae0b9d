# SPDX-License-Identifier: Apache-2.0
"""Reads and writes provider trees.

What is returned never carries an intent: a transaction over several trees
has happened for whoever reads here, or it has not (``intents`` says how).
Every method touches one partition (cloud, tree) unless it says otherwise;
``tree_rows`` draws how a step is fenced.
"""

import copy
import uuid

from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.model import errors
from cassandra_scheduler.store import outcome
from cassandra_scheduler.store import retrying
from cassandra_scheduler.store import session as store_session
from cassandra_scheduler.store import statements
from cassandra_scheduler.store import tree_codec
from cassandra_scheduler.store import tree_rows

_CQL = statements.load('trees')
TreeState = tree_rows.TreeState


class Trees:
    """The provider trees of one cloud."""

    def __init__(self, rows, intents):
        self._rows = rows
        self._intents = intents
        self._session, self._cloud = rows.session, rows.cloud
        self._first = lambda: None

    def find(self, tree_id, *, level=store_session.READ):
        """Return the Tree with this id, or None. One row; read consistency.
        """
        tree = self._rows.read_root(tree_id, level=level)
        return self._shown(tree)

    def find_many(self, tree_ids):
        """Return the Trees with these ids that exist. One partition each."""
        trees = map(self._shown, self._rows.read_roots(tree_ids))
        return [tree for tree in trees if tree is not None]

    def find_state(self, tree_id, consumer_uuids, *,
                   level=store_session.READ):
        """Return the TreeState with the consumer rows of these consumers.

        Stubs and fences are among them; a step has to know of them.
        """
        return self._intents.read(tree_id, consumer_uuids, level=level)

    def find_settled_state(self, tree_id, consumer_uuids):
        """Return the same, waiting for a transaction that is under way."""
        return self._intents.read_settled(tree_id, consumer_uuids)

    def find_consumer(self, tree_id, consumer_uuid, *,
                      level=store_session.READ):
        """Return what a consumer holds in this tree, or None.

        The row may be a stub (``moved_to``) or a fence; see ``consumers``.
        """
        return self.find_state(tree_id, [consumer_uuid],
                               level=level).consumers.get(consumer_uuid)

    def list_consumers(self, tree_id):
        """Return all Consumers that hold something here. One partition."""
        return [consumer for consumer in
                self.find_state(tree_id, None).consumers.values()
                if consumer.stands]

    def list_consumers_of_project(self, project_id):
        """Return (tree id, Consumer) of a project's home rows. Index read.

        Reads one row per consumer, wherever it lives.
        """
        found = ((row['tree'], tree_codec.consumer_from_row(row))
                 for row in self._session.rows(
                     _CQL['list_consumers_of_owner'],
                     (f'{self._cloud}/{project_id}',))
                 if row['cloud'] == self._cloud)
        return [(tree_id, consumer) for tree_id, consumer in found
                if consumer.stands]

    def behind(self, first):
        """Return these Trees, each write of which lets ``first()`` go first.

        It is called when a write is ready to be sent, and may raise to keep
        it from being sent. So what must stand before the write may be under
        way while the write is prepared.
        """
        trees = copy.copy(self)
        trees._first = first
        return trees

    def write(self, change):
        """Write one step of one tree in one conditional batch.

        Returns Applied with the new Tree, Rejected with the TreeState that
        won, or Unknown when neither the write nor the SERIAL read after it
        was answered. A tree that a transaction holds is settled, not
        overwritten: then the step is refused with what came of it.
        """
        if change.before.intent is not None:
            self._intents.settle(change.before)
            return outcome.Rejected(self._winner(change))
        return self._without_intent(
            self._rows.write(change, first=self._first), change)

    def settle(self, change, cause='asked again'):
        """Find out by a SERIAL read whether ``change`` was applied."""
        return self._without_intent(self._rows.settle(change, cause), change)

    def fence(self, tree_id, consumer_uuid, claim_id):
        """Keep the late writer of a claim from creating a consumer here.

        A step like any other, so that whoever has read the tree before is
        refused, even if he may overwrite the fence of an earlier writer:

            late creator, claim 2      tree          taker
            reads seq 7, fence 1 ------->|
                                         |<--------- seq 8, fence 1 2
            row IF seq = 7 ------------->| refused; finds himself fenced

        Applied when the fence stands; Rejected with the TreeState where the
        consumer stands or has moved from; Unknown.
        """
        def advance(state):
            row = state.consumers.get(consumer_uuid)
            if state.tree is None or row is not None and (
                    row.fenced is None or row.blocks(claim_id)):
                return None
            return consumer_model.TreeChange(
                state.tree, state.tree, write_id=uuid.uuid4().hex,
                put=(_fence(state, tree_id, consumer_uuid, claim_id),),
                create=frozenset(() if row else (consumer_uuid,)))

        written = retrying.step(self, tree_id, advance,
                                consumers=(consumer_uuid,))
        if not isinstance(written, outcome.Rejected):
            return written
        state = written.winner
        row = state.consumers.get(consumer_uuid)
        if row is not None and row.blocks(claim_id):
            return outcome.Applied(state.tree)
        if state.tree is None and (row is None or row.fenced is not None):
            return self._rows.fence_without_tree(
                tree_id, _fence(state, tree_id, consumer_uuid, claim_id),
                create=row is None)
        return written

    def delete_forwarding_row(self, tree_id, consumer_uuid, moved_to):
        """Delete the stub of a consumer that has moved there, if it stands.
        """
        return self._rows.delete_forwarding_row(tree_id, consumer_uuid,
                                                moved_to)

    def beat(self, tree_id, heartbeat):
        """Write the heartbeat's plain columns. Never conditional."""
        self._session.write(_CQL['beat'], (
            tree_codec.moment(heartbeat.last_seen_ms), heartbeat.disabled,
            heartbeat.forced_down, heartbeat.service, self._cloud, tree_id))

    def mark_service(self, tree_id, *, disabled, forced_down):
        """Write what an operator says of the service. Never conditional.

        Two of the heartbeat's columns: whoever writes last is right.
        """
        self._session.write(_CQL['mark_service'], (
            disabled, forced_down, self._cloud, tree_id))

    def after(self, change):
        """Return ``change.after`` as it stands once written, or None."""
        return self._rows.after(change)

    def _shown(self, tree):
        if tree is None or tree.intent is None:
            return tree
        return self._intents.read(tree.id, ()).tree

    def _shown_after(self, change, tree):
        """Return the tree as it stands after ``change``, or as of then."""
        try:
            return self._shown(tree)
        except errors.StoreUnavailable:
            # It is written, whatever has come after it.
            return self._rows.after(change)

    def _winner(self, change):
        return self._intents.read_settled(change.after.id,
                                          tree_rows.asked(change))

    def _without_intent(self, written, change):
        match written:
            case outcome.Applied(state=tree):
                return outcome.Applied(self._shown_after(change, tree))
            case outcome.Rejected(winner=state) if (
                    state.tree is not None and
                    state.tree.intent is not None):
                self._intents.settle(state.tree)
                return outcome.Rejected(self._winner(change))
        return written


def _fence(state, tree_id, consumer_uuid, claim_id):
    """Return the row that stops this claim and those stopped before."""
    row = state.consumers.get(consumer_uuid)
    return consumer_model.Consumer(
        consumer_uuid, home=tree_id,
        fenced=' '.join(filter(None, (row and row.fenced, claim_id))))
