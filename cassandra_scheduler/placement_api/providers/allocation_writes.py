# SPDX-License-Identifier: Apache-2.0
"""Replaces and removes the allocations of some consumers.

Stands for ``_set_allocations`` of ``placement.objects.allocation``. A write
of allocations claims the lookup rows of new consumers first:

    write                        what is left if the writer dies after it
    claim the lookup rows        dangling lookup rows; the next writer of the
                                 consumer takes them over
    write the trees              nothing, or the lookup row of a consumer that
                                 holds nothing any more: dangling as well
    release those lookup rows    nothing
"""

import dataclasses
import itertools

from placement import exception
from placement.objects import allocation

from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.model import errors
from cassandra_scheduler.model import holdings
from cassandra_scheduler.placement_api.providers import allocation_rules
from cassandra_scheduler.placement_api.providers import cleanup
from cassandra_scheduler.placement_api.providers import provider_changes
from cassandra_scheduler.placement_api.providers import writing
from cassandra_scheduler.store import outcome


@dataclasses.dataclass(frozen=True, slots=True)
class KnownConsumer:
    """A consumer as the request has read it.

    ``row``: its home row, None for a consumer that does not exist yet;
    ``lookup_write_id``: the write id of its lookup row.
    """
    spec: consumer_model.ConsumerSpec
    generation: int = 0
    row: consumer_model.Consumer | None = None
    lookup_write_id: str | None = None

    @property
    def tree_ids(self):
        """Return the ids of all trees in which it holds something."""
        return {self.row.home} | self.row.also_in if self.row else set()

    def is_current(self, states):
        """Return whether the states show the same generation."""
        home = home_of(states, self.spec.uuid)
        return home is not None and home.generation == self.generation


@dataclasses.dataclass(frozen=True, slots=True)
class AllocationEntry:
    """Units of one class of one provider for a consumer; 0 to remove them."""
    consumer_uuid: str
    provider_uuid: str
    resource_class: str
    units: int


def replace(states, consumers, entries, *, write):
    """Return the states in which the consumers hold exactly the entries.

    Raises what upstream raises if they do not fit, and a conflict if a
    provider or a consumer is not as it was read. Pure.
    """
    before = {(one.provider_uuid, one.resource_class):
              tree_of(states, one.provider_uuid).units_used(
                  one.provider_uuid, one.resource_class) for one in entries}
    # Only for the check: what is written follows from the states as read.
    freed = states
    for one in consumers:
        _refuse_changed(states, one, write)
        freed = holdings.give_back(freed, one.spec.uuid, write=write)
    providers = list(dict.fromkeys(one.provider_uuid for one in entries))
    allocation_rules.check(
        [(one.provider_uuid, one.resource_class, one.units)
         for one in entries], before=before,
        trees={uuid: tree_of(freed, uuid) for uuid in providers})
    after = dict(states)
    for one in consumers:
        after = holdings.replace(after, one.spec, _amounts(entries, one),
                                 write=write)
    for uuid in providers:
        tree = tree_of(after, uuid)
        after[tree.id] = after[tree.id].with_tree(
            provider_changes.bump(tree, uuid, write.at_ms))
    return after


def remove(states, consumers, keys, *, write):
    """Return the states in which the consumers do not hold ``keys``.

    ``keys``: (provider uuid, resource class). Consumers that are not current
    stay as they are. No generation of a provider changes. Pure.
    """
    after = states
    for one in consumers:
        if not one.is_current(states):
            continue
        if not holdings.is_complete(states, one.spec.uuid):
            raise exception.ConcurrentUpdateDetected()
        after = holdings.give_back(after, one.spec.uuid, {
            key: units
            for row in holdings.rows_of(states, one.spec.uuid).values()
            for key, units in row.amounts.items() if key in keys},
            write=write)
    return after


def write_states(store, tree_ids, consumers, compose, *, write, homes=None,
                 max_tries=None):
    """Write what ``compose(states)`` returns of some trees.

    ``consumers``: KnownConsumers; ``homes``: consumer uuid -> tree id, for
    consumers that do not exist yet. Returns (states read, states written).
    Raises a conflict after ``max_tries`` against other writers.
    """
    homes, claimed, tries = homes or {}, [], itertools.count()

    def composed(states):
        if max_tries is not None and next(tries) >= max_tries:
            allocation.LOG.warning(
                'Exceeded retry limit of %d on allocations write', max_tries)
            raise exception.ResourceProviderConcurrentUpdateDetected()
        after = compose(states)
        if any(home_of(after, uuid).home != tree_id
               for uuid, tree_id in homes.items()):
            # The provider has moved to another tree.
            raise exception.ConcurrentUpdateDetected()
        return after

    try:
        for uuid, tree_id in homes.items():
            claim_home(store, uuid, tree_id, write.id)
            claimed.append((store.consumer_homes, uuid, write.id))
        before, after = writing.write_trees(
            store, dict.fromkeys(sorted(tree_ids),
                                 [one.spec.uuid for one in consumers]),
            composed, write=write, lookup_write_ids={
                one.spec.uuid: one.lookup_write_id
                for one in consumers if one.row is not None})
    except errors.OutcomeUnknown:
        # The consumers may exist, so their lookup rows must stay.
        raise
    except Exception:
        cleanup.release(claimed)
        raise
    cleanup.release(
        (store.consumer_homes, one.spec.uuid, one.lookup_write_id)
        for one in consumers
        if one.is_current(before) and home_of(after, one.spec.uuid) is None)
    return before, after


def claim_home(store, consumer_uuid, tree_id, write_id):
    """Make ``tree_id`` the home of a consumer that does not exist yet.

    Raises ConcurrentUpdateDetected if it exists or others create it now, and
    OutcomeUnknown.
    """
    match store.consumers.claim_home(consumer_uuid, tree_id, write_id):
        case outcome.Rejected():
            raise exception.ConcurrentUpdateDetected()
        case outcome.Unknown(cause=cause):
            raise errors.OutcomeUnknown(
                f'It is not known whether consumer {consumer_uuid} was '
                f'created ({cause}); try again.')


def home_of(states, consumer_uuid):
    """Return the home row of a consumer, or None."""
    return holdings.home_of(holdings.rows_of(states, consumer_uuid))


def tree_of(states, provider_uuid):
    """Return the Tree of a provider; raise a conflict if it has moved."""
    try:
        return holdings.tree_of(states, provider_uuid)
    except errors.NotFound:
        raise exception.ResourceProviderConcurrentUpdateDetected() from None


def _amounts(entries, consumer):
    """Return (provider uuid, resource class) -> units of one consumer."""
    amounts = {}
    for one in entries:
        if one.consumer_uuid == consumer.spec.uuid and one.units:
            key = one.provider_uuid, one.resource_class
            amounts[key] = amounts.get(key, 0) + one.units
    return amounts


def _refuse_changed(states, consumer, write):
    """Raise a conflict unless the consumer is as the request has read it."""
    uuid = consumer.spec.uuid
    if consumer.row is not None:
        unchanged = (consumer.is_current(states) and
                     holdings.is_complete(states, uuid))
    else:
        # A tombstone says that another writer took over our lookup row.
        unchanged = not holdings.rows_of(states, uuid) and not any(
            uuid in state.consumers and
            state.consumers[uuid].blocks(write.id)
            for state in states.values())
    if not unchanged:
        raise exception.ConcurrentUpdateDetected()
