# SPDX-License-Identifier: Apache-2.0
"""What an audit has to say."""

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be.

    ``what`` is wrong and which ``remedy`` heals it, each in one line; no
    remedy: a person has to decide. ``key`` says what was looked at, so that
    it can be looked at again; ``evidence`` is what must still be the same
    then. A ``warning`` may be as somebody wanted it.
    """
    kind: str
    what: str
    key: tuple
    remedy: str = ''
    tree: str = ''
    consumer: str = ''
    evidence: tuple = ()
    warning: bool = False

    def __str__(self):
        return f'{self.kind}: {self.what}'
