# SPDX-License-Identifier: Apache-2.0
"""A cloud of a few trees, with the indexes that a candidate search asks for.

Ids are what they identify: a provider's id is its uuid, a trait's and a
resource class's id is its name. Built for one search and thrown away; what
a search may never ask for is computed on first use.
"""

import functools


class MiniCloud:
    """The providers of some trees; a tree that is given twice counts once.

    ``trait_order`` maps a trait to what it is sorted by where traits are
    listed; without it they stand in alphabetical order.
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

    def members(self, provider_ids):
        """Return the providers of all trees that these providers stand in.
        """
        trees = {self.tree_of[uuid].id: self.tree_of[uuid]
                 for uuid in provider_ids if uuid in self.tree_of}
        return [provider for tree in trees.values()
                for provider in tree.providers.values()]

    def matching(self, accepts):
        """Return the ids of providers that ``accepts(provider)``."""
        return {uuid for uuid, provider in self.providers.items()
                if accepts(provider)}

    def used(self, provider_id, resource_class):
        """Return the units in use of one class of one provider."""
        return self.tree_of[provider_id].units_used(
            provider_id, resource_class)

    def traits(self, provider):
        """Return the traits of a provider in their order, as a list.

        Providers with the same traits, of which there are many, share it.
        """
        traits = provider.traits
        if traits not in self._sorted:
            self._sorted[traits] = sorted(traits, key=self._trait_order)
        return self._sorted[traits]

    @functools.cached_property
    def roots_by_aggregate(self):
        """Return aggregate -> ids of roots of trees with a member in it."""
        found = {}
        for uuid, provider in self.providers.items():
            for aggregate in provider.aggregates:
                found.setdefault(aggregate, set()).add(self.root_of[uuid])
        return found
