# SPDX-License-Identifier: Apache-2.0
"""What the schedulers wrote down, as values; see ``watching``."""

import dataclasses
import json

#: The file in the demo's folder; a line of JSON for each request.
NOTES = 'decisions.jsonl'


@dataclasses.dataclass(frozen=True, slots=True)
class Claim:
    """A claim: class -> units taken, and units free once it was made.

    ``raced``: somebody else changed something first, so it was made anew.
    """
    scheduler: str
    milliseconds: float
    raced: bool
    taken: dict
    free: dict

    def before_and_after(self, resource_class, unit=1):
        """Return what was free before and after, in multiples of ``unit``.
        """
        after = self.free.get(resource_class, 0)
        before = after + self.taken.get(resource_class, 0)
        return f'{before / unit:g} -> {after / unit:g}'


# The consumer's locator and the tree.
_WRITES_OF_A_CLAIM = 2


def read(folder):
    """Return what was written down so far, oldest first, as dicts."""
    try:
        lines = (folder / NOTES).read_text().splitlines()
    except FileNotFoundError:
        return []
    return [json.loads(line) for line in lines]


def claims(decisions):
    """Return server uuid -> its newest Claim, in the order of the claims."""
    found = {}
    for decision in decisions:
        for place in decision['places']:
            found.pop(place['server'], None)
            found[place['server']] = Claim(
                decision['scheduler'], decision['claim_ms'],
                decision['writes'] > _WRITES_OF_A_CLAIM * len(
                    decision['places']), place['taken'], place['free'])
    return found


def last_reason(decisions):
    """Return why the newest request that failed did, or None."""
    return next((decision['why'] for decision in reversed(decisions)
                 if decision['why']), None)
