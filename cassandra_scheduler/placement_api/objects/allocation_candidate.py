# SPDX-License-Identifier: Apache-2.0
"""Stands for ``AllocationCandidates`` of ``placement.objects``."""

from placement.objects import allocation_candidate

from cassandra_scheduler.placement_api.providers import candidate_search


class AllocationCandidates(allocation_candidate.AllocationCandidates):
    """The allocation candidates of a request, found in a mini-cloud."""

    @classmethod
    def get_by_requests(cls, context, groups, rqparams, nested_aware=True):
        return candidate_search.get_by_requests(
            context, groups, rqparams, nested_aware=nested_aware)
