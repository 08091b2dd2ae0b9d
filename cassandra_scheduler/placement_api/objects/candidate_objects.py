# SPDX-License-Identifier: Apache-2.0
"""Stands for ``AllocationCandidates`` of ``placement.objects``."""

from placement.objects import allocation_candidate

from cassandra_scheduler.placement_api.objects import allocation_candidates


class AllocationCandidates(allocation_candidate.AllocationCandidates):
    """What may be allocated for a request; found in a mini-cloud."""

    @classmethod
    def get_by_requests(cls, context, groups, rqparams, nested_aware=True):
        return allocation_candidates.get_by_requests(
            context, groups, rqparams, nested_aware=nested_aware)
