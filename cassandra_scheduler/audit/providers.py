# SPDX-License-Identifier: Apache-2.0
"""Checks that providers are found under their uuids and their names."""

from cassandra_scheduler.audit import finding
from cassandra_scheduler.audit import reading as audit_reading
from cassandra_scheduler.model import write as write_model
from cassandra_scheduler.store import full_scan

TWICE, TREE, STALE_TREE = (
    'provider in several trees', 'provider lookup row',
    'stale provider lookup row')
NAME_TWICE, NAME, STALE_NAME = (
    'name of several providers', 'name lookup row', 'stale name lookup row')
PROVIDER, PROVIDER_NAME = 'provider', 'provider name'


def key(uuid, tree_ids):
    """Return the key of a provider that was seen in these trees."""
    return (PROVIDER, uuid, *sorted(tree_ids))


def name_key(name, tree_ids):
    """Return the key of a name that providers in these trees have."""
    return (PROVIDER_NAME, name, *sorted(tree_ids))


def wrong(lookup, where):
    """Return whether a lookup row does not lead to the one right place.

    ``where``: the values that may be right: trees that have the provider, or
    providers that have the name.
    """
    return [lookup] != list(where) and bool(where or lookup)


def look(reading, looked_at):
    """Return the Findings on a provider, or a name, as it is now."""
    if looked_at[0] == PROVIDER:
        return _of_provider(reading, looked_at)
    return _of_name(reading, looked_at)


def heal(reading, found):
    """Mend a finding if it still is one; return whether it was written."""
    if found not in look(reading, found.key):
        return False
    kind, key, *_trees = found.key
    store = reading.store
    table = (store.provider_trees if kind == PROVIDER
             else store.provider_names)
    from_write_id, value = found.evidence
    write_id = write_model.new_write_id()
    if value is None:
        written = table.release(key, from_write_id)
    elif from_write_id is None:
        written = table.create(key, value, write_id)
    else:
        written = table.move(key, value, write_id=write_id,
                             from_write_id=from_write_id)
    return audit_reading.applied(written)


def _of_provider(reading, looked_at):
    _kind, uuid, *tree_ids = looked_at
    lookup = reading.store.full_scan.lookup_row(
        full_scan.PROVIDER_TREE, uuid)
    wanted = {*tree_ids, *_trees_of(lookup)}
    trees = reading.snapshot(wanted)
    if trees is None:
        return []
    where = [tree_id for tree_id, seen in trees.items()
             if seen.tree and uuid in seen.tree.providers]
    return _judged(reading, looked_at, lookup, where, (
        (TWICE, f'provider {uuid} is in the trees {", ".join(where)}'),
        (STALE_TREE, f'the lookup row of provider {uuid} leads to a tree '
         'without it'),
        (TREE, f'the lookup row of provider {uuid} does not lead to its '
         'tree')))


def _of_name(reading, looked_at):
    _kind, name, *tree_ids = looked_at
    lookup = reading.store.full_scan.lookup_row(
        full_scan.PROVIDER_NAME, name)
    wanted = set(tree_ids)
    if lookup is not None:
        wanted.update(_trees_of(reading.store.full_scan.lookup_row(
            full_scan.PROVIDER_TREE, lookup.value)))
    trees = reading.snapshot(wanted)
    if trees is None:
        return []
    where = sorted({provider.uuid for seen in trees.values() if seen.tree
                    for provider in seen.tree.providers.values()
                    if provider.name == name})
    return _judged(reading, looked_at, lookup, where, (
        (NAME_TWICE, f'the providers {", ".join(where)} all have the name '
         f'{name!r}'),
        (STALE_NAME, f'the name {name!r} leads to a provider that does not '
         'have it'),
        (NAME, f'the name {name!r} does not lead to its provider')))


def _trees_of(lookup):
    """Return the trees that a lookup row names.

    A provider that moves from one tree to another may be in either.
    """
    if lookup is None:
        return ()
    return filter(None, (lookup.value, lookup.from_tree))


def _judged(reading, looked_at, lookup, where, kinds):
    """Return the Findings: one or none.

    ``kinds``: (kind, what) for several right places, for a stale lookup row,
    and for a wrong or missing one.
    """
    several, stale, other = kinds
    if not wrong(lookup and lookup.value, where) or (
            lookup is not None and not reading.aged(lookup.written_ms)):
        return []
    if len(where) > 1:
        return [finding.Finding(*several, looked_at, tree=where[0],
                                evidence=tuple(where))]
    right = where[0] if where else None
    kind, what = other if where else stale
    return [finding.Finding(
        kind, what, looked_at, remedy='correct the lookup row' if where
        else 'remove the lookup row', tree=right or '',
        evidence=(lookup and lookup.write_id, right))]
