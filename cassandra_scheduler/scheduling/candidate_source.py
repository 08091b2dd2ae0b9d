# SPDX-License-Identifier: Apache-2.0
"""The candidates of a request, round by round.

A round is a page of trees for each variant of the request, and what could be
allocated in them. A page is not a cut: rounds go on until all trees that
satisfy the restrictions have been seen, or the caller has found a place.
"""

import dataclasses
import functools

from cassandra_scheduler.model import resource_request as request_model
from cassandra_scheduler.scheduling import placement_request as words
from cassandra_scheduler.scheduling import query_plan
from cassandra_scheduler.scheduling import ring as rings
from cassandra_scheduler.scheduling import sharing as sharing_trees
from cassandra_scheduler.store import session as store_session

_NOTHING = request_model.ResourceRequest()


@dataclasses.dataclass(frozen=True, slots=True)
class SchedulingContext:
    """What a decision works with.

    ``store`` of one cloud; ``base`` and ``kind``, the resource types that
    turn the request into restrictions; ``search(request, trees, sharing=)``
    returns tree id -> AllocationRequests; ``options`` of the operator;
    ``sharing`` and ``ring``, the process's memory.
    """
    store: object
    base: object
    kind: object
    search: object
    options: words.SchedulerOptions
    sharing: sharing_trees.Sharing
    ring: rings.Ring


def restrictions(wanted, request, *, context, shared_classes=frozenset()):
    """Return the Restrictions on trees that may serve one variant."""
    return (*context.kind.restrictions(
        request, host=wanted.host, node=wanted.node,
        shared_classes=shared_classes),
        *context.base.restrictions(request, shared_classes=shared_classes),
        *wanted.restrictions)


class CandidateSource:
    """Reads the candidates of one request; see the module."""

    def __init__(self, wanted, *, context, notes, random):
        self._wanted = wanted
        self._world = context
        self._notes = notes
        self._random = random
        self._seen = set()

    def __iter__(self):
        """Yield tuples of new Candidates until there are no more.

        A request that found nothing among them is not refused on the word
        of one replica: everything is read once more, from a quorum, with
        the sharing providers that there are by now.
        """
        yield from self._walks(store_session.CANDIDATES)
        if self._wanted.variants:
            self._world.sharing.changed()
        yield from self._walks(store_session.READ)

    def _walks(self, level):
        """Yield tuples of Candidates from one walk for each variant."""
        sharing = (self._world.sharing.trees() if self._wanted.variants
                   else ())
        self._notes.rows(len(sharing))
        walks = [(variant, self._walk(variant, level, sharing))
                 for variant in self._wanted.variants or (None,)]
        while walks:
            found, going_on = {}, []
            for variant, pages in walks:
                trees = next(pages, None)
                if trees is not None:
                    going_on.append((variant, pages))
                    self._search(variant, trees, sharing, found)
            walks = going_on
            self._seen.update(found)
            if found:
                yield tuple(found.values())

    def _search(self, variant, trees, sharing, found):
        """Put the new Candidates among ``trees`` into ``found``."""
        trees = [tree for tree in trees if tree.id not in self._seen]
        with self._notes.step('search', len(trees)) as out:
            ways = (dict.fromkeys((tree.id for tree in trees), ())
                    if variant is None else self._world.search(
                        variant, trees, sharing=sharing))
            for tree in trees:
                if tree.id in found:
                    found[tree.id] = found[tree.id].replace(
                        allocations=found[tree.id].allocations +
                        ways.get(tree.id, ()))
                elif tree.id in ways:
                    found[tree.id] = words.Candidate(tree, ways[tree.id])
            out(len(found))

    def _walk(self, variant, level, sharing):
        """Return a generator of tuples of trees for one variant."""
        classes = sharing_trees.classes(sharing)

        def planned(wanted):
            return self._plan(restrictions(
                wanted, variant or _NOTHING, context=self._world,
                shared_classes=classes))

        def reader(plan):
            return functools.partial(self._read, plan, level=level)

        wanted, limit = self._wanted, self._world.options.page
        plan = planned(wanted)
        if plan.hosts is not None:
            return self._hosts(plan, level)
        if wanted.host or wanted.node:
            return rings.walk(reader(plan), limit=limit)
        ring = self._world.ring.of(plan.restrictions)
        pages = rings.walk(reader(plan), limit=limit, ring=ring,
                           random=self._random, first=self._first())
        if not ring.large:
            return pages
        return _beside(pages, [
            rings.walk(reader(planned(dataclasses.replace(wanted, host=host))),
                       limit=limit) for host in wanted.preferred_hosts
        ])

    def _plan(self, asked):
        return query_plan.plan(
            asked, indexed=self._world.store.candidates.indexed)

    def _hosts(self, plan, level):
        """Yield the trees of hosts by name, as pages of a walk.

        Those of a page at once; of more, a sample that is another one every
        time, and twice as many after that.
        """
        names, size = list(plan.hosts), self._world.options.page
        if len(names) > size:
            self._random.shuffle(names)
            size = self._first()
        while names:
            some, names = names[:size], names[size:]
            size = min(2 * size, self._world.options.page)
            page = self._noted(plan, functools.partial(
                self._world.store.candidates.read_hosts, plan.restrictions,
                some, level=level))
            if page.trees:
                yield page.trees

    def _first(self):
        """Return how many trees to begin with in a large cloud."""
        return max(self._world.options.sample, len(self._wanted.consumers))

    def _read(self, plan, **where):
        return self._noted(plan, functools.partial(
            self._world.store.candidates.read, plan.restrictions, **where))

    def _noted(self, plan, read):
        with self._notes.step('read') as out:
            page = read()
            out(page.rows_read)
        self._notes.query(plan.restrictions, page.rows_read, lead=plan.lead)
        return page


def _beside(pages, walks):
    """Yield the pages, and everything the walks find with the first."""
    first = {tree.id: tree for walk in walks for trees in walk
             for tree in trees}
    first.update((tree.id, tree) for tree in next(pages, ()))
    yield tuple(first.values())
    yield from pages
