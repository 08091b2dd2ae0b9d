# SPDX-License-Identifier: Apache-2.0
"""Copies one database into the other and counts what still differs.

A pass reads the source tree by tree, reads the same from the target, and
writes the differences. Passes are repeated until one finds no difference; that
pass is the proof. Then ``extras`` counts what only the target has.

    source --- read a batch ---> compare <--- read it --- target
                                    |---- differences ----->|
"""

from concurrent import futures

from cassandra_scheduler.transfer import content
from cassandra_scheduler.transfer import extras
from cassandra_scheduler.transfer import refusing
from cassandra_scheduler.transfer import sql_reading
from cassandra_scheduler.transfer import tally as tallies

#: A pass may free a name that the next one needs.
MAX_PASSES = 4
#: How many consumers in several trees are compared together.
CONSUMERS_PER_BATCH = 2000


def copy(source, target, *, write=True, prune=False,
         tell=lambda *step: None):
    """Copy; return (Tally of the first pass, Tally of the last).

    ``source`` and ``target`` are readers, and with ``write`` the target is a
    writer. ``prune``: remove what only the target has. ``tell(name, done,
    total)`` is called with the progress, in providers. Without ``write``
    there is one pass, and both results are its Tally.
    """
    total, prune = source.count(), prune and write
    if prune:
        # Before: it may have names that are needed, or hold something.
        extras.count(source, target, tallies.Tally(), tell, prune=True)
    first = last = _pass(source, target, write,
                         lambda done: tell('copying' if write else
                                           'comparing', done, total))
    for _again in range(MAX_PASSES - 1):
        if not write or not last.total(tallies.NEW, tallies.CHANGED):
            break
        last = _pass(source, target, write,
                     lambda done: tell('checking', done, total))
    if prune:
        # And after: its children have moved away by now.
        extras.count(source, target, tallies.Tally(), tell, prune=True)
    extras.count(source, target, last, tell)
    return first, last


def _pass(source, target, write, tell):
    tally = tallies.Tally()
    _copy_names(source, target, tally, write)
    done, spanning = 0, []
    with futures.ThreadPoolExecutor(
            getattr(target, 'workers', 1)) as pool:
        for batch in source.batches():
            spanning += _copy_batch(batch, target, tally,
                                    pool if write else None)
            done += sum(len(tree.providers) for tree in batch)
            tell(done)
    for chunk in sql_reading.chunks(dict.fromkeys(spanning),
                                    CONSUMERS_PER_BATCH):
        _copy_spanning(source.consumers(chunk), target, tally, write)
    return tally


def _copy_names(source, target, tally, write):
    present = target.names()
    for kind, names in source.names().items():
        missing = {name: created_ms for name, created_ms in names.items()
                   if name not in present[kind]}
        tally.count(tallies.OF_NAMES[kind], tallies.SAME,
                    len(names) - len(missing))
        tally.count(tallies.OF_NAMES[kind], tallies.NEW, len(missing))
        if write:
            target.add_names(kind, missing)


def _copy_batch(batch, target, tally, pool):
    """Copy some trees; return the uuids of consumers in several trees."""
    there = target.providers([uuid for tree in batch
                              for uuid in tree.providers])
    held = target.consumers({uuid for tree in batch
                             for uuid in tree.consumers})
    spanning, writes = [], []
    for tree in batch:
        changed = {
            uuid for uuid, provider in tree.providers.items()
            if _compare_provider(provider, there.get(uuid), tally)}
        alone = []
        for uuid, consumer in tree.consumers.items():
            if _spans(consumer, held.get(uuid), tree):
                spanning.append(uuid)
            elif _compare_consumer(consumer, held.get(uuid), tally):
                alone.append(consumer)
        if (changed or alone) and pool is not None:
            writes.append((tree, pool.submit(target.write_tree, tree,
                                             changed, alone)))
    for tree, write in writes:
        try:
            write.result()
        except refusing.Refused as exc:
            tally.count('providers', tallies.REFUSED, len(tree.providers))
            tally.refusals.append(f'tree {tree.root.uuid}: {exc}')
    return spanning


def _copy_spanning(consumers, target, tally, write):
    held = target.consumers(consumers)
    changed = [one for one in consumers.values()
               if _compare_consumer(one, held.get(one.uuid), tally)]
    if not write or not changed:
        return
    try:
        target.write_consumers(changed, {
            one.uuid: held[one.uuid] for one in changed if one.uuid in held})
    except refusing.Refused as exc:
        tally.count('consumers', tallies.REFUSED)
        tally.refusals.append(str(exc))


def _spans(consumer, found, tree):
    """Return whether a consumer holds, or held, something in other trees."""
    keys = [*consumer.amounts, *(found.amounts if found else ())]
    return any(key[0] not in tree.providers for key in keys)


def _compare_provider(provider, found, tally):
    inventories = found.inventories if found else {}
    for name, inventory in provider.inventories.items():
        tally.compare('inventories', inventory, inventories.get(name),
                      content.same_inventory)
    tally.count('inventories', tallies.EXTRA,
                len(inventories.keys() - provider.inventories.keys()))
    return tally.compare('providers', provider, found, content.same_provider)


def _compare_consumer(consumer, found, tally):
    amounts = found.amounts if found else {}
    for key, units in consumer.amounts.items():
        tally.compare('allocations', units, amounts.get(key),
                      lambda one, other: one == other)
    tally.count('allocations', tallies.EXTRA,
                len(amounts.keys() - consumer.amounts.keys()))
    return tally.compare('consumers', consumer, found, content.same_consumer)
