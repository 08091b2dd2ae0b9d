# SPDX-License-Identifier: Apache-2.0
"""Reads what the schedulers wrote down; see ``noting_manager``."""

import dataclasses
import json

#: The file in the demo's folder; a line of JSON for each request.
NOTES = 'decisions.jsonl'


@dataclasses.dataclass(frozen=True, slots=True)
class NotedClaim:
    """A claim: class -> units taken, and units free after it.

    ``raced``: another claim changed the host first, so it was made again.
    """
    scheduler: str
    milliseconds: float
    raced: bool
    taken: dict
    free: dict

    def before_and_after(self, resource_class, unit=1):
        """Return the free amounts before and after it, divided by ``unit``.
        """
        after = self.free.get(resource_class, 0)
        before = after + self.taken.get(resource_class, 0)
        return f'{before / unit:g} -> {after / unit:g}'


# The consumer's lookup row and the tree.
_WRITES_OF_A_CLAIM = 2


def read(folder):
    """Return what was written down so far, oldest first, as dicts."""
    try:
        lines = (folder / NOTES).read_text().splitlines()
    except FileNotFoundError:
        return []
    return [json.loads(line) for line in lines]


def claims(decisions):
    """Return server uuid -> its newest NotedClaim, the oldest claim first.
    """
    found = {}
    for decision in decisions:
        for place in decision['places']:
            found.pop(place['server'], None)
            found[place['server']] = NotedClaim(
                decision['scheduler'], decision['claim_ms'],
                decision['writes'] > _WRITES_OF_A_CLAIM * len(
                    decision['places']), place['taken'], place['free'])
    return found


def last_reason(decisions):
    """Return why the newest failed request failed, or None."""
    return next((decision['why'] for decision in reversed(decisions)
                 if decision['why']), None)
