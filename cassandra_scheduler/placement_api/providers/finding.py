# SPDX-License-Identifier: Apache-2.0
"""Finds providers: one by its uuid or name, or all trees of the cloud."""

import dataclasses

from placement import exception

from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.store import session as store_session


@dataclasses.dataclass(frozen=True, slots=True)
class FoundProvider:
    """A provider and the state of the tree it was found in."""
    tree: tree_model.Tree
    provider: tree_model.Provider


def find(store, provider_uuid, *, level=store_session.READ):
    """Return the FoundProvider of a uuid, or None.

    Reads two partitions: the lookup row, then the tree.
    """
    row = store.provider_trees.find(provider_uuid, level=level)
    return row and find_at(store, row, provider_uuid, level=level)


def find_at(store, row, provider_uuid, *, level=store_session.READ):
    """Return the FoundProvider that a LookupRow leads to, or None.

    If the tree does not have the provider, there is none, unless the row says
    that the provider moves there from another tree.
    """
    # The new tree is read again: the provider may have arrived there while
    # we read the old one.
    for tree_id in ((row.value, row.from_tree, row.value) if row.from_tree
                    else (row.value,)):
        found = in_tree(store.trees.find(tree_id, level=level),
                        provider_uuid)
        if found is not None:
            return found
    return None


def in_tree(tree, provider_uuid):
    """Return the FoundProvider of a uuid in a Tree or None, or None."""
    provider = tree and tree.providers.get(provider_uuid)
    return FoundProvider(tree, provider) if provider else None


def get(store, provider_uuid):
    """Return the FoundProvider of a uuid; NotFound in upstream's words."""
    found = find(store, provider_uuid)
    if found is None:
        raise not_found(provider_uuid)
    return found


def not_found(provider_uuid):
    """Return the error for a provider that does not exist."""
    return exception.NotFound(
        f'No resource provider with uuid {provider_uuid} found')


def find_by_name(store, name):
    """Return the FoundProvider of a name, or None. Three partitions."""
    row = store.provider_names.find(name)
    found = row and find(store, row.value)
    return found if found and found.provider.name == name else None


def trees(store, restrictions=()):
    """Yield all Trees of the cloud that satisfy the restrictions.

    A scan at read consistency; the work grows with the cloud.
    """
    for page in store.scan.pages(restrictions, level=store_session.READ):
        yield from page.trees
