# SPDX-License-Identifier: Apache-2.0
"""What one consumer holds in one tree, and a change of a whole tree.

A consumer lives in its *home* tree: there stand its generation, its owner and
the list of other trees where it also holds something. In those other trees
its row carries amounts only.
"""

import dataclasses

from cassandra_scheduler.model import tree as tree_model


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
    ``fenced`` marks a row that only stops a late writer with that claim id.
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

    def replace(self, **changes):
        """Return this row with some fields changed."""
        return dataclasses.replace(self, **changes)


@dataclasses.dataclass(frozen=True, slots=True)
class TreeChange:
    """One step of one tree: the state that was read and the one to write.

    ``put`` are consumer rows to write, ``delete`` uuids of consumers whose
    row in this tree goes, ``create`` those among ``put`` that must not exist
    yet (a claim), so that a refusal returns whose they are. ``after`` with
    no providers deletes the tree. ``op`` identifies this step for ever.
    """
    before: tree_model.Tree
    after: tree_model.Tree
    op: str
    put: tuple = ()
    delete: tuple = ()
    create: frozenset = frozenset()
