# SPDX-License-Identifier: Apache-2.0
"""Where the key of a row comes from, as schema 4 and schema 5 write it.

A provider that is moving comes from another tree, a renamed resource class
from another name. Schema 5 has a column for it. Schema 4 has it in ``op``,
behind a '/'. Services of both schemas may run while an operator upgrades, so
we write both and read both:

    row of         op               column     read as
    schema 4       write_id/tree    null       tree
    schema 5       write_id/tree    tree       tree
    4 after 5      write_id         tree       tree: see below

A service of schema 4 that ends the move of a newer one leaves the column
behind. A reader then looks at one tree too many, and does not find the
provider there. The next write of a newer service clears the column.

The next release writes the column alone, and this module goes.
"""

_SEPARATOR = '/'


def op_of(write_id, origin):
    """Return what to write into ``op``; ``origin`` may be None."""
    return write_id if origin is None else f'{write_id}{_SEPARATOR}{origin}'


def in_op(op):
    """Return the origin that an ``op`` carries, or None."""
    return (op or '').partition(_SEPARATOR)[2] or None
