# SPDX-License-Identifier: Apache-2.0
"""Where the key of a row comes from, in the form of schema 4 and of schema 5.

A provider that is on its way comes from another tree; a renamed resource
class comes from another name. Schema 5 has a column for it. Schema 4 has it
in ``op``, behind a '/'. Services of both schemas run while an operator
upgrades, so this release writes both and reads both:

    who wrote the row     op               column   we read
    schema 4              write_id/tree    null     tree
    schema 5              write_id/tree    tree     tree
    schema 5, then 4      write_id         tree     tree, which is too much

In the last case a service of schema 4 has ended what a newer one began. We
then look into one tree in vain; our next write of the row clears the column.

The next release writes the column alone and drops this module.
"""

from typing import Any

from collections.abc import Mapping

_SEPARATOR = '/'


def op_of(write_id: str, origin: str | None) -> str:
    """Return what to write into ``op``; ``origin`` may be None."""
    return write_id if origin is None else f'{write_id}{_SEPARATOR}{origin}'


def of_row(row: Mapping[str, Any], column: str) -> str | None:
    """Return the origin that a row names in ``column`` or ``op``, or None."""
    return row.get(column) or in_op(row['op'])


def in_op(op: str | None) -> str | None:
    """Return the origin that an ``op`` names, or None."""
    return (op or '').partition(_SEPARATOR)[2] or None
