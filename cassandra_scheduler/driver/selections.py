# SPDX-License-Identifier: Apache-2.0
"""From placements to Nova's Selection objects."""

from nova import objects
from nova.scheduler.client import report

from cassandra_scheduler.driver import allocation_json


def selections(result, evaluator):
    """Return a list of Selections per placement: the chosen host first.

    The alternates after it are not claimed. A conductor that uses one claims
    it with the allocation request in its Selection.
    """
    return [[_selection(evaluator.view(placement.candidate),
                        placement.allocation),
             *(_selection(evaluator.view(spare),
                          next(iter(spare.allocations), None))
               for spare in placement.alternates)]
            for placement in result.placements]


def _selection(view, allocation):
    if allocation is None:
        return objects.Selection.from_host_state(view)
    return objects.Selection.from_host_state(
        view, allocation_request=allocation_json.to_json(allocation),
        allocation_request_version=report.SAME_SUBTREE_VERSION)
