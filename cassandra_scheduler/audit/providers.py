# SPDX-License-Identifier: Apache-2.0
"""Whether providers are found under their uuids and their names."""

import uuid as uuids

from cassandra_scheduler.audit import finding
from cassandra_scheduler.audit import reading as audit_reading
from cassandra_scheduler.store import full_scan

TWICE, TREE, STALE_TREE = (
    'provider in several trees', 'provider locator',
    'stale provider locator')
NAME_TWICE, NAME, STALE_NAME = (
    'name of several providers', 'name locator', 'stale name locator')
PROVIDER, PROVIDER_NAME = 'provider', 'provider name'


def key(uuid, tree_ids):
    """Return the key of a provider that was seen in these trees."""
    return (PROVIDER, uuid, *sorted(tree_ids))


def name_key(name, tree_ids):
    """Return the key of a name that providers in these trees bear."""
    return (PROVIDER_NAME, name, *sorted(tree_ids))


def wrong(location, where):
    """Return whether a locator does not lead to the one thing there is.

    ``where``: values it might rightly have: trees that have the provider,
    or providers that bear the name.
    """
    return [location] != list(where) and bool(where or location)


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
    locator = (store.provider_trees if kind == PROVIDER
               else store.provider_names)
    (from_write_id, value), write_id = found.evidence, uuids.uuid4().hex
    if value is None:
        written = locator.release(key, from_write_id)
    elif from_write_id is None:
        written = locator.create(key, value, write_id)
    else:
        written = locator.move(key,
                               value,
                               write_id=write_id,
                               from_write_id=from_write_id)
    return audit_reading.applied(written)


def _of_provider(reading, looked_at):
    _kind, uuid, *tree_ids = looked_at
    location = reading.store.full_scan.lookup_row(
        full_scan.PROVIDER_TREE, uuid)
    wanted = {*tree_ids, *_trees_of(location)}
    trees = reading.together(wanted)
    if trees is None:
        return []
    where = [tree_id for tree_id, seen in trees.items()
             if seen.tree and uuid in seen.tree.providers]
    return _judged(reading, looked_at, location, where, (
        (TWICE, f'provider {uuid} is in the trees {", ".join(where)}'),
        (STALE_TREE, f'the locator of provider {uuid} leads to a tree '
         'without it'),
        (TREE, f'the locator of provider {uuid} does not lead to its tree')))


def _of_name(reading, looked_at):
    _kind, name, *tree_ids = looked_at
    location = reading.store.full_scan.lookup_row(
        full_scan.PROVIDER_NAME, name)
    wanted = set(tree_ids)
    if location is not None:
        wanted.update(_trees_of(reading.store.full_scan.lookup_row(
            full_scan.PROVIDER_TREE, location.value)))
    trees = reading.together(wanted)
    if trees is None:
        return []
    where = sorted({provider.uuid for seen in trees.values() if seen.tree
                    for provider in seen.tree.providers.values()
                    if provider.name == name})
    return _judged(reading, looked_at, location, where, (
        (NAME_TWICE, f'the providers {", ".join(where)} all are called '
         f'{name!r}'),
        (STALE_NAME, f'the name {name!r} leads to a provider that does not '
         'bear it'),
        (NAME, f'the name {name!r} does not lead to its provider')))


def _trees_of(location):
    """Return the trees that a locator names.

    A provider on its way from one to another may be in either.
    """
    if location is None:
        return ()
    return filter(None, (location.value, location.from_tree))


def _judged(reading, looked_at, location, where, words):
    """Return the one Finding there is, if any, in one of three ``words``."""
    several, stale, other = words
    if not wrong(location and location.value, where) or (
            location is not None and not reading.aged(location.written_ms)):
        return []
    if len(where) > 1:
        return [finding.Finding(*several, looked_at, tree=where[0],
                                evidence=tuple(where))]
    right = where[0] if where else None
    kind, what = other if where else stale
    return [finding.Finding(
        kind, what, looked_at, remedy='let it lead there' if where
        else 'remove the locator', tree=right or '',
        evidence=(location and location.write_id, right))]
