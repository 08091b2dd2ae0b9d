# SPDX-License-Identifier: Apache-2.0
"""The three outcomes of a conditional write.

    Applied    it is written, and no other writer came between
    Rejected   it is not written; here is the state that won
    Unknown    the answer was lost: only a SERIAL read can tell

Code that gets Unknown settles it, as ``small_rows`` and ``tree_rows`` do, or
returns it. It never treats Unknown as one of the other two.
"""

import dataclasses
from typing import Generic
from typing import NoReturn
from typing import TypeVar

from cassandra_scheduler.model import change as change_model
from cassandra_scheduler.model import tree as tree_model

Written = TypeVar('Written', covariant=True)
Winner = TypeVar('Winner', covariant=True)


class _OneOfThree:
    """Base of the three. It has no truth value: a caller must name a case."""
    __slots__ = ()

    def __bool__(self) -> NoReturn:
        raise TypeError('an outcome has three cases: match Applied, '
                        'Rejected and Unknown')


@dataclasses.dataclass(frozen=True, slots=True)
class Applied(_OneOfThree, Generic[Written]):
    """The write happened; ``state`` is what was written."""
    # Without a state it is an Applied[None].
    state: Written = None  # type: ignore[assignment]


@dataclasses.dataclass(frozen=True, slots=True)
class Rejected(_OneOfThree, Generic[Winner]):
    """The write did not happen; ``winner`` is the state that prevented it."""
    # Without a winner it is a Rejected[None].
    winner: Winner = None  # type: ignore[assignment]


@dataclasses.dataclass(frozen=True, slots=True)
class Unknown(_OneOfThree):
    """The answer was lost; ``cause`` says how, in one line."""
    cause: str = ''


#: Outcome[what was written, what prevented it].
Outcome = Applied[Written] | Rejected[Winner] | Unknown
#: Of a write of one tree; None is written where it deletes the tree.
TreeOutcome = Outcome[tree_model.Tree | None, change_model.TreeState]
