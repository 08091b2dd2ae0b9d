# SPDX-License-Identifier: Apache-2.0
"""The three ends a conditional write can have.

    Applied    it is written, and nobody came between
    Rejected   it is not written; here is who won
    Unknown    the answer was lost: only a SERIAL read can tell
"""

import dataclasses


class Outcome:
    """Base of the three; it has no truth value, so nobody can forget one."""
    __slots__ = ()

    def __bool__(self):
        raise TypeError('an outcome has three cases: match Applied, '
                        'Rejected and Unknown')


@dataclasses.dataclass(frozen=True, slots=True)
class Applied(Outcome):
    """The write happened; ``state`` is what stands there now."""
    state: object = None


@dataclasses.dataclass(frozen=True, slots=True)
class Rejected(Outcome):
    """The write did not happen; ``winner`` is the state that prevented it."""
    winner: object = None


@dataclasses.dataclass(frozen=True, slots=True)
class Unknown(Outcome):
    """The answer was lost; ``cause`` says how, in one line."""
    cause: str = ''
