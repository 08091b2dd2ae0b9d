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
    return tuple(_text(lines, number) for number, line in enumerate(lines)
                 if _ENDED.fullmatch(line))


def _text(lines, number):
    """Return the id of a test, and below it how its traceback ends."""
    below = itertools.takewhile(lambda line: not _ANOTHER.match(line),
                                lines[number + 1:])
    said = [line for line in below
            if line.strip(' ~') and not line.startswith('Captured')]
    return '\n'.join([_ENDED.fullmatch(lines[number])[2], *said[-KEPT:]])
