# SPDX-License-Identifier: Apache-2.0
"""From places to Nova's Selection objects."""

from nova import objects
from nova.scheduler.client import report

from cassandra_scheduler.driver import allocation_json


def selections(placed, judge):
    """Return a list of Selections per place: the chosen host first.

    The alternates after it are not claimed; a conductor that turns to one
    claims it with the allocation request in its Selection.
    """
    return [[_selection(judge.view(place.candidate), place.allocation),
             *(_selection(judge.view(spare), next(iter(spare.allocations),
                                                  None))
               for spare in place.alternates)]
            for place in placed.placements]


def _selection(view, allocation):
    if allocation is None:
        return objects.Selection.from_host_state(view)
    return objects.Selection.from_host_state(
        view, allocation_request=allocation_json.to_json(allocation),
        allocation_request_version=report.SAME_SUBTREE_VERSION)
