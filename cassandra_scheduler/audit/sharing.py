# SPDX-License-Identifier: Apache-2.0
"""Checks that the catalogue lists each tree that shares by aggregate.

A search reads the sharing trees that the catalogue lists; a provider in
another tree shares with nobody. The list may have trees that no longer share.
"""

from cassandra_scheduler.audit import finding
from cassandra_scheduler.audit import reading as audit_reading
from cassandra_scheduler.model import write as write_model
from cassandra_scheduler.store import catalogue

SHARING = 'shares with nobody'


def key(tree_id):
    """Return the key of a tree with a provider that shares."""
    return (SHARING, tree_id)


def shares(tree):
    """Return whether some provider of a Tree shares by aggregate."""
    return any(provider.shares for provider in tree.providers.values())


def look(reading, looked_at):
    """Return the Findings on a tree as it is now: one or none."""
    _kind, tree_id = looked_at
    seen = reading.tree(tree_id)
    if seen.tree is None or not shares(seen.tree) or (
            reading.store.catalogue.find(catalogue.SHARING_TREE, tree_id)):
        return []
    return [finding.Finding(
        SHARING, f'{seen.tree.root.name}: shares by aggregate, but no search '
        'looks there', looked_at, remedy='list the tree', tree=tree_id)]


def heal(reading, found):
    """List the tree in the catalogue; return whether it was written."""
    write = write_model.new()
    return audit_reading.applied(reading.store.catalogue.create(
        catalogue.SHARING_TREE, found.tree, write_id=write.id,
        now_ms=write.at_ms))
