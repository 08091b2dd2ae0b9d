# SPDX-License-Identifier: Apache-2.0
"""Claims a place, and gives it back. The only room that retries a claim.

    scheduler A              tree of the host            scheduler B
    candidate, seq 7 ------------+------------ candidate, seq 7
    locator: home is this tree   |             locator (of another consumer)
    IF seq = 7: used, pending -->| seq 8
                                 |<----------- IF seq = 7: refused, and the
                                 |             answer is the row of seq 8
                                 |             still fits: IF seq = 8
                                 |             no longer: the next host

An answer that was lost is looked up before anything else is done.
"""

import contextlib
import time
import uuid

from cassandra_scheduler.model import capacity
from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.model import errors
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.scheduling import locating
from cassandra_scheduler.store import outcome
from cassandra_scheduler.store import stepping
from cassandra_scheduler.store import trees as store_trees


class Claims:
    """The claims of one request: at most one of each claimant at any time.

    ``accepts(candidate)`` is asked again when somebody else has changed the
    tree in between; ``deadline`` is in seconds from now, for all of them.
    """

    def __init__(self, store, *, notes, deadline, accepts=lambda _: True):
        self._store = store
        self._notes = notes
        self._accepts = accepts
        self._until = time.monotonic() + deadline
        self._located = {}               # consumer uuid -> Located
        self._held = {}                  # consumer uuid -> claim id

    def __enter__(self):
        return self

    def __exit__(self, kind, exc, trace):
        if kind is None:
            return
        with contextlib.suppress(errors.SchedulerError):
            # What cannot be given back now is freed after claim_timeout.
            self.release()

    def fit(self, candidate, allocation):
        """Return whether it is worth a claim: as far as is known, it fits.

        Nothing fits once the time is over.
        """
        return time.monotonic() < self._until and fits(candidate.tree,
                                                       allocation)

    def claim(self, claimant, candidate, allocation, usage):
        """Return the candidate as claimed, or None when it has no room now.

        ``usage``: see model.tree.Pending. Writes the locator first, then the
        tree with the consumer's row. Raises OutcomeUnknown when an answer
        was lost and nobody could be asked in time.
        """
        op = str(uuid.uuid4())
        before = self._located.get(claimant.uuid)
        located = locating.locate(
            self._store, claimant.uuid, candidate.tree.id, op=op,
            notes=self._notes, from_op=before.op if before else None)
        if located.found is not None:
            return None
        self._located[claimant.uuid] = located

        def advance(state):
            change = self._change(claimant, candidate, allocation, usage,
                                  op=op, state=state)
            if change is not None:
                self._notes.conditional_write()
            return change

        written = stepping.step(
            self._store.trees, candidate.tree.id, advance,
            start=store_trees.TreeState(candidate.tree),
            deadline_s=max(self._until - time.monotonic(), 0.1))
        match written:
            case outcome.Applied(state=tree):
                self._held[claimant.uuid] = op
                return candidate.replace(tree=tree)
            case outcome.Unknown(cause=cause):
                raise errors.OutcomeUnknown(
                    f'Whether {claimant.uuid} was claimed is unknown and '
                    f'Cassandra does not say ({cause}): the claim is freed '
                    'after [cassandra_scheduler] claim_timeout if it was.')
        return None

    def _change(self, claimant, candidate, allocation, usage, *, op, state):
        """Return the step that claims in ``state``, or None without room."""
        tree = state.tree
        if tree is None or not fits(tree, allocation):
            return None
        if tree.seq != candidate.tree.seq and not self._accepts(
                candidate.replace(tree=tree)):
            return None
        row = state.consumers.get(claimant.uuid)
        if row is not None and not row.moved_to and (
                not row.fenced or row.fenced == op):
            return None
        return consumer_model.TreeChange(
            tree, claimed(tree, claimant, allocation, usage, claim_id=op),
            op=op, put=(consumer_row(claimant, tree, allocation, op),),
            create=frozenset() if row else frozenset({claimant.uuid}))

    def release(self):
        """Give back everything that was claimed, and the locators."""
        for consumer_uuid, located in list(self._located.items()):
            claim_id = self._held.pop(consumer_uuid, None)
            if claim_id is not None:
                release(self._store, consumer_uuid, located.tree_id,
                        claim_id=claim_id, notes=self._notes)
            self._notes.conditional_write()
            self._store.consumer_homes.release(consumer_uuid, located.op)
            del self._located[consumer_uuid]

    def let_go(self):
        """Release locators of claimants that hold nothing."""
        for consumer_uuid in list(self._located):
            if consumer_uuid not in self._held:
                located = self._located.pop(consumer_uuid)
                self._notes.conditional_write()
                self._store.consumer_homes.release(consumer_uuid, located.op)


def fits(tree, allocation):
    """Return whether every amount of ``allocation`` fits into ``tree``."""
    for (provider_uuid, resource_class), units in allocation.amounts.items():
        provider = tree.providers.get(provider_uuid)
        inventory = provider and provider.inventories.get(resource_class)
        if inventory is None or not capacity.fits(
                inventory, tree.units_used(provider_uuid, resource_class),
                units):
            return False
    return True


def claimed(tree, claimant, allocation, usage, *, claim_id):
    """Return ``tree`` with the claim in it; generations as Placement's."""
    providers = {provider for provider, _class in allocation.amounts}
    return tree.with_amounts(allocation.amounts).bumped(
        *providers).with_pending(claimant.uuid, tree_model.Pending(
            claim_id, int(time.time() * 1000), usage))


def consumer_row(claimant, tree, allocation, claim_id):
    """Return the home row of a consumer that has just been created."""
    now_ms = int(time.time() * 1000)
    return consumer_model.Consumer(
        claimant.uuid, home=tree.id, amounts=dict(allocation.amounts),
        claim_id=claim_id, generation=1, project_id=claimant.project_id,
        user_id=claimant.user_id, consumer_type=claimant.consumer_type,
        created_ms=now_ms, updated_ms=now_ms)


def release(store, consumer_uuid, tree_id, *, claim_id, notes):
    """Give a claim back, if the consumer's row still is that claim's."""
    op = str(uuid.uuid4())

    def advance(state):
        if consumer_uuid not in state.consumers:
            # A refusal returns the root row alone.
            state = store.trees.find_state(tree_id, (consumer_uuid,))
        row = state.consumers.get(consumer_uuid)
        if state.tree is None or row is None or row.claim_id != claim_id:
            return None
        notes.conditional_write()
        after = state.tree.with_amounts(row.amounts, sign=-1)
        return consumer_model.TreeChange(
            state.tree, after.with_pending(consumer_uuid, None), op=op,
            delete=(consumer_uuid,))

    return stepping.step(store.trees, tree_id, advance,
                         consumers=(consumer_uuid,))
