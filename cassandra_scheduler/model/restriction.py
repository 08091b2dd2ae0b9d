# SPDX-License-Identifier: Apache-2.0
"""What may be asked of the candidate query, and which columns answer.

A restriction is sound or it is a bug: it may only exclude rows that the
filter it comes from would refuse as well.
"""

import dataclasses
from typing import Any

#: Text columns know '=' only, sets know CONTAINS only. IN is for hosts that
#: somebody names; it becomes a query for each of them.
OPERATORS = frozenset({'=', '>=', '<=', 'CONTAINS', 'IN'})


@dataclasses.dataclass(frozen=True, slots=True)
class Column:
    """A searchable column of a tree's root row, as a resource type wants it.

    ``indexed``: worth an index, because some request finds few rows by it;
    other columns are compared row by row after the indexed ones have
    narrowed. ``writer`` is 'lwt' for what follows from the tree's state and
    'heartbeat' for what the reporter writes plainly; a column has one of
    them for ever.
    """
    name: str
    cql_type: str
    indexed: bool = True
    writer: str = 'lwt'


@dataclasses.dataclass(frozen=True, slots=True)
class Restriction:
    """``column operator value``, asked for by ``source`` (a filter's name)."""
    column: str
    operator: str
    value: Any  # of the type of the column
    source: str = ''

    def __post_init__(self) -> None:
        if self.operator not in OPERATORS:
            raise ValueError(f'{self.operator!r} is no operator; '
                             f'use one of {sorted(OPERATORS)}')
