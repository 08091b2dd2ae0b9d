# SPDX-License-Identifier: Apache-2.0
"""Finds providers: one by its uuid or name, or all trees of the cloud."""

import dataclasses

from placement import exception

from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.store import session as store_session


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """A provider and the state of the tree it was found in."""
    tree: tree_model.Tree
    provider: tree_model.Provider


def find(store, provider_uuid, *, level=store_session.READ):
    """Return the Found of a provider uuid, or None.

    Two partitions, one after the other: the locator and the tree. A locator
    whose tree does not know the provider means that there is none, unless
    the provider is on its way there from another tree.
    """
    location = store.provider_trees.find(provider_uuid, level=level)
    if location is None:
        return None
    # The last look is for a provider that arrived while we looked elsewhere.
    for tree_id in (location.value, *(
            (location.from_tree, location.value) if location.from_tree
            else ())):
        found = in_tree(store.trees.find(tree_id, level=level),
                        provider_uuid)
        if found is not None:
            return found
    return None


def in_tree(tree, provider_uuid):
    """Return the Found of a provider in a Tree that may be None, or None."""
    provider = tree and tree.providers.get(provider_uuid)
    return Found(tree, provider) if provider else None


def get(store, provider_uuid):
    """Return the Found of a provider uuid; NotFound in upstream's words."""
    found = find(store, provider_uuid)
    if found is None:
        raise not_found(provider_uuid)
    return found


def not_found(provider_uuid):
    """Return the error for a provider that does not exist."""
    return exception.NotFound(
        f'No resource provider with uuid {provider_uuid} found')


def find_by_name(store, name):
    """Return the Found of a provider name, or None. Three partitions."""
    location = store.provider_names.find(name)
    found = location and find(store, location.value)
    return found if found and found.provider.name == name else None


def trees(store, restrictions=()):
    """Yield all Trees of the cloud that satisfy the restrictions.

    A scan at read consistency, so the work grows with the cloud.
    """
    for page in store.scan.pages(restrictions, level=store_session.READ):
        yield from page.trees
