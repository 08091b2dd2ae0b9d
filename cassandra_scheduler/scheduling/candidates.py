# SPDX-License-Identifier: Apache-2.0
"""The candidates of a request, round by round.

A round is a page of trees for each variant of the request, and what could be
allocated in them. A page is not a cut: rounds go on until all trees that
satisfy the restrictions have been seen, or the caller has found a place.
"""

import dataclasses
import itertools

from cassandra_scheduler.model import request as request_model
from cassandra_scheduler.scheduling import ring as rings
from cassandra_scheduler.scheduling import sharing as sharing_trees
from cassandra_scheduler.scheduling import wanted as words

#: A request that looks at everything reads pages so many times larger.
WHOLE = 10
_NOTHING = request_model.ResourceRequest()


@dataclasses.dataclass(frozen=True, slots=True)
class World:
    """What a decision works with.

    ``store`` of one cloud; ``base`` and ``kind``, the resource types that
    turn the request into restrictions; ``search(request, trees, sharing=)``
    returns tree id -> AllocationRequests; ``manners`` of the operator;
    ``sharing`` and ``ring``, the process's memory.
    """
    store: object
    base: object
    kind: object
    search: object
    manners: words.Manners
    sharing: sharing_trees.Sharing
    ring: rings.Ring


def restrictions(wanted, request, *, world, shared_classes=frozenset()):
    """Return the Restrictions on trees that may serve one variant."""
    return (*world.kind.restrictions(
        request, host=wanted.host, node=wanted.node,
        seen_since=wanted.seen_since, shared_classes=shared_classes),
        *world.base.restrictions(request, shared_classes=shared_classes))


def rounds(wanted, *, world, notes, random):
    """Yield tuples of new Candidates; see the module.

    When all trees were seen and the cloud turns out to have other sharing
    providers than was thought, they are all looked at again.
    """
    seen = set()
    yield from _rounds(wanted, seen, world=world, notes=notes, random=random)
    if wanted.variants and world.sharing.changed():
        yield from _rounds(wanted, seen, world=world, notes=notes,
                           random=random)


def _rounds(wanted, seen, *, world, notes, random):
    sharing = world.sharing.trees() if wanted.variants else ()
    walks = [(variant, _walk(wanted, variant, world=world, notes=notes,
                             random=random, sharing=sharing))
             for variant in wanted.variants or (None,)]
    while walks:
        found, going_on = {}, []
        for variant, pages in walks:
            trees = next(pages, None)
            if trees is None:
                continue
            going_on.append((variant, pages))
            with notes.step('search', len(trees)) as out:
                out(_collect(found, seen, trees, world.search(
                    variant, trees, sharing=sharing) if variant else None))
        walks = going_on
        seen.update(found)
        if walks:
            yield tuple(found.values())


def _collect(found, seen, trees, allocations):
    """Put the Candidates among ``trees`` into ``found``; return how many."""
    for tree in trees:
        ways = () if allocations is None else allocations.get(tree.id)
        if ways is None or tree.id in seen:
            continue
        if tree.id in found:
            ways = found[tree.id].allocations + ways
        found[tree.id] = words.Candidate(tree, ways)
    return len(found)


def _walk(wanted, variant, *, world, notes, random, sharing):
    """Return a generator of tuples of trees for one variant."""
    ordered = restrictions(
        wanted, variant or _NOTHING, world=world,
        shared_classes=sharing_trees.classes(sharing))

    def read(**where):
        with notes.step('read') as out:
            page = world.store.candidates.read(ordered, **where)
            out(page.rows_read)
        notes.query(ordered, page.rows_read)
        return page

    limit = world.manners.page
    if wanted.whole:
        return _together(rings.walk(read, limit=limit * WHOLE))
    if wanted.host or wanted.node:
        return rings.walk(read, limit=limit)
    return rings.walk(read, limit=limit, ring=world.ring, random=random)


def _together(pages):
    """Yield all pages as one."""
    yield tuple(itertools.chain.from_iterable(pages))
