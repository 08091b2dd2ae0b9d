# SPDX-License-Identifier: Apache-2.0
"""Frees claims whose instance never started, because a service died.

If a build fails in good order, Nova itself gives the claim back, through the
Placement API. If a scheduler or conductor dies before it calls the compute
service, its claim remains. Such a claim is freed only if Nova says that its
instance will not come here. Its age alone decides nothing.
"""

import uuid

from oslo_log import log as logging

from cassandra_scheduler.model import change as change_model
from cassandra_scheduler.model import write as write_model
from cassandra_scheduler.reporter import whereabouts
from cassandra_scheduler.store import outcome

LOG = logging.getLogger(__name__)
Whereabouts = whereabouts.Whereabouts

#: A claim must be so many times older if only the cell's database answered: a
#: conductor that builds many instances creates their records minutes after
#: their claims.
UNKNOWN_AGE_FACTOR = 10


class Freeing:
    """Frees old claims among the pending ones of one host's nodes."""

    def __init__(self, store, reportclient):
        self._store = store
        self._reportclient = reportclient

    def sweep(self, context, compute_node, tree, *, older_than):
        """Free the claims of a node's Tree whose instance will not come.

        ``older_than``: seconds. Raises StoreUnavailable and its subclasses,
        and the errors of Nova's report client.
        """
        now = write_model.now_ms()
        for consumer_uuid, claim in tree.pending.items():
            age = (now - claim.claimed_ms) / 1000
            if age < older_than:
                continue
            where = whereabouts.whereabouts_of(context, consumer_uuid,
                                               compute_node)
            if where is Whereabouts.EXPECTED or (
                    where is Whereabouts.UNKNOWN and
                    age < older_than * UNKNOWN_AGE_FACTOR):
                continue
            if self._release(context, tree, consumer_uuid, where):
                LOG.warning(
                    'Freed a claim on node %(node)s for instance %(uuid)s, '
                    'made %(age)d seconds ago: %(reason)s.',
                    {'node': compute_node.hypervisor_hostname,
                     'uuid': consumer_uuid, 'age': age, 'reason': where.value})

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
        self._release_lookup_row(tree.id, consumer_uuid)
        return True

    def _release_lookup_row(self, tree_id, consumer_uuid):
        row = self._store.consumer_homes.find(consumer_uuid)
        if (row is not None and row.value == tree_id and
                self._store.trees.find_consumer(tree_id,
                                                consumer_uuid) is None):
            self._store.consumer_homes.release(consumer_uuid,
                                               row.write_id)

    def _without(self, seen, consumer_uuid):
        """Return the step that takes back a claim as it was seen.

            freeing             tree                instance_claim
            reads pending X ----+
                                |<----------------- report with X, confirmed
            write IF version -->| rejected: pending X is gone,
                                | so there is nothing to free
        """
        claim = seen.pending[consumer_uuid]

        def advance(state):
            tree, row = state.tree, state.consumers.get(consumer_uuid)
            if tree is None or tree.pending.get(consumer_uuid) != claim:
                return None
            after, delete = tree.with_pending(consumer_uuid, None), ()
            # If another allocation has replaced the claim, it stays.
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
