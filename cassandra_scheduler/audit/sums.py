# SPDX-License-Identifier: Apache-2.0
"""The rule that the used units of a provider are what its consumers hold.

For the audit, the demo and tests. Pure.
"""

import dataclasses

from cassandra_scheduler.model import capacity
from cassandra_scheduler.model import holdings


@dataclasses.dataclass(frozen=True, slots=True)
class Sum:
    """Units of one class of one provider: counted as used, and held.

    ``inventory`` is None if the tree has none of that class.
    """
    provider: str
    resource_class: str
    used: int
    held: int
    inventory: object

    @property
    def adds_up(self):
        """Return whether the used units are exactly what is held."""
        return self.used == self.held

    @property
    def of_nothing(self):
        """Return whether something is used without an inventory."""
        return bool(self.used) and self.inventory is None

    @property
    def over(self):
        """Return whether more is used than the inventory allows."""
        return self.inventory is not None and not capacity.within(
            self.inventory, self.used)


def of(tree, consumers):
    """Return the Sums of a Tree and all its live Consumers."""
    held, found = holdings.used_by(consumers), []
    for key in sorted({*held, *tree.used}):
        provider = tree.providers.get(key[0])
        found.append(Sum(*key, tree.units_used(*key), held.get(key, 0),
                         provider and provider.inventories.get(key[1])))
    return found
