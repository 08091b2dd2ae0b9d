# SPDX-License-Identifier: Apache-2.0
"""What one consumer holds in one tree, and a change of a whole tree.

A consumer lives in its *home* tree: there stand its generation, its owner and
the list of other trees where it also holds something. In those other trees
its row carries amounts only.
"""

import dataclasses

from cassandra_scheduler.model import tree as tree_model

#: The type of the consumers that are Nova's servers. Schedulers write it
#: without asking the Placement API, so it exists in every cloud.
INSTANCE = 'INSTANCE'


def _mapping():
    return dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True)
class Consumer:
    """A consumer's row in one tree.

    ``amounts`` maps (provider uuid, resource class) to positive units; the
    store keeps them negative, in the provider's own format. ``claim_id`` is
    made by whoever wrote the row, so that he recognises his own work.
    ``home`` is the id of the home tree; ``also_in`` (home row only) the ids
    of further trees. ``moved_to`` marks a stub: the home is another tree now.
    ``fenced`` marks a row that only stops late writers: the ids of their
    claims, with spaces between.
    """
    uuid: str
    home: str
    amounts: dict = _mapping()
    claim_id: str | None = None
    generation: int = 0
    project_id: str | None = None
    user_id: str | None = None
    consumer_type: str | None = None
    also_in: frozenset = frozenset()
    created_ms: int | None = None
    updated_ms: int | None = None
    moved_to: str | None = None
    fenced: str | None = None

    @property
    def is_forwarding(self):
        """Return whether this row only says where the home is now."""
        return self.moved_to is not None and not self.amounts

    @property
    def stands(self):
        """Return whether this is a consumer, neither a stub nor a fence."""
        return self.fenced is None and not self.is_forwarding

    def blocks(self, claim_id):
        """Return whether this row stops the late writer of that claim."""
        return claim_id in (self.fenced or '').split()

    def home_seen_from(self, tree_id):
        """Return the home tree that this row, of that tree, names."""
        return self.moved_to or self.home or tree_id

    def replace(self, **changes):
        """Return this row with some fields changed."""
        return dataclasses.replace(self, **changes)


@dataclasses.dataclass(frozen=True, slots=True)
class TreeChange:
    """One step of one tree: the state that was read and the one to write.

    ``put`` are consumer rows to write, ``delete`` uuids of consumers whose
    row in this tree goes, ``create`` those among ``put`` that must not exist
    yet (a claim), so that a refusal returns whose they are. ``after`` with
    no providers deletes the tree. ``write_id`` identifies this step for ever.
    ``whole`` writes also the columns that seem not to change, because what
    stands there may differ from what was made of it.
    """
    before: tree_model.Tree
    after: tree_model.Tree
    write_id: str
    put: tuple = ()
    delete: tuple = ()
    create: frozenset = frozenset()
    whole: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class HomeMove:
    """A consumer's locator that follows its home row into another tree.

    ``from_write_id`` is who wrote the locator as it stands, ``write_id`` who
    writes it now. A TreeChange of the same transaction leaves a row at the
    old home that names the new one: a stub with ``moved_to``, or, if something
    is still held there, a row whose ``home`` is the new one.
    """
    consumer_uuid: str
    from_write_id: str
    to_tree: str
    write_id: str
