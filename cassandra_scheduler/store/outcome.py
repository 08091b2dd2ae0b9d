# SPDX-License-Identifier: Apache-2.0
"""The three outcomes of a conditional write.

    Applied    it is written, and no other writer came between
    Rejected   it is not written; here is the state that won
    Unknown    the answer was lost: only a SERIAL read can tell

Code that gets Unknown settles it, as ``small_rows`` and ``tree_rows`` do, or
returns it. It never treats Unknown as one of the other two.
"""

import dataclasses


class Outcome:
    """Base of the three. It has no truth value: a caller must name a case."""
    __slots__ = ()

    def __bool__(self):
        raise TypeError('an outcome has three cases: match Applied, '
                        'Rejected and Unknown')


@dataclasses.dataclass(frozen=True, slots=True)
class Applied(Outcome):
    """The write happened; ``state`` is what was written."""
    state: object = None


@dataclasses.dataclass(frozen=True, slots=True)
class Rejected(Outcome):
    """The write did not happen; ``winner`` is the state that prevented it."""
    winner: object = None


@dataclasses.dataclass(frozen=True, slots=True)
class Unknown(Outcome):
    """The answer was lost; ``cause`` says how, in one line."""
    cause: str = ''
