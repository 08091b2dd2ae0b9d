# SPDX-License-Identifier: Apache-2.0
"""Who a consumer is, and what it holds in one tree.

A consumer lives in its *home* tree: there stand its generation, its owner and
the list of other trees where it also holds something. In those other trees
its row carries amounts only.
"""

from collections.abc import Mapping
import dataclasses
from typing import Any

#: The type of the consumers that are Nova's servers. Schedulers write it
#: without asking the Placement API, so it exists in every cloud.
INSTANCE = 'INSTANCE'


@dataclasses.dataclass(frozen=True, slots=True)
class ConsumerSpec:
    """Who is to hold something: a server, or another consumer.

    Without a uuid nothing is claimed for it.
    """
    uuid: str
    project_id: str | None = None
    user_id: str | None = None
    consumer_type: str | None = INSTANCE


@dataclasses.dataclass(frozen=True, slots=True)
class Consumer:
    """A consumer's row in one tree.

    ``amounts`` maps (provider uuid, resource class) to positive units; the
    store keeps them negative, in the provider's own format. ``claim_id`` is
    the id of the write that made the row, so a writer recognises its own.
    ``home`` is the id of the home tree; ``also_in`` (home row only) the ids
    of further trees. ``moved_to`` marks a forwarding row: the home is another
    tree now. ``blocked_claims`` marks a claim tombstone: a row that only
    stops late writers, with the ids of their claims.
    """
    uuid: str
    home: str
    amounts: Mapping[tuple[str, str], int] = dataclasses.field(
        default_factory=dict)
    claim_id: str | None = None
    generation: int = 0
    project_id: str | None = None
    user_id: str | None = None
    consumer_type: str | None = None
    also_in: frozenset[str] = frozenset()
    created_ms: int | None = None
    updated_ms: int | None = None
    moved_to: str | None = None
    blocked_claims: tuple[str, ...] = ()

    @property
    def is_forwarding(self) -> bool:
        """Return whether this row only says where the home is now."""
        return self.moved_to is not None and not self.amounts

    @property
    def is_tombstone(self) -> bool:
        """Return whether this row only stops late writers."""
        return bool(self.blocked_claims)

    @property
    def is_live(self) -> bool:
        """Return whether the consumer holds something by this row."""
        return not self.is_tombstone and not self.is_forwarding

    def blocks(self, claim_id: str) -> bool:
        """Return whether this row stops the late writer of that claim."""
        return claim_id in self.blocked_claims

    def home_seen_from(self, tree_id: str) -> str:
        """Return the home tree that this row, of that tree, names."""
        return self.moved_to or self.home or tree_id

    def replace(self, **changes: Any) -> 'Consumer':
        """Return this row with some fields changed."""
        return dataclasses.replace(self, **changes)
