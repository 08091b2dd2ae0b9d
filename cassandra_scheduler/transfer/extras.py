# SPDX-License-Identifier: Apache-2.0
"""What only the target has: counts it, and removes it on request."""

from cassandra_scheduler.transfer import tally as tallies


def count(source, target, tally, tell, *, prune=False):
    """Count in ``tally`` what the target has and the source has not.

    ``prune``: remove it as well; a provider with a child stays.
    """
    total, done, seen = target.count(), 0, set()
    for batch in target.batches():
        done += sum(len(tree.providers) for tree in batch)
        consumers = _consumers(source, batch, seen)
        providers = _providers(source, batch)
        _count(tally, providers, consumers)
        if prune and consumers:
            target.remove_consumers(consumers)
        if prune and providers:
            target.remove_providers(providers)
        tell('counting what only the target has', done, total)
    known = source.names()
    for kind, names in target.names().items():
        extra = names.keys() - known[kind].keys()
        tally.count(tallies.OF_NAMES[kind], tallies.EXTRA, len(extra))
        if prune:
            target.remove_names(kind, extra)


def _consumers(source, batch, seen):
    """Return the whole Consumers that the source does not have.

    A consumer in several trees occurs several times; ``seen``: those that
    were handled already.
    """
    found = {uuid: one for tree in batch
             for uuid, one in tree.consumers.items() if uuid not in seen}
    seen.update(found)
    known = source.known_consumers(found)
    return [one for uuid, one in found.items() if uuid not in known]


def _providers(source, batch):
    """Return the Providers that the source does not have, children first.
    """
    found = {uuid: one for tree in batch
             for uuid, one in tree.providers.items()}
    known = source.known_providers(found)
    return [one for uuid, one in reversed(found.items())
            if uuid not in known]


def _count(tally, providers, consumers):
    tally.count('providers', tallies.EXTRA, len(providers))
    tally.count('inventories', tallies.EXTRA, sum(
        len(one.inventories) for one in providers))
    tally.count('consumers', tallies.EXTRA, len(consumers))
    tally.count('allocations', tallies.EXTRA, sum(
        len(one.amounts) for one in consumers))
