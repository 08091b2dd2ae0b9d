# SPDX-License-Identifier: Apache-2.0
"""What the decision asks of whoever knows the request's own rules.

CQL narrows, the judge decides, the claim guards. For Nova the judge is made
of Nova's filters and weighers; this room only knows these questions.
"""

import typing


class HostEvaluator(typing.Protocol):
    """Judges Candidates for the claimants of one request, one by one.

    A judge may keep what it works out about a tree by the tree's id, as long
    as the request lasts.
    """

    def begin(self, consumer_spec):
        """Turn to the next claimant."""

    def members(self, uuids):
        """Learn which consumers have been placed in the claimants' group.

        All that is judged from now on has to heed them. Returns the names of
        hosts that must be among the candidates because of them.
        """

    def passes(self, candidates, *, index):
        """Return (those acceptable, filter -> how many it refused).

        ``index`` counts the claimants from 0. Acceptable candidates may come
        back with fewer allocations.
        """

    def rank(self, candidates):
        """Return (weight, candidate) pairs, the best first."""

    def is_mapped(self, candidate):
        """Return whether a last look, just before use, still accepts it."""

    def same_cell(self, candidate, other):
        """Return whether ``other`` may stand in for ``candidate`` later."""

    def usage(self, candidate, allocation):
        """Return what the claim must be counted as until it is reported.

        See model.tree.Pending.usage.
        """

    def reserve(self, candidate, allocation):
        """Learn that the present claimant goes to this candidate."""
