# SPDX-License-Identifier: Apache-2.0
"""Frees claims whose instance never came up, because somebody died midway.

What fails in good order is given back by Nova itself, through the Placement
API. Left are claims of a scheduler or conductor that died before it could
tell the compute service. A claim goes only if Nova says that its instance
will not come here; its age alone decides nothing.
"""

import uuid

from oslo_log import log as logging

from cassandra_scheduler.model import change as change_model
from cassandra_scheduler.reporter import figures
from cassandra_scheduler.reporter import whereabouts
from cassandra_scheduler.store import outcome

LOG = logging.getLogger(__name__)
Whereabouts = whereabouts.Whereabouts

#: How many times older than usual a claim must be when only the cell's
#: database could be asked: a conductor that makes many instances creates
#: their records minutes after their claims.
PATIENCE = 10


class Freeing:
    """Looks through the pending claims of one host's nodes."""

    def __init__(self, store, reportclient):
        self._store = store
        self._reportclient = reportclient

    def sweep(self, context, compute_node, tree, *, older_than):
        """Free what leaked among the pending claims of a node's Tree.

        ``older_than``: seconds. Raises StoreUnavailable and its kin, and
        what Nova's report client raises.
        """
        now = figures.now_ms()
        for consumer_uuid, claim in tree.pending.items():
            age = (now - claim.claimed_ms) / 1000
            if age < older_than:
                continue
            where = whereabouts.find(context, consumer_uuid, compute_node)
            if where is Whereabouts.EXPECTED or (
                    where is Whereabouts.UNKNOWN and
                    age < older_than * PATIENCE):
                continue
            if self._release(context, tree, consumer_uuid, where):
                LOG.warning(
                    'Freed what was claimed on node %(node)s for instance '
                    '%(uuid)s %(age)d seconds ago: %(why)s.',
                    {'node': compute_node.hypervisor_hostname,
                     'uuid': consumer_uuid, 'age': age, 'why': where.value})

    def _release(self, context, tree, consumer_uuid, where):
        """Take back one claim; return whether there was one to take."""
        row = self._store.trees.find_consumer(tree.id, consumer_uuid)
        if _in_several_trees(row, tree.id):
            # Only the Placement API writes those together.
            if where is Whereabouts.GONE:
                return self._reportclient.delete_allocation_for_instance(
                    context, consumer_uuid, force=True)
            return self._reportclient.\
                remove_provider_tree_from_instance_allocation(
                    context, consumer_uuid, tree.root.uuid)
        written = self._store.write_tree(tree.id,
                                         self._without(tree, consumer_uuid),
                                         consumers=(consumer_uuid, ))
        if not isinstance(written, outcome.Applied):
            return False
        self._drop_locator(tree.id, consumer_uuid)
        return True

    def _drop_locator(self, tree_id, consumer_uuid):
        location = self._store.consumer_homes.find(consumer_uuid)
        if (location is not None and location.value == tree_id and
                self._store.trees.find_consumer(tree_id,
                                                consumer_uuid) is None):
            self._store.consumer_homes.release(consumer_uuid,
                                               location.write_id)

    def _without(self, seen, consumer_uuid):
        """Return the step that takes back a claim as it was seen.

            freeing             tree                instance_claim
            reads pending X ----+
                                |<----------------- report with X, settled
            write IF seq  ----->| refused: pending X is not there any more,
                                | so there is nothing to free
        """
        claim = seen.pending[consumer_uuid]

        def advance(state):
            tree, row = state.tree, state.consumers.get(consumer_uuid)
            if tree is None or tree.pending.get(consumer_uuid) != claim:
                return None
            after, delete = tree.with_pending(consumer_uuid, None), ()
            # Otherwise somebody has put an allocation of his own in the
            # claim's place; that one stays.
            if (row is not None and row.claim_id == claim.claim_id and
                    not _in_several_trees(row, tree.id)):
                after = after.with_amounts(row.amounts, sign=-1)
                delete = (consumer_uuid,)
            return change_model.TreeChange(
                before=tree, after=after, write_id=str(uuid.uuid4()),
                delete=delete)
        return advance


def _in_several_trees(row, tree_id):
    return row is not None and not row.is_tombstone and (
        row.home != tree_id or bool(row.also_in) or bool(row.moved_to))
