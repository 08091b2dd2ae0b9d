# SPDX-License-Identifier: Apache-2.0
"""How long each test took, found in what stestr printed.

Promises: the seconds and the id of every test that ended, whatever became of
it. What a class sets up once for all its tests is not among them: stestr
prints no time for that. Read next: tests/all.
"""

import re

_ENDED = re.compile(r'(?:\{\d+\} )?(\S.*?) \[([\d.]+)s\] \.\.\. ')


def found(lines):
    """Return a tuple of (seconds, test id), one for each test that ended."""
    return tuple((float(ended[2]), ended[1]) for line in lines
                 if (ended := _ENDED.match(line)))
