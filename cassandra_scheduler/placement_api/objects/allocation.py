# SPDX-License-Identifier: Apache-2.0
"""Stands for ``placement.objects.allocation``; its class stays upstream's."""

import itertools

from placement import exception
from placement.objects import allocation

from cassandra_scheduler.model import change as change_model
from cassandra_scheduler.model import errors
from cassandra_scheduler.placement_api import consumer_homes
from cassandra_scheduler.placement_api.objects import consumer as consumers
from cassandra_scheduler.placement_api.objects import resource_provider
from cassandra_scheduler.placement_api.providers import cleanup
from cassandra_scheduler.placement_api.providers import finding
from cassandra_scheduler.placement_api.providers import replacement
from cassandra_scheduler.placement_api import timestamps
from cassandra_scheduler.placement_api import writing
from cassandra_scheduler.store import retrying


def get_all_by_consumer_id(context, consumer_id):
    """Return the Allocations of one consumer; none for an unknown one."""
    store = context.store
    there = store.consumers.find(consumer_id)
    if there is None:
        return []
    consumer = consumers.Consumer.of(context, there)
    found = []
    for state in store.consumers.parts(there).values():
        row = state.consumers.get(consumer_id)
        if row is not None and row.is_live and state.tree is not None:
            found += _of_row(row, consumer, lambda uuid, tree=state.tree:
                             _provider(context, tree, uuid))
    return found


def get_all_by_resource_provider(context, rp):
    """Return the Allocations that count against one provider."""
    store = context.store
    tree_id = finding.get(store, rp.uuid).tree.id
    found = []
    for row in store.trees.list_consumers(tree_id):
        if not any(uuid == rp.uuid for uuid, _name in row.amounts):
            continue
        home = row if row.home == tree_id else store.trees.find_consumer(
            row.home, row.uuid) or row
        consumer = consumers.Consumer.from_row(context, home)
        found += _of_row(row, consumer, lambda uuid: rp, only=rp.uuid)
    return found


def replace_all(context, alloc_list):
    """Replace what the consumers in the list hold, all of it or nothing.

    One step where all that is touched lies in one tree, a transaction else.
    """
    if not alloc_list:
        return
    for one in alloc_list:
        context.rc_cache.id_from_string(one.resource_class)
    drafted = write(context, alloc_list, lambda draft:
                    replacement.replace(draft, alloc_list))
    refresh(drafted, [one.resource_provider for one in alloc_list])
    count(alloc_list)


def delete_all(context, alloc_list):
    """Remove these allocations; consumers left with nothing are gone.

    What has replaced them meanwhile is removed as well. Upstream would remove
    nothing then, and say that it did:

        deleter         consumer          reshaper
        reads gen 1 ------>|<------------ reads gen 1
                           |<------------ gen 2, on another provider
        finds gen 2 ------>|
        reads gen 2 ------>|
        removes all ------>|
    """
    attempts = retrying.Attempts(writing.DEADLINE_S)
    while alloc_list:
        replaced = _delete(context, alloc_list)
        alloc_list = [one for consumer_uuid in sorted(replaced)
                      for one in get_all_by_consumer_id(context,
                                                        consumer_uuid)]
        if alloc_list and not attempts.wait():
            raise exception.ConcurrentUpdateDetected()


def _delete(context, alloc_list):
    """Return the uuids of consumers that others have changed or removed."""
    keys = {(one.resource_provider.uuid, one.resource_class)
            for one in alloc_list}
    replaced = set()

    def removed(draft):
        replaced.clear()
        replaced.update(
            consumer.uuid for consumer in _consumers(alloc_list)
            if not replacement.remove(draft, consumer, keys))

    _write(context, alloc_list, removed)
    return replaced


def write(context, alloc_list, compose, *, providers=()):
    """Write what ``compose(Draft)`` makes of the trees; return the Draft.

    ``providers``: those whose trees are touched beside the list's. Tries
    [placement] allocation_conflict_retry_count times against other writers.
    """
    limit = context.config.placement.allocation_conflict_retry_count
    tries = itertools.count()

    def limited(draft):
        if next(tries) >= limit:
            allocation.LOG.warning(
                'Exceeded retry limit of %d on allocations write', limit)
            raise exception.ResourceProviderConcurrentUpdateDetected()
        compose(draft)

    return _write(context, alloc_list, limited, providers=providers)


def _write(context, alloc_list, compose, *, providers=()):
    """Write what ``compose(Draft)`` makes of the trees; return the Draft.

    Claims the homes of new consumers before, and tidies up the locators
    after.
    """
    store, write_id = context.store, writing.new_write_id()
    consumers = _consumers(alloc_list)
    tree_ids = {rp.located() for rp in providers}
    tree_ids |= {one.resource_provider.located() for one in alloc_list}
    for consumer in consumers:
        tree_ids |= consumer.tree_ids
    drafts, claimed = [], set()

    def composed(states):
        draft = replacement.Draft(states, write_id, timestamps.now_ms())
        compose(draft)
        _claim_homes(store, consumers, draft, claimed)
        drafts[:] = [draft]
        return draft.changes(), _moves(consumers, draft)

    try:
        writing.write(store, sorted(tree_ids), composed,
                      consumers=[consumer.uuid for consumer in consumers])
    except errors.OutcomeUnknown:
        # The rows may be there, so their locators must stay.
        raise
    except Exception:
        cleanup.release((store.consumer_homes, consumer_uuid, write_id)
                        for consumer_uuid in claimed)
        raise
    _settle_homes(store, consumers, drafts[0])
    return drafts[0]


def refresh(draft, providers):
    """Give upstream objects the generations that were written."""
    for rp in providers:
        rp.generation = draft.tree_of(rp.uuid).providers[rp.uuid].generation


def count(alloc_list):
    """Give the consumers in the list the generation that was written."""
    for consumer in _consumers(alloc_list):
        consumer.generation += 1


def _consumers(alloc_list):
    return list({one.consumer.uuid: one.consumer
                 for one in alloc_list}.values())


def _claim_homes(store, consumers, draft, claimed):
    for consumer in consumers:
        home = draft.homes.get(consumer.uuid)
        if consumer.row is None and home is not None:
            claimed.add(consumer.uuid)
            consumer_homes.claim(store, consumer.uuid, home.home,
                                 draft.write_id)


def _moves(consumers, draft):
    """Return the HomeMoves of consumers that leave their old home."""
    pairs = ((consumer, draft.homes.get(consumer.uuid))
             for consumer in consumers if consumer.row is not None)
    return tuple(
        change_model.HomeMove(consumer.uuid, consumer.lookup_write_id,
                              home.home, draft.write_id)
        for consumer, home in pairs
        if home is not None and home.home != consumer.row.home)


def _settle_homes(store, consumers, draft):
    """Let the objects know what was written; forget what is gone."""
    for consumer in consumers:
        if consumer.uuid not in draft.homes:
            continue
        consumer.forget()
        old, home = consumer.row, draft.homes[consumer.uuid]
        if old is not None and home is None:
            cleanup.release([(store.consumer_homes, consumer.uuid,
                              consumer.lookup_write_id)])
        if old is None or home is None or home.home != old.home:
            consumer.lookup_write_id = draft.write_id
        consumer.row = home


def _of_row(row, consumer, provider_of, *, only=None):
    """Return upstream Allocations for what a row says, one per class."""
    return [allocation.Allocation(
        id=f'{row.uuid}/{uuid}/{name}', resource_provider=provider_of(uuid),
        consumer=consumer, resource_class=name, used=units,
        created_at=timestamps.moment(row.updated_ms))
        for (uuid, name), units in row.amounts.items()
        if only is None or uuid == only]


def _provider(context, tree, provider_uuid):
    return resource_provider.ResourceProvider.of(
        context, finding.in_tree(tree, provider_uuid))
