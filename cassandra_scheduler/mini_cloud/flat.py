# SPDX-License-Identifier: Apache-2.0
"""The short way for a tree of one provider and a request of one group.

If nothing can be combined, upstream's search is a few set operations and
``capacity.fits``. Tests compare the answers of both.
"""

from cassandra_scheduler.model import capacity
from cassandra_scheduler.model import resource_request as request_model


class FlatRequest:
    """One group without a suffix, prepared for many providers."""

    def __init__(self, request):
        group = request.groups[0]
        self._resources = tuple(group.resources.items())
        self._required = request.root_required.union(
            *(any_of for any_of in group.required if len(any_of) == 1))
        self._required_any = tuple(any_of for any_of in group.required
                                   if len(any_of) != 1)
        self._forbidden = group.forbidden | request.root_forbidden
        self._member_of = group.member_of
        self._forbidden_aggregates = group.forbidden_aggregates
        self._in_tree = group.in_tree

    @staticmethod
    def possible(request):
        """Return whether a ResourceRequest can be answered this way."""
        return (len(request.groups) == 1 and not request.same_subtrees and
                not request.groups[0].suffix and
                bool(request.groups[0].resources))

    def answer(self, provider, used):
        """Return the AllocationRequests of a tree of one provider: 0 or 1.

        ``used``: (provider uuid, resource class) -> units.
        """
        uuid = provider.uuid
        if not self._accepts(provider):
            return ()
        inventories = provider.inventories
        amounts = {}
        for resource_class, amount in self._resources:
            key = (uuid, resource_class)
            inventory = inventories.get(resource_class)
            if inventory is None or not capacity.fits(
                    inventory, used.get(key, 0), amount):
                return ()
            amounts[key] = amount
        return (request_model.AllocationRequest(amounts, {'': (uuid,)}),)

    def _accepts(self, provider):
        traits, aggregates = provider.traits, provider.aggregates
        if self._in_tree is not None and self._in_tree != provider.uuid:
            return False
        if not (self._required <= traits and
                self._forbidden.isdisjoint(traits) and
                self._forbidden_aggregates.isdisjoint(aggregates)):
            return False
        for any_of in self._required_any:
            if any_of.isdisjoint(traits):
                return False
        for any_of in self._member_of:
            if any_of.isdisjoint(aggregates):
                return False
        return True
