# SPDX-License-Identifier: Apache-2.0
"""Walks the trees that satisfy some restrictions, a page at a time.

The trees of a cloud lie on a ring, in an order that has nothing to do with
them. Walks that begin at random places keep schedulers apart in a large
cloud; in one that fits into a page they would only cost a second query.

          begin
            |--- page 1 ---|--- page 2 ---|-- rest
    min ----+------------------------------------- max
    --------|
     then from min to begin
"""

from cassandra_scheduler.store import query

#: So many walks must have fitted into one page until a cloud in which one
#: did not counts as small again. Requests differ in how much fits them.
PATIENCE = 100


#: So many kinds of requests are remembered by themselves.
KINDS = 256


class Ring:
    """What a process remembers of the size of its cloud.

    Requests that name traits or aggregates walk among fewer trees; those
    with the same names have a Ring of their own, see ``of``.
    """

    def __init__(self, whole=None):
        self._whole = whole
        self._large_for = 0
        self._parts = {}

    def of(self, restrictions):
        """Return the Ring of walks that name what these restrictions do."""
        names = frozenset((each.column, each.value) for each in restrictions
                          if each.operator == 'CONTAINS')
        if not names:
            return self
        if names not in self._parts and len(self._parts) >= KINDS:
            self._parts = {}
        return self._parts.setdefault(names, Ring(self))

    @property
    def large(self):
        """Whether some walk has lately not fitted into a page."""
        return bool(self._large_for)

    def begin(self, random):
        """Return the token after which a walk should begin."""
        if not self.large:
            return query.MIN_TOKEN
        return random.randrange(query.MIN_TOKEN, query.MAX_TOKEN)

    def learn(self, *, one_page):
        """Remember whether a walk's first page was the whole of it."""
        if not one_page:
            self._large_for = PATIENCE
            if self._whole is not None:
                self._whole.learn(one_page=False)
        elif self._large_for:
            self._large_for -= 1


def walk(read, *, limit, ring=None, random=None, first=None):
    """Yield tuples of up to ``limit`` trees, once round the ring.

    ``read(after=, up_to=, limit=)`` returns a store Page. Nothing is read
    before it is asked for. Without a Ring the walk begins at the lowest token
    and is not learnt from. In a large cloud the first page has ``first``
    trees, and each full one is followed by one of twice its size, up to
    ``limit``.
    """
    begin = ring.begin(random) if ring else query.MIN_TOKEN
    ranges = [(begin, query.MAX_TOKEN)]
    if begin != query.MIN_TOKEN:
        ranges.append((query.MIN_TOKEN, begin))
    size = min(first, limit) if first and ring and ring.large else limit
    one_page = True
    for after, up_to in ranges:
        ended = False
        while not ended:
            page = read(after=after, up_to=up_to, limit=size)
            ended, after = page.ended, page.last_token
            if not ended:
                if ring and one_page:
                    ring.learn(one_page=False)
                one_page, size = False, min(size * 2, limit)
            if page.trees:
                yield page.trees
    if ring and one_page:
        ring.learn(one_page=True)
