# SPDX-License-Identifier: Apache-2.0
"""Writes a host's report into the trees of its nodes.

A claim is pending until the host counts it itself. The write that first
carries a report with an instance also confirms its claim. So every reader of
the tree sees the instance counted exactly once:

    scheduler            tree                        reporter
    claim X ------------>| used +X, pending +X
                         |                           tracker counts X
                         | report with X <---------- reads version 8
                         |   and pending -X          writes IF version = 8
"""

import time

from cassandra_scheduler.model import change as change_model
from cassandra_scheduler.model import errors
from cassandra_scheduler.model import write as write_model
from cassandra_scheduler.store import outcome

RESOURCE_TYPE = 'compute'


class Publisher:
    """The writer of one compute service, for all its nodes.

    Compares the report with what the store has, not with what it last sent.
    So if a write failed, the next one makes up for it.
    """

    def __init__(self, store):
        self._store = store
        self._trees = {}        # provider uuid of a node -> tree id
        self._heartbeats = {}   # provider uuid of a node -> monotonic seconds

    def publish(self, node_uuid, report, counted):
        """Bring the tree of a node to this report; return the Tree.

        ``counted``: consumer uuids that the report includes; it confirms
        their claims. Writes nothing if nothing differs. Raises NotFound if
        the node has no provider, StoreUnavailable and the other errors of
        the store.
        """
        def compose(state):
            return _change(state, node_uuid, report, counted)

        for tree_id in self._where(node_uuid):
            match self._store.write_tree(tree_id, compose):
                case outcome.Applied(state=tree):
                    return tree
                case outcome.Unknown(cause=cause):
                    raise errors.OutcomeUnknown(
                        f'The report on {node_uuid} may not have been '
                        f'written: {cause}.')
                case outcome.Rejected(winner=state) if _holds(state,
                                                              node_uuid):
                    return state.tree
            self._trees.pop(node_uuid, None)
        raise errors.NotFound(
            f'Resource provider {node_uuid} is not in cloud '
            f'{self._store.cloud!r}: [placement] of this host and of '
            'nova-conductor must lead to the cassandra-placement-api of that '
            'cloud.')

    def beat(self, heartbeat, *, older_than=0.0, nodes=None):
        """Write a heartbeat to the published nodes, or to some of them.

        Leaves out nodes whose last heartbeat is younger than ``older_than``
        seconds. Stops at the first failure and raises it.
        """
        for node_uuid, tree_id in list(self._trees.items()):
            if nodes is not None and node_uuid not in nodes:
                continue
            now = time.monotonic()
            last = self._heartbeats.get(node_uuid)
            if last is not None and now - last < older_than:
                continue
            self._store.trees.write_heartbeat(tree_id, heartbeat)
            self._heartbeats[node_uuid] = now

    def forget_beats(self):
        """Make the next heartbeat due for every node."""
        self._heartbeats.clear()

    def forget(self, node_uuid):
        """Stop writing heartbeats for a node."""
        self._trees.pop(node_uuid, None)
        self._heartbeats.pop(node_uuid, None)

    def _where(self, node_uuid):
        """Yield the tree id known for a node, then the one looked up."""
        known = self._trees.get(node_uuid)
        if known is not None:
            yield known
        lookup_row = self._store.provider_trees.find(node_uuid)
        if lookup_row is not None and lookup_row.value != known:
            self._trees[node_uuid] = lookup_row.value
            # Another tree, another row: it has had no heartbeat yet.
            self._heartbeats.pop(node_uuid, None)
            yield lookup_row.value


def _holds(state, node_uuid):
    return state.tree is not None and node_uuid in state.tree.providers


def _change(state, node_uuid, report, counted):
    """Return the TreeChange to this report; None if there is none to make.

    That is so without the node in the tree, and if nothing differs.
    """
    if not _holds(state, node_uuid):
        return None
    before = state.tree
    after = before.replace(
        resource_type=RESOURCE_TYPE, report=report,
        pending={consumer: claim
                 for consumer, claim in before.pending.items()
                 if consumer not in counted})
    if after == before:
        return None
    return change_model.TreeChange(before=before, after=after,
                                   write_id=write_model.new_write_id())
