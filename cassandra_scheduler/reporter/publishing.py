# SPDX-License-Identifier: Apache-2.0
"""Writes what a host says of itself into the trees of its nodes.

A claim is pending until the host counts it itself. The write that first
carries a report which includes an instance is the one that settles its
claim, so whoever reads the tree sees it counted exactly once:

    scheduler            tree                        reporter
    claim X ------------>| used +X, pending +X
                         |                           tracker counts X
                         | report with X <---------- read seq 8
                         |   and pending -X          write IF seq = 8
"""

import time
import uuid

from cassandra_scheduler.model import change as change_model
from cassandra_scheduler.model import errors
from cassandra_scheduler.store import outcome

RESOURCE_TYPE = 'compute'


class Publisher:
    """The writer of one compute service, for every node it runs.

    Compares with what the store has and not with what was sent last, so a
    write that failed is made up for by the next one.
    """

    def __init__(self, store):
        self._store = store
        self._trees = {}    # provider uuid of a node -> tree id
        self._beaten = {}   # provider uuid of a node -> monotonic seconds

    def publish(self, node_uuid, report, counted):
        """Bring the tree of a node to this report; return the Tree.

        ``counted``: consumer uuids that the report includes; their claims
        are settled. Writes nothing when nothing differs. Raises NotFound
        when the node has no provider, StoreUnavailable and its kin.
        """
        advance = _advance_to(node_uuid, report, counted)
        for tree_id in self._where(node_uuid):
            written = self._store.write_tree(tree_id, advance)
            match written:
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
            f'{self._store.cloud!r}: let [placement] of this host and of '
            'nova-conductor lead to the cassandra-placement-api of that '
            'cloud.')

    def beat(self, heartbeat, *, older_than=0.0, nodes=None):
        """Write a heartbeat to the published nodes, or to some of them.

        Leaves out nodes whose last beat is not ``older_than`` seconds old.
        Stops at the first failure and raises it.
        """
        for node_uuid, tree_id in list(self._trees.items()):
            if nodes is not None and node_uuid not in nodes:
                continue
            now = time.monotonic()
            last = self._beaten.get(node_uuid)
            if last is not None and now - last < older_than:
                continue
            self._store.trees.write_heartbeat(tree_id, heartbeat)
            self._beaten[node_uuid] = now

    def forget_beats(self):
        """Let the next heartbeat be due for every node."""
        self._beaten.clear()

    def forget(self, node_uuid):
        """Stop writing heartbeats for a node."""
        self._trees.pop(node_uuid, None)
        self._beaten.pop(node_uuid, None)

    def _where(self, node_uuid):
        """Yield the tree id known for a node, then the one looked up."""
        known = self._trees.get(node_uuid)
        if known is not None:
            yield known
        location = self._store.provider_trees.find(node_uuid)
        if location is not None and location.value != known:
            self._trees[node_uuid] = location.value
            # Another tree, another row: it has had no beat yet.
            self._beaten.pop(node_uuid, None)
            yield location.value


def _holds(state, node_uuid):
    return state.tree is not None and node_uuid in state.tree.providers


def _advance_to(node_uuid, report, counted):
    def advance(state):
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
        return change_model.TreeChange(before=before,
                                       after=after,
                                       write_id=str(uuid.uuid4()))
    return advance
