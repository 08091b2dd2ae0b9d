# SPDX-License-Identifier: Apache-2.0
"""The tests that are left out, each with the reason why.

One line each: a regular expression on the test id, white space, ``#``, the
reason. A line without a reason is an error, so that nothing is left out in
silence.
"""

import dataclasses
import re

#: An expression has no white space; its reason begins at the first "#".
_LINE = re.compile(r'(?P<expression>\S+)\s+#\s*(?P<reason>\S.*)')


class BadLine(Exception):
    """A line of the exclusion file that cannot be used."""


@dataclasses.dataclass(frozen=True)
class Exclusion:
    """Tests whose id the expression finds, and why they are left out."""
    expression: re.Pattern
    reason: str

    def covers(self, test_id):
        """Return whether this test is left out."""
        return self.expression.search(test_id) is not None


def parse(lines, *, name='excluded.txt'):
    """Return the exclusions in these lines, in their order.

    Empty lines, and lines that begin with ``#``, say nothing. Raises BadLine
    for a line without a reason or with a broken expression.
    """
    found = []
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if not text or text.startswith('#'):
            continue
        found.append(_parse_line(text, f'{name}, line {number}'))
    return tuple(found)


def read(path):
    """Return the exclusions in the file at this path."""
    return parse(path.read_text(encoding='utf-8').splitlines(),
                 name=path.name)


def split(test_ids, exclusions):
    """Divide test ids into those to run and those left out.

    Returns (ids, [(id, reason)]), both in the order given.
    """
    kept, left_out = [], []
    for test_id in test_ids:
        reason = next((exclusion.reason for exclusion in exclusions
                       if exclusion.covers(test_id)), None)
        if reason is None:
            kept.append(test_id)
        else:
            left_out.append((test_id, reason))
    return kept, left_out


def _parse_line(text, place):
    match = _LINE.fullmatch(text)
    if match is None:
        raise BadLine(f'{place}: write "expression  # reason"; found: {text}')
    try:
        return Exclusion(re.compile(match['expression']), match['reason'])
    except re.error as exc:
        raise BadLine(f'{place}: {match["expression"]} is no regular '
                      f'expression: {exc}') from None
