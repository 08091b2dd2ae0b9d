# SPDX-License-Identifier: Apache-2.0
"""Writes the report of a host to the trees of its nodes.

A claim is pending until the host's report includes its instance. The write of
the first such report also confirms the claim. So every reader of the tree
sees the instance counted exactly once:

    scheduler            tree                        reporter
    claim X ------------>| used +X, pending +X
                         |                           tracker counts X
                         | report with X <---------- read version 8
                         |   and pending -X          write IF version = 8
"""

import time

from cassandra_scheduler.model import change
from cassandra_scheduler.model import errors
from cassandra_scheduler.model import write
from cassandra_scheduler.store import outcome

RESOURCE_TYPE = 'compute'


class Publisher:
    """Writes the reports of one compute service, for all of its nodes.

    Compares a report with the store, not with the last report. So if a write
    failed, the next one repairs it.
    """

    def __init__(self, store):
        self._store = store
        self._trees = {}    # provider uuid of a node -> tree id
        self._written = {}  # provider uuid of a node -> monotonic seconds

    def publish(self, node_uuid, report, counted):
        """Write this report to the tree of a node; return the Tree.

        ``counted``: uuids of the consumers in the report; their claims are
        confirmed. Writes nothing if nothing differs. Raises NotFound if the
        node has no provider, StoreUnavailable and its subclasses.
        """
        def compose(state):
            if not _holds(state, node_uuid):
                return None
            before = state.tree
            after = before.replace(
                resource_type=RESOURCE_TYPE, report=report,
                pending={consumer: claim
                         for consumer, claim in before.pending.items()
                         if consumer not in counted})
            return None if after == before else change.TreeChange(
                before=before, after=after, write_id=write.new_write_id())

        for tree_id in self._tree_ids(node_uuid):
            match self._store.write_tree(tree_id, compose):
                case outcome.Applied(state=tree):
                    return tree
                case outcome.Unknown(cause=cause):
                    raise errors.OutcomeUnknown(
                        f'It is unknown whether the report on {node_uuid} '
                        f'was written: {cause}.')
                case outcome.Rejected(winner=state) if _holds(state,
                                                              node_uuid):
                    return state.tree
            self._trees.pop(node_uuid, None)
        raise errors.NotFound(
            f'Resource provider {node_uuid} is not in cloud '
            f'{self._store.cloud!r}. The options in [placement] of this host '
            'and of nova-conductor must name the cassandra-placement-api of '
            'that cloud.')

    def write_heartbeat(self, heartbeat, *, older_than=0.0, nodes=None):
        """Write a heartbeat to the published nodes, or to some of them.

        Leaves out nodes with a heartbeat of the last ``older_than`` seconds.
        Stops at the first failure and raises it.
        """
        for node_uuid, tree_id in list(self._trees.items()):
            if nodes is not None and node_uuid not in nodes:
                continue
            now = time.monotonic()
            last = self._written.get(node_uuid)
            if last is not None and now - last < older_than:
                continue
            self._store.trees.write_heartbeat(tree_id, heartbeat)
            self._written[node_uuid] = now

    def forget_heartbeats(self):
        """Make the next heartbeat due for every node."""
        self._written.clear()

    def remove_node(self, node_uuid):
        """Stop writing heartbeats for a node."""
        self._trees.pop(node_uuid, None)
        self._written.pop(node_uuid, None)

    def _tree_ids(self, node_uuid):
        """Yield the tree id known for a node, then the one looked up."""
        known = self._trees.get(node_uuid)
        if known is not None:
            yield known
        row = self._store.provider_trees.find(node_uuid)
        if row is not None and row.value != known:
            self._trees[node_uuid] = row.value
            # The other tree has had no heartbeat yet.
            self._written.pop(node_uuid, None)
            yield row.value


def _holds(state, node_uuid):
    return state.tree is not None and node_uuid in state.tree.providers
