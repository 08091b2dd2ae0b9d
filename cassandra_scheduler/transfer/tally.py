# SPDX-License-Identifier: Apache-2.0
"""Counts what is equal, what differs, and what could not be written."""

import collections
import dataclasses

from cassandra_scheduler.store import catalogue

#: The kinds of names in the catalogue, as the table shows them.
OF_NAMES = {catalogue.RESOURCE_CLASS: 'resource classes',
            catalogue.TRAIT: 'traits',
            catalogue.CONSUMER_TYPE: 'consumer types'}
KINDS = (*OF_NAMES.values(), 'providers', 'inventories', 'consumers',
         'allocations')
SAME, NEW, CHANGED, REFUSED, EXTRA = (
    'same', 'new', 'changed', 'refused', 'extra')


@dataclasses.dataclass
class Tally:
    """Counts by kind and state; ``refusals``: a line for each refusal."""
    counts: collections.Counter = dataclasses.field(
        default_factory=collections.Counter)
    refusals: list = dataclasses.field(default_factory=list)

    def count(self, kind, state, number=1):
        """Add to one count."""
        self.counts[kind, state] += number

    def compare(self, kind, source, target, same):
        """Count one thing; return whether it must be written."""
        state = (SAME if same(source, target) else
                 NEW if target is None else CHANGED)
        self.count(kind, state)
        return state != SAME

    def of(self, kind, *states):
        """Return how many things of a kind are in one of the states."""
        return sum(self.counts[kind, state] for state in states)

    def total(self, *states):
        """Return how many things of any kind are in one of the states."""
        return sum(self.of(kind, *states) for kind in KINDS)
