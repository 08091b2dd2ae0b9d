# SPDX-License-Identifier: Apache-2.0
"""The candidates of one request, one page after the other.

A page of trees is read for each variant of the request and searched for what
could be allocated there. A page is no final selection: pages follow until
the caller has found a host, or until all trees that satisfy the restrictions
have been seen.
"""

from collections.abc import Iterator, Mapping, Sequence
import dataclasses
import itertools
import random as random_module
from typing import Protocol

from cassandra_scheduler.model import resource_request as request_model
from cassandra_scheduler.model import restriction as restriction_model
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.scheduling import placement_request
from cassandra_scheduler.scheduling import query_plan
from cassandra_scheduler.scheduling import sharing as sharing_trees
from cassandra_scheduler.scheduling import transcript
from cassandra_scheduler.store import opening
from cassandra_scheduler.store import session as store_session

_NOTHING = request_model.ResourceRequest()


class CommonType(Protocol):
    """What all trees have in common, whatever they are."""

    def searchable(self, tree: tree_model.Tree) -> Mapping[str, object]:
        """Return column -> value of a tree."""

    def restrictions(self, request: request_model.ResourceRequest, *,
                     shared_classes: frozenset[str]
                     ) -> Sequence[restriction_model.Restriction]:
        """Return what a request asks of any tree."""


class ScheduledType(Protocol):
    """The type of what is scheduled, such as a compute host."""

    @property
    def name(self) -> str:
        """The ``resource_type`` of its trees."""

    def searchable(self, tree: tree_model.Tree) -> Mapping[str, object]:
        """Return column -> value of a tree."""

    def restrictions(self, request: request_model.ResourceRequest, *,
                     host: str | None, node: str | None,
                     shared_classes: frozenset[str]
                     ) -> Sequence[restriction_model.Restriction]:
        """Return what a request asks of a tree of this type."""


class Search(Protocol):
    """Finds what could be allocated, as Placement would."""

    def __call__(self, request: request_model.ResourceRequest,
                 trees: Sequence[tree_model.Tree], *,
                 sharing: Sequence[tree_model.Tree]) -> Mapping[
                     str, tuple[request_model.AllocationRequest, ...]]:
        """Return tree id -> AllocationRequests, of trees that have any."""


@dataclasses.dataclass(frozen=True, slots=True)
class SchedulingContext:
    """What the scheduling of a request works with, beside the request.

    ``store``: the Store of the cloud, which is read and written.
    ``resource_type``: the resource type that is scheduled, such as compute.
    ``base_type``: the resource type with what all trees have in common. Both
    turn a request into Restrictions.
    ``search``: finds what Placement would find.
    ``options``: the SchedulerOptions of the operator.
    ``sharing``: the Sharing of the cloud, trees that other trees take from.
    """
    store: opening.Store
    resource_type: ScheduledType
    base_type: CommonType
    search: Search
    options: placement_request.SchedulerOptions
    sharing: sharing_trees.Sharing


def restrictions(request: placement_request.PlacementRequest,
                 variant: request_model.ResourceRequest, *,
                 context: SchedulingContext,
                 shared_classes: frozenset[str] = frozenset()
                 ) -> tuple[restriction_model.Restriction, ...]:
    """Return the Restrictions on trees that may serve one variant.

    ``request``: a PlacementRequest; ``variant``: a ResourceRequest;
    ``shared_classes``: the resource classes that other trees may provide.
    """
    return (*context.resource_type.restrictions(
                variant, host=request.host, node=request.node,
                shared_classes=shared_classes),
            *context.base_type.restrictions(
                variant, shared_classes=shared_classes),
            *request.restrictions)


class CandidateSource:
    """Reads the candidates of one request; see the module.

    ``request``: a PlacementRequest; ``notes`` are told of each query;
    ``random`` draws the start of a scan.
    """

    def __init__(self, request: placement_request.PlacementRequest, *,
                 context: SchedulingContext, notes: transcript.Notes,
                 random: random_module.Random) -> None:
        self._request = request
        self._context = context
        self._notes = notes
        self._random = random
        self._seen: set[str] = set()     # ids of trees

    def __iter__(self) -> Iterator[tuple[placement_request.Candidate, ...]]:
        return self.pages()

    @property
    def sampled(self) -> bool:
        """Whether the first page is only a sample of a large cloud."""
        return self._context.store.scan.is_large()

    def pages(self) -> Iterator[tuple[placement_request.Candidate, ...]]:
        """Yield tuples of new Candidates until there are no more.

        One stale replica is not enough to refuse a request. So at the end
        everything is read again: at read consistency, and with the sharing
        trees that exist by now.
        """
        yield from self.pages_at(store_session.CANDIDATES)
        if self._request.variants:
            self._context.sharing.read_list()
        yield from self.pages_at(store_session.READ)

    def pages_at(self, level: str
                 ) -> Iterator[tuple[placement_request.Candidate, ...]]:
        """Yield tuples of new Candidates, all from one consistency level."""
        variants = self._request.variants or (None,)
        sharing = (self._context.sharing.trees() if self._request.variants
                   else ())
        self._notes.rows(len(sharing))
        for pages in itertools.zip_longest(*(
                self._trees(variant, sharing, level)
                for variant in variants)):
            found: dict[str, placement_request.Candidate] = {}
            for variant, trees in zip(variants, pages):
                if trees is not None:
                    self._search(variant, trees, sharing, found)
            self._seen.update(found)
            if found:
                yield tuple(found.values())

    def _search(self, variant: request_model.ResourceRequest | None,
                trees: Sequence[tree_model.Tree],
                sharing: Sequence[tree_model.Tree],
                found: dict[str, placement_request.Candidate]) -> None:
        """Add the Candidates among new trees to ``found``, by tree id.

        A tree that serves several variants keeps the allocations of the
        first one first.
        """
        trees = [tree for tree in trees if tree.id not in self._seen]
        with self._notes.step('search', len(trees)) as out:
            allocations = (
                dict.fromkeys((tree.id for tree in trees), ())
                if variant is None else
                self._context.search(variant, trees, sharing=sharing))
            for tree in trees:
                if tree.id in allocations:
                    before = (found[tree.id].allocations
                              if tree.id in found else ())
                    found[tree.id] = placement_request.Candidate(
                        tree, before + allocations[tree.id])
            out(len(found))

    def _trees(self, variant: request_model.ResourceRequest | None,
               sharing: Sequence[tree_model.Tree], level: str
               ) -> Iterator[tuple[tree_model.Tree, ...]]:
        """Yield tuples of Trees that may serve one variant.

        In a large cloud the first page would hardly hold a preferred host.
        So the trees of preferred hosts are read together with it.
        """
        request, store = self._request, self._context.store
        plan = self._plan(request, variant, sharing)
        if request.host or request.node:
            yield from self._read(plan, level)
            return
        pages = self._read(plan, level, random=self._random)
        if (plan.hosts is None and request.preferred_hosts and
                store.scan.is_large(plan.restrictions)):
            first: dict[str, tree_model.Tree] = {}
            for host in request.preferred_hosts:
                pinned = dataclasses.replace(request, host=host)
                for trees in self._read(
                        self._plan(pinned, variant, sharing), level):
                    first.update((tree.id, tree) for tree in trees)
            first.update((tree.id, tree) for tree in next(pages, ()))
            yield tuple(first.values())
        yield from pages

    def _plan(self, request: placement_request.PlacementRequest,
              variant: request_model.ResourceRequest | None,
              sharing: Sequence[tree_model.Tree]) -> query_plan.QueryPlan:
        """Return the QueryPlan for one variant of a PlacementRequest."""
        return query_plan.plan(
            restrictions(request, variant or _NOTHING, context=self._context,
                         shared_classes=sharing_trees.classes(sharing)),
            indexed=self._context.store.query.indexed)

    def _read(self, plan: query_plan.QueryPlan, level: str, *,
              random: random_module.Random | None = None
              ) -> Iterator[tuple[tree_model.Tree, ...]]:
        """Yield tuples of Trees; each read is one query in the notes."""
        scan, options = self._context.store.scan, self._context.options
        sample = max(options.sample, len(self._request.consumers))
        if plan.hosts is not None:
            pages = scan.pages_of_hosts(
                plan.restrictions, plan.hosts, limit=options.page,
                sample=sample, random=self._random, level=level)
        else:
            pages = scan.pages(
                plan.restrictions, limit=options.page, sample=sample,
                random=random, level=level)
        for page in self._notes.queries(pages, plan.restrictions,
                                        lead=plan.lead):
            if page.trees:
                yield page.trees
