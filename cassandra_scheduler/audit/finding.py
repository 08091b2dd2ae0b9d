# SPDX-License-Identifier: Apache-2.0
"""The result of an audit: findings."""

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    ``what`` is wrong and which ``remedy`` heals it, each in one line. Without
    a remedy a person has to decide. ``key``: what was looked at, to look at
    it again. ``evidence``: what must still be the same then. A ``warning``
    may be intended.
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
