# SPDX-License-Identifier: Apache-2.0
"""Frees claims whose instance never started, because a service died.

If a build fails in good order, Nova itself gives the claim back, through the
Placement API. If a scheduler or conductor dies before it calls the compute
service, its claim remains. Such a claim is freed only if Nova says that its
instance will not come here. Its age alone decides nothing.
"""

from oslo_log import log as logging

from cassandra_scheduler.model import holdings
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
        """Give back one claim; return whether there was one.

            freeing                lookup row     tree           instance_claim
            reads pending X, its row ------------->|
            reads it --------------->| write X     |
                                     |             |<---- report confirms X
            writes IF X is pending --------------->| no: nothing to free

        The lookup row goes only if its write is still the same. A later
        claim for the instance has taken it over with a write of its own.
        """
        row = self._store.trees.find_consumer(tree.id, consumer_uuid)
        if _in_several_trees(row, tree.id):
            # Only the Placement API writes those together.
            if where is Whereabouts.GONE:
                return self._reportclient.delete_allocation_for_instance(
                    context, consumer_uuid, force=True)
            return self._reportclient.\
                remove_provider_tree_from_instance_allocation(
                    context, consumer_uuid, tree.root.uuid)
        lookup_row = self._store.consumer_homes.find(consumer_uuid)
        claim = tree.pending[consumer_uuid]
        written = self._store.write_tree(
            tree.id, lambda state: _without(state, consumer_uuid, claim),
            consumers=(consumer_uuid,))
        if not isinstance(written, outcome.Applied):
            return False
        if (lookup_row is not None and lookup_row.value == tree.id and
                (row is not None or lookup_row.write_id == claim.claim_id) and
                self._store.trees.find_consumer(tree.id,
                                                consumer_uuid) is None):
            self._store.consumer_homes.release(consumer_uuid,
                                               lookup_row.write_id)
        return True


def _without(state, consumer_uuid, claim):
    """Return the TreeChange that gives back a claim; None if it is gone."""
    if state.tree is None or state.tree.pending.get(consumer_uuid) != claim:
        return None
    write, before = write_model.new(), {state.tree.id: state}
    row = state.consumers.get(consumer_uuid)
    if (row is not None and row.claim_id == claim.claim_id and
            not _in_several_trees(row, state.tree.id)):
        after = holdings.give_back(before, consumer_uuid, write=write)
    else:
        # If another allocation has replaced the claim, it stays.
        after = {state.tree.id: state.with_tree(
            state.tree.with_pending(consumer_uuid, None))}
    [change] = holdings.changes(before, after, write=write)
    return change


def _in_several_trees(row, tree_id):
    return row is not None and not row.is_tombstone and (
        row.home != tree_id or bool(row.also_in) or bool(row.moved_to))
