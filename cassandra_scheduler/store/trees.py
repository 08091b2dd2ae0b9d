# SPDX-License-Identifier: Apache-2.0
"""Reads and writes provider trees.

What is returned never carries an intent: for a reader here, a transaction
over several trees has happened or has not (``intents`` says how). Every
method touches one partition (cloud, tree) unless it says otherwise;
``tree_rows`` draws how a write is guarded.
"""

from collections.abc import Collection

from cassandra_scheduler.model import change as change_model
from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.model import errors
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.store import intents as store_intents
from cassandra_scheduler.store import outcome
from cassandra_scheduler.store import session as store_session
from cassandra_scheduler.store import statements
from cassandra_scheduler.store import tree_codec
from cassandra_scheduler.store import tree_rows
from cassandra_scheduler.store import tree_versions

_CQL = statements.load('trees')


class Trees:
    """The provider trees of one cloud."""

    def __init__(self, rows: tree_rows.TreeRows,
                 intents: store_intents.Intents) -> None:
        self._rows = rows
        self._intents = intents
        self._session, self._cloud = rows.session, rows.cloud

    def find(self, tree_id: str, *, level: str = store_session.READ
             ) -> tree_model.Tree | None:
        """Return the Tree with this id, or None. One row; read consistency.
        """
        tree = self._rows.read_root(tree_id, level=level)
        return self._shown(tree)

    def find_many(self, tree_ids: Collection[str]) -> list[tree_model.Tree]:
        """Return the Trees with these ids that exist. One partition each."""
        trees = map(self._shown, self._rows.read_roots(tree_ids))
        return [tree for tree in trees if tree is not None]

    def find_state(self, tree_id: str, consumer_uuids: Collection[str] | None,
                   *, level: str = store_session.READ
                   ) -> change_model.TreeState:
        """Return the TreeState with the consumer rows of these consumers.

        Forwarding rows and claim tombstones are among them.
        """
        return self._intents.read(tree_id, consumer_uuids, level=level)

    def find_resolved_state(self, tree_id: str,
                            consumer_uuids: Collection[str] | None
                            ) -> change_model.TreeState:
        """Return the same, waiting for a transaction that is under way."""
        return self._intents.read_resolved(tree_id, consumer_uuids)

    def find_consumer(self, tree_id: str, consumer_uuid: str, *,
                      level: str = store_session.READ
                      ) -> consumer_model.Consumer | None:
        """Return what a consumer holds in this tree, or None.

        It may be a forwarding row or a claim tombstone; see ``consumers``.
        """
        return self.find_state(tree_id, [consumer_uuid],
                               level=level).consumers.get(consumer_uuid)

    def list_consumers(self, tree_id: str) -> list[consumer_model.Consumer]:
        """Return all Consumers that hold something here. One partition."""
        return [consumer for consumer in
                self.find_state(tree_id, None).consumers.values()
                if consumer.is_live]

    def list_consumers_of_project(
            self, project_id: str
            ) -> list[tuple[str, consumer_model.Consumer]]:
        """Return (tree id, Consumer) of a project's home rows. Index read.

        Reads one row per consumer, wherever it lives.
        """
        found = ((row['tree'], tree_codec.consumer_from_row(row))
                 for row in self._session.rows(
                     _CQL['list_consumers_of_owner'],
                     (f'{self._cloud}/{project_id}',))
                 if row['cloud'] == self._cloud)
        return [(tree_id, consumer) for tree_id, consumer in found
                if consumer.is_live]

    def prepare(self, change: change_model.TreeChange) -> store_session.Batch:
        """Return the batch of a change, ready for ``send``.

        Making it is work for the processor. It can be done while another
        write, which must come first, is under way.
        """
        return self._rows.batch(change)

    def send(self, change: change_model.TreeChange, batch: store_session.Batch
             ) -> outcome.TreeOutcome:
        """Send the prepared batch of a change.

        Returns what ``write`` returns.
        """
        if change.before.intent is not None:
            self._intents.resolve(change.before)
            return outcome.Rejected(self._winner(change))
        return self._without_intent(self._rows.send(change, batch), change)

    def write(self, change: change_model.TreeChange) -> outcome.TreeOutcome:
        """Write one change of one tree in one conditional batch.

        Returns Applied with the new Tree, Rejected with the TreeState that
        won, or Unknown when neither the write nor the SERIAL read after it
        was answered. A tree that a transaction holds is not overwritten: its
        intent is resolved first, and the change is rejected with what came
        of it.
        """
        return self.send(change, self.prepare(change))

    def settle(self, change: change_model.TreeChange,
               cause: str = 'asked again') -> outcome.TreeOutcome:
        """Find out by a SERIAL read whether ``change`` was applied."""
        return self._without_intent(self._rows.settle(change, cause), change)

    def write_tombstone_without_tree(
            self, tree_id: str, tombstone: consumer_model.Consumer, *,
            create: bool) -> outcome.Outcome[None, change_model.TreeState]:
        """Put a claim tombstone where no tree stands; see ``consumers``."""
        return self._rows.write_tombstone_without_tree(tree_id, tombstone,
                                                       create=create)

    def delete_forwarding_row(self, tree_id: str, consumer_uuid: str,
                              moved_to: str) -> store_session.SentOutcome:
        """Delete the row that says that a consumer moved there, if it does.
        """
        return self._rows.delete_forwarding_row(tree_id, consumer_uuid,
                                                moved_to)

    def write_heartbeat(self, tree_id: str, heartbeat: tree_model.Heartbeat
                        ) -> None:
        """Write the heartbeat's plain columns. Never conditional."""
        self._session.write(_CQL['beat'], (
            *tree_codec.heartbeat_to_params(heartbeat), self._cloud, tree_id))

    def mark_service(self, tree_id: str, *, disabled: bool, forced_down: bool
                     ) -> None:
        """Write what an operator says of the service. Never conditional.

        These are two of the heartbeat's columns; the last write counts.
        """
        self._session.write(_CQL['mark_service'], (
            disabled, forced_down, self._cloud, tree_id))

    def _shown(self, tree: tree_model.Tree | None) -> tree_model.Tree | None:
        if tree is None or tree.intent is None:
            return tree
        return self._intents.read(tree.id, ()).tree

    def _shown_after(self, change: change_model.TreeChange,
                     tree: tree_model.Tree | None) -> tree_model.Tree | None:
        """Return the newest tree; if it cannot be read, as ``change`` left it.
        """
        try:
            return self._shown(tree)
        except errors.StoreUnavailable:
            # It is written, whatever has come after it.
            return tree_versions.after(change)

    def _winner(self, change: change_model.TreeChange
                ) -> change_model.TreeState:
        return self._intents.read_resolved(change.after.id, change.consumers)

    def _without_intent(self, written: outcome.TreeOutcome,
                        change: change_model.TreeChange
                        ) -> outcome.TreeOutcome:
        match written:
            case outcome.Applied(state=tree):
                return outcome.Applied(self._shown_after(change, tree))
            case outcome.Rejected(winner=state) if (
                    state.tree is not None and
                    state.tree.intent is not None):
                self._intents.resolve(state.tree)
                return outcome.Rejected(self._winner(change))
        return written
