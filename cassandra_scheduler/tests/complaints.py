# SPDX-License-Identifier: Apache-2.0
"""What stestr printed of the tests that failed, found again among the rest.

Promises: the id of every test that failed, with the end of its traceback, so
that the last page of a long log tells what was wrong. Read next: tests/all.
"""

import itertools
import re

#: Lines kept of one traceback, from its end: where it broke, and why.
KEPT = 20

_ENDED = re.compile(r'(\{\d+\} )?(.+?)( \[[\d.]+s\])? \.\.\. FAILED')
_ANOTHER = re.compile(r'\{\d+\} |=+$|Captured (?!traceback)')


def found(lines):
    """Return a tuple of texts, one for each test that failed."""
    return tuple(_text(ended[2], lines[number + 1:])
                 for number, line in enumerate(lines)
                 if (ended := _ENDED.fullmatch(line)))


def _text(test_id, following):
    """Return the id of a test, and below it how its traceback ends."""
    below = itertools.takewhile(lambda line: not _ANOTHER.match(line),
                                following)
    said = [line for line in below
            if line.strip(' ~') and not line.startswith('Captured')]
    return '\n'.join([test_id, *said[-KEPT:]])
