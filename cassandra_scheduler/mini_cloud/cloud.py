# SPDX-License-Identifier: Apache-2.0
"""A cloud of a few trees, with the indexes that a candidate search needs.

The id of a provider is its uuid; the id of a trait or a resource class is its
name. A MiniCloud serves one search. What not every search needs is computed
on first use.
"""

import functools


class MiniCloud:
    """The providers of some trees; a tree that is given twice counts once.

    Lists of traits are sorted by ``trait_order(trait)``, without it by name.
    """

    def __init__(self, trees, *, trait_order=None):
        self.providers = {}              # uuid -> Provider
        self.root_of = {}                # uuid -> uuid of the root
        self.tree_of = {}                # uuid -> Tree
        self.nested = False
        self._trait_order = trait_order
        self._sorted = {}                # traits -> the same as a list
        for tree in {tree.id: tree for tree in trees}.values():
            root = tree.root
            if root is None:
                continue
            self.nested = self.nested or len(tree.providers) > 1
            for uuid, provider in tree.providers.items():
                self.providers[uuid] = provider
                self.root_of[uuid] = root.uuid
                self.tree_of[uuid] = tree

    def tree_members(self, provider_ids):
        """Return all providers in the trees of these providers."""
        trees = {self.tree_of[uuid].id: self.tree_of[uuid]
                 for uuid in provider_ids if uuid in self.tree_of}
        return [provider for tree in trees.values()
                for provider in tree.providers.values()]

    def ids_where(self, accepts):
        """Return the ids of providers that ``accepts(provider)``."""
        return {uuid for uuid, provider in self.providers.items()
                if accepts(provider)}

    def used(self, provider_id, resource_class):
        """Return the units in use of one class of one provider."""
        return self.tree_of[provider_id].units_used(
            provider_id, resource_class)

    def traits(self, provider):
        """Return the traits of a provider as a sorted list.

        Many providers have the same traits; they share one list.
        """
        traits = provider.traits
        if traits not in self._sorted:
            self._sorted[traits] = sorted(traits, key=self._trait_order)
        return self._sorted[traits]

    @functools.cached_property
    def roots_by_aggregate(self):
        """Return aggregate -> ids of the roots of trees with a member."""
        found = {}
        for uuid, provider in self.providers.items():
            for aggregate in provider.aggregates:
                found.setdefault(aggregate, set()).add(self.root_of[uuid])
        return found
