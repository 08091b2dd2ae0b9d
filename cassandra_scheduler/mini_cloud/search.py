# SPDX-License-Identifier: Apache-2.0
"""Allocation candidates of some trees.

``candidates`` runs upstream's search and returns upstream's objects.
``allocation_requests`` returns those of the model. For a tree that allows it,
it takes the short way of ``flat``, which has the same answer.
"""

from placement import exception
from placement.objects import allocation_candidate

from cassandra_scheduler.mini_cloud import cloud as mini_cloud
from cassandra_scheduler.mini_cloud import context as search_context
from cassandra_scheduler.mini_cloud import flat
from cassandra_scheduler.mini_cloud import manifest
from cassandra_scheduler.mini_cloud import translation

_Candidates = allocation_candidate.AllocationCandidates
# The class method without its database transaction.
_search = vars(_Candidates)['_get_by_requests'].__func__.__wrapped__


def candidates(context, groups, params, *, nested_aware=True):
    """Return upstream's AllocationCandidates in ``context.mini_cloud``.

    ``groups``: suffix -> placement.lib.RequestGroup; ``params``: a
    placement.lib.RequestWideParams. Stands for upstream's
    AllocationCandidates.get_by_requests.
    """
    manifest.install()
    try:
        requests, summaries = _search(_Candidates, context, groups, params,
                                      nested_aware=nested_aware)
    except exception.ResourceProviderNotFound:
        requests, summaries = [], []
    return _Candidates(allocation_requests=requests,
                       provider_summaries=summaries)


def allocation_requests(request, trees, *, sharing=()):
    """Return tree id -> AllocationRequests, for ``trees`` that have any.

    ``request``: a ResourceRequest; ``sharing``: more trees, with sharing
    providers that ``trees`` may take from. Upstream's search runs on a cloud
    of all these trees. Each AllocationRequest is listed under the tree of
    its anchor. If it takes from sharing providers only, it has many anchors;
    as with upstream, it is listed under one of them.
    """
    found, others = {}, list(trees)
    if flat.FlatRequest.possible(request):
        found, others = _flat_ones(request, others, sharing)
    if others:
        ids = {tree.id for tree in others}
        for tree_id, requests in _searched(
                request, [*others, *sharing]).items():
            if tree_id in ids:
                found[tree_id] = tuple(requests)
    return found


def _flat_ones(request, trees, sharing):
    """Return (tree id -> AllocationRequests, the trees left to search)."""
    alone, others = [], []
    for tree in trees:
        provider = _only_provider(tree)
        if provider is None or provider.shares:
            others.append(tree)
        else:
            alone.append((tree, provider))
    reached = _sharing_aggregates([*others, *sharing])
    answer = flat.FlatRequest(request).answer
    found = {}
    for tree, provider in alone:
        if not provider.aggregates.isdisjoint(reached):
            others.append(tree)
        elif requests := answer(provider, tree.used):
            found[tree.id] = requests
    return found, others


def _only_provider(tree):
    if len(tree.providers) != 1:
        return None
    provider, = tree.providers.values()
    return provider


def _sharing_aggregates(trees):
    """Return the aggregates with a sharing provider among the members."""
    return {aggregate for tree in trees
            for provider in tree.providers.values()
            if provider.shares
            for aggregate in provider.aggregates}


def _searched(request, trees):
    """Return tree id -> list of AllocationRequests by upstream's search."""
    context = search_context.SearchContext(mini_cloud.MiniCloud(trees))
    tree_of = context.mini_cloud.tree_of
    found = {}
    for upstream in candidates(
            context, translation.groups_to_upstream(request),
            translation.params_to_upstream(request)).allocation_requests:
        tree = tree_of[upstream.anchor_root_provider_uuid]
        found.setdefault(tree.id, []).append(
            translation.allocation_request(upstream))
    return found
