# SPDX-License-Identifier: Apache-2.0
"""Scans the trees that satisfy some restrictions, one page at a time.

A scan reads every such tree once, in the order of tokens. In a small cloud
one page holds all of them, and the scan starts at the lowest token. In a
large cloud each scan starts at a random token, so that schedulers that work
at the same time meet other hosts. There the first page is a sample, and each
full page is followed by one of twice its size:

                start
                  |-10-|--20--|---40---|----50----| ...      one round
    MIN_TOKEN ----+-------------------------------- MAX_TOKEN
    ... ----------|                                  then from the lowest

Whether a cloud is large is learnt from the scans themselves.
"""

import random as random_module
import typing

from cassandra_scheduler.model import restriction as restriction_model
from cassandra_scheduler.store import query as store_query
from cassandra_scheduler.store import session as store_session
from cassandra_scheduler.store import token_ranges

Restrictions = typing.Sequence[restriction_model.Restriction]
Pages = typing.Iterator[store_query.Page]

#: Trees of one page, for callers that want all trees anyway.
PAGE = 500
#: A large cloud counts as small after so many scans of at most one page.
#: One is not enough: requests differ in how many hosts satisfy them.
SHORT_SCANS = 100
#: The most kinds of requests whose size is remembered separately.
MOST_KINDS = 256


class CloudSize:
    """Remembers whether the trees of a scan are more than one page.

    Few trees have a given trait or aggregate. So scans that name the same
    ones share a CloudSize of their own, see ``of``.
    """

    def __init__(self, whole: typing.Optional['CloudSize'] = None) -> None:
        self._whole = whole
        self._large_for = 0
        self._parts: dict[frozenset[tuple[str, object]], CloudSize] = {}

    def of(self, restrictions: Restrictions) -> 'CloudSize':
        """Return the CloudSize of scans with the same traits and so on."""
        members = frozenset((each.column, each.value) for each in restrictions
                            if each.operator == 'CONTAINS')
        if not members:
            return self
        if members not in self._parts and len(self._parts) >= MOST_KINDS:
            self._parts = {}
        return self._parts.setdefault(members, CloudSize(self))

    @property
    def large(self) -> bool:
        """Whether a recent scan had more than one page."""
        return bool(self._large_for)

    def learn(self, *, one_page: bool) -> None:
        """Remember whether a scan had one page only."""
        if not one_page:
            self._large_for = SHORT_SCANS
            if self._whole is not None:
                self._whole.learn(one_page=False)
        elif self._large_for:
            self._large_for -= 1


class Scan:
    """Scans the trees of one cloud; remembers how large the cloud is."""

    def __init__(self, query: store_query.CandidateQuery) -> None:
        self._query = query
        self._size = CloudSize()

    def is_large(self, restrictions: Restrictions = ()) -> bool:
        """Return whether these trees are more than one page, as far as known.

        If so, the first page of a scan with ``random`` is only a sample.
        """
        return self._size.of(restrictions).large

    def pages(self, restrictions: Restrictions = (), *, limit: int = PAGE,
              level: str = store_session.CANDIDATES,
              random: random_module.Random | None = None,
              sample: int | None = None) -> Pages:
        """Yield Pages of all trees that satisfy the restrictions.

        A page has at most ``limit`` trees; it may have none although others
        follow. With ``random`` the scan of a large cloud starts at a random
        token, with ``sample`` trees. Without it every scan starts at the
        lowest token, and nothing is learnt from it. Many partitions, at the
        consistency ``level``; nothing is read before it is asked for.
        """
        size = self._size.of(restrictions) if random else CloudSize()
        start, count = token_ranges.MIN_TOKEN, limit
        if random and size.large:
            start = token_ranges.random_start(random)
            count = min(sample or limit, limit)
        one_page = True
        for within in token_ranges.one_round(start):
            ended = False
            while not ended:
                page = self._query.read(restrictions, within=within,
                                        limit=count, level=level)
                ended = page.ended
                if not ended:
                    assert page.last_token is not None
                    within = within._replace(after=page.last_token)
                    count = min(2 * count, limit)
                    if one_page:
                        size.learn(one_page=False)
                    one_page = False
                yield page
        if one_page:
            size.learn(one_page=True)

    def pages_of_hosts(self, restrictions: Restrictions,
                       hosts: typing.Iterable[str], *, limit: int,
                       sample: int, random: random_module.Random,
                       level: str = store_session.CANDIDATES) -> Pages:
        """Yield Pages of the trees of hosts by name.

        If there are more than ``limit`` hosts, they come in random order,
        the first page with ``sample`` of them. Otherwise as ``pages``.
        """
        names, count = list(hosts), limit
        if len(names) > limit:
            random.shuffle(names)
            count = sample
        while names:
            yield self._query.read_hosts(restrictions, names[:count],
                                         level=level)
            names, count = names[count:], min(2 * count, limit)
