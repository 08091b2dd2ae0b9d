# SPDX-License-Identifier: Apache-2.0
"""Stands for ``placement.objects.allocation``; its class is upstream's."""

from placement import exception
from placement.objects import allocation

from cassandra_scheduler.model import write as write_model
from cassandra_scheduler.placement_api.objects import consumer as consumers
from cassandra_scheduler.placement_api.objects import resource_provider
from cassandra_scheduler.placement_api.providers import allocation_writes
from cassandra_scheduler.placement_api.providers import finding
from cassandra_scheduler.store import tree_codec


def get_all_by_consumer_id(context, consumer_id):
    """Return the Allocations of one consumer; none if it does not exist."""
    store = context.store
    found = store.consumers.find(consumer_id)
    if found is None:
        return []
    consumer = consumers.Consumer.of(context, found)
    held = []
    for state in store.consumers.parts(found).values():
        row = state.consumers.get(consumer_id)
        if row is not None and row.is_live and state.tree is not None:
            held += _of_row(row, consumer, lambda uuid, tree=state.tree:
                            _provider(context, tree, uuid))
    return held


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

    One conditional write if all providers and consumers are in one tree, a
    transaction otherwise.
    """
    if not alloc_list:
        return
    for one in alloc_list:
        context.rc_cache.id_from_string(one.resource_class)
    write, known, entries = plan(alloc_list)
    write_planned(
        context, alloc_list, lambda states: allocation_writes.replace(
            states, known, entries, write=write), write=write)


def delete_all(context, alloc_list):
    """Remove these allocations; a consumer without allocations is deleted.

    Allocations that have replaced them in the meantime are removed as well.
    Upstream would remove nothing in this case, and answer as if it had:

        deleter         consumer          reshaper
        reads gen 1 ------>|<------------ reads gen 1
                           |<------------ gen 2, on another provider
        finds gen 2 ------>|
        reads gen 2 ------>|
        removes all ------>|
    """
    retries = context.config.placement.allocation_conflict_retry_count
    while alloc_list:
        if retries < 0:
            raise exception.ConcurrentUpdateDetected()
        retries -= 1
        changed = _delete(context, alloc_list)
        alloc_list = [one for consumer in changed
                      for one in get_all_by_consumer_id(context,
                                                        consumer.uuid)]


def _delete(context, alloc_list):
    """Return the consumers that others have changed or deleted."""
    write, known, entries = plan(alloc_list)
    keys = {(one.provider_uuid, one.resource_class) for one in entries}
    before, after = allocation_writes.write_states(
        context.store, tree_ids_of(alloc_list), known,
        lambda states: allocation_writes.remove(states, known, keys,
                                                write=write), write=write)
    changed = [consumer for consumer in _consumers(alloc_list)
               if not consumer.known.is_current(before)]
    _refresh([consumer for consumer in _consumers(alloc_list)
              if consumer not in changed], after, write)
    return changed


def plan(alloc_list):
    """Return (Write, KnownConsumers, AllocationEntries) of a list."""
    known = [one.known for one in _consumers(alloc_list)]
    entries = [allocation_writes.AllocationEntry(
        one.consumer.uuid, one.resource_provider.uuid, one.resource_class,
        one.used) for one in alloc_list]
    return write_model.new(), known, entries


def tree_ids_of(alloc_list, providers=()):
    """Return the ids of all trees that a write of the list touches."""
    providers = [*providers, *(one.resource_provider for one in alloc_list)]
    return {provider.get_tree_id() for provider in providers}.union(
        *(one.known.tree_ids for one in _consumers(alloc_list)))


def write_planned(context, alloc_list, compose, *, write, providers=()):
    """Write what ``compose(states)`` returns; refresh the objects.

    ``providers``: further ResourceProviders whose trees are written. Tries
    [placement] allocation_conflict_retry_count times against other writers.
    """
    homes = {}
    for one in alloc_list:
        if one.used and one.consumer.row is None:
            homes.setdefault(one.consumer.uuid,
                             one.resource_provider.get_tree_id())
    _before, after = allocation_writes.write_states(
        context.store, tree_ids_of(alloc_list, providers),
        [one.known for one in _consumers(alloc_list)], compose, write=write,
        homes=homes, max_tries=(
            context.config.placement.allocation_conflict_retry_count))
    for rp in (*providers, *(one.resource_provider for one in alloc_list)):
        tree = allocation_writes.tree_of(after, rp.uuid)
        rp.generation = tree.providers[rp.uuid].generation
    _refresh(_consumers(alloc_list), after, write)
    for consumer in _consumers(alloc_list):
        consumer.generation += 1


def _consumers(alloc_list):
    return list({one.consumer.uuid: one.consumer
                 for one in alloc_list}.values())


def _refresh(consumers_written, after, write):
    """Give the consumers that were written their new home rows."""
    for consumer in consumers_written:
        consumer.delete()
        old = consumer.row
        home = allocation_writes.home_of(after, consumer.uuid)
        if old is None or home is None or home.home != old.home:
            consumer.lookup_write_id = write.id
        consumer.row = home


def _of_row(row, consumer, provider_of, *, only=None):
    """Return the upstream Allocations of a row, one for each class."""
    return [allocation.Allocation(
        id=f'{row.uuid}/{uuid}/{name}', resource_provider=provider_of(uuid),
        consumer=consumer, resource_class=name, used=units,
        created_at=tree_codec.moment(row.updated_ms))
        for (uuid, name), units in row.amounts.items()
        if only is None or uuid == only]


def _provider(context, tree, provider_uuid):
    return resource_provider.ResourceProvider.of(
        context, finding.in_tree(tree, provider_uuid))
