# SPDX-License-Identifier: Apache-2.0
"""Searches the allocation candidates of GET /allocation_candidates.

Cassandra narrows the cloud to the trees that may satisfy a request.
Placement's own search then runs over these and the sharing trees. A request
with a limit reads only as many pages as it needs:

    page of trees -> search -> enough? -> search what matched, once, limited
         ^                       |no
         +-----------------------+
"""

import functools
import random

import os_traits

from cassandra_scheduler.mini_cloud import cloud as mini_cloud
from cassandra_scheduler.mini_cloud import context as search_context
from cassandra_scheduler.mini_cloud import search
from cassandra_scheduler.mini_cloud import translation
from cassandra_scheduler.resource_types import loading
from cassandra_scheduler.scheduling import sharing as sharing_trees
from cassandra_scheduler.store import session as store_session

#: The most trees of one page, and the fewest if the request has a limit.
PAGE = 1000
SMALLEST_PAGE = 50


def get_by_requests(context, groups, rqparams, nested_aware=True):
    """Return upstream's AllocationCandidates for a request.

    ``context``: a request context with ``store`` (the Store), ``config``
    and upstream's caches of names; ``groups``: suffix ->
    placement.lib.RequestGroup; ``rqparams``: placement.lib.
    RequestWideParams. Raises upstream's ResourceClassNotFound and
    TraitNotFound. Stands for AllocationCandidates.get_by_requests. Reads
    many partitions at read consistency, so that clients of the API find what
    they wrote.
    """
    _check_names(context, groups, rqparams)
    sharing = sharing_trees.Sharing(context.store).trees()
    trait_order = TraitOrder(context)

    def run(trees):
        cloud = mini_cloud.MiniCloud([*trees, *sharing],
                                     trait_order=trait_order)
        return cloud, search.candidates(
            search_context.SearchContext(cloud, config=context.config),
            groups, rqparams, nested_aware=nested_aware)

    pages = _pages(context, translation.request_from_upstream(
        groups, rqparams), sharing, rqparams.limit)
    if not rqparams.limit:
        return run([tree for page in pages for tree in page])[1]
    return _until(rqparams.limit, pages, run)


class TraitOrder:
    """Sorts traits as Placement numbers them: standard, then custom traits.

    Custom traits are sorted by their creation; they are read when the first
    of them is compared.
    """

    _standard = {name: number
                 for number, name in enumerate(os_traits.get_traits())}

    def __init__(self, context):
        self._cache = context.trait_cache

    def __call__(self, trait):
        if trait in self._standard:
            return 0, self._standard[trait], trait
        return 1, self._custom.get(trait, len(self._custom)), trait

    @functools.cached_property
    def _custom(self):
        return {attributes.name: number for number, attributes
                in enumerate(self._cache.get_all())}


def _check_names(context, groups, params):
    """Raise as upstream does when a class or a trait does not exist."""
    for group in groups.values():
        for resource_class in group.resources:
            context.rc_cache.id_from_string(resource_class)
    traits = set().union(params.anchor_required_traits or (),
                         params.anchor_forbidden_traits or ())
    for group in groups.values():
        traits = traits.union(group.forbidden_traits, *group.required_traits)
    for trait in sorted(traits):
        context.trait_cache.id_from_string(trait)


def _pages(context, request, sharing, limit):
    """Yield tuples of the trees that may satisfy the request."""
    store = context.store
    pinned = _pinned_trees(store, request)
    if pinned is not None:
        yield pinned
        return
    restrictions = _restrictions(
        request, shared_classes=sharing_trees.classes(sharing))
    anywhere = context.config.placement.randomize_allocation_candidates
    for page in store.scan.pages(
            restrictions, level=store_session.READ,
            limit=min(PAGE, max(limit, SMALLEST_PAGE)) if limit else PAGE,
            random=random if anywhere else None):
        if page.trees:
            yield page.trees


def _pinned_trees(store, request):
    """Return the trees that ``in_tree`` allows, or None for any tree.

    If a group must come from a tree without sharing providers, all groups
    must come from there.
    """
    uuids = {group.in_tree for group in request.groups if group.in_tree}
    if not uuids:
        return None
    ids = {row.value for row
           in store.provider_trees.find_many(sorted(uuids)).values()}
    trees = store.trees.find_many(sorted(ids))
    if any(provider.shares for tree in trees
           for provider in tree.providers.values()):
        return None
    return trees


def _restrictions(request, *, shared_classes):
    return (loading.get('base').restrictions(
                request, shared_classes=shared_classes) +
            loading.get('compute').amount_restrictions(
                request, shared_classes=shared_classes))


def _until(limit, pages, run):
    """Search page by page until ``limit`` allocation requests are found.
    """
    matched, seen, count = {}, set(), 0
    for page in pages:
        cloud, found = run(page)
        count += 1
        seen.update(found.allocation_requests)
        for uuid in _found_providers(found):
            tree = cloud.tree_of[uuid]
            matched[tree.id] = tree
        if len(seen) >= limit:
            break
    return found if count == 1 else run(matched.values())[1]


def _found_providers(found):
    """Return uuids of providers; at least one of each tree that was found."""
    return {request.anchor_root_provider_uuid
            for request in found.allocation_requests}.union(
        summary.resource_provider.uuid
        for summary in found.provider_summaries)
