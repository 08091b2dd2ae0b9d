# SPDX-License-Identifier: Apache-2.0
"""Whether trees whose providers share by aggregate are known to the cloud.

A search asks the trees that the catalogue lists; a provider in another one
shares with nobody. The list may name trees that no longer share.
"""

import time
import uuid

from cassandra_scheduler.audit import finding
from cassandra_scheduler.audit import reading as audit_reading
from cassandra_scheduler.store import catalogue

SHARING = 'shares with nobody'


def key(tree_id):
    """Return the key of a tree that shares."""
    return (SHARING, tree_id)


def shares(tree):
    """Return whether some provider of a Tree shares by aggregate."""
    return any(provider.shares for provider in tree.providers.values())


def look(reading, looked_at):
    """Return the Finding on a tree as it is now, if there is one."""
    _kind, tree_id = looked_at
    seen = reading.tree(tree_id)
    if seen.tree is None or not shares(seen.tree) or (
            reading.store.catalogue.find(catalogue.SHARING_TREE, tree_id)):
        return []
    return [finding.Finding(
        SHARING, f'{seen.tree.root.name}: shares by aggregate, but no search '
        'looks there', looked_at, remedy='list the tree', tree=tree_id)]


def heal(reading, found):
    """List the tree; return whether it was written."""
    return audit_reading.applied(reading.store.catalogue.create(
        catalogue.SHARING_TREE, found.tree, write_id=uuid.uuid4().hex,
        now_ms=int(time.time() * 1000)))
