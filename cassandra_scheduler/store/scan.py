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

import abc
import random as random_module
import typing

from cassandra_scheduler.model import restriction as restriction_model
from cassandra_scheduler.store import query as store_query
from cassandra_scheduler.store import session as store_session
from cassandra_scheduler.store import token_ranges

Restrictions = typing.Sequence[restriction_model.Restriction]

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
              sample: int | None = None) -> 'Pages':
        """Return the Pages of all trees that satisfy the restrictions.

        A page has at most ``limit`` trees. With ``random`` the scan of a
        large cloud starts at a random token, with ``sample`` trees; without
        it every scan starts at the lowest token, and nothing is learnt from
        it. Nothing is read before a page is asked for. Many partitions, at
        the consistency ``level``.
        """
        size, start, first = None, token_ranges.MIN_TOKEN, limit
        if random is not None:
            size = self._size.of(restrictions)
            if size.large:
                start = token_ranges.random_start(random)
                first = min(sample or limit, limit)
        return _TokenPages(self._query, restrictions,
                           token_ranges.one_round(start), level=level,
                           size=_PageSize(first, limit), cloud_size=size)

    def pages_of_hosts(self, restrictions: Restrictions,
                       hosts: typing.Iterable[str], *, limit: int,
                       sample: int, random: random_module.Random,
                       level: str = store_session.CANDIDATES) -> 'Pages':
        """Return the Pages of the trees of hosts by name.

        If there are more than ``limit`` hosts, they come in random order,
        the first page with ``sample`` of them. Otherwise as ``pages``.
        """
        names, first = list(hosts), limit
        if len(names) > limit:
            random.shuffle(names)
            first = sample
        return _HostPages(self._query, restrictions, names, level=level,
                          size=_PageSize(first, limit))


class _PageSize(typing.NamedTuple):
    """How many trees the next page has, and how many a page has at most."""
    trees: int
    most: int

    def doubled(self) -> '_PageSize':
        return self._replace(trees=min(2 * self.trees, self.most))


class Pages(abc.ABC):
    """The pages of one scan: iterate, or call ``read`` until ``ended``.

    A page may hold no trees although others follow. ``unread``: what is not
    read yet, token ranges or names of hosts.
    """

    def __init__(self, query: store_query.CandidateQuery,
                 restrictions: Restrictions, unread: list[typing.Any], *,
                 level: str, size: _PageSize) -> None:
        self._query, self._restrictions = query, restrictions
        self._unread = unread
        self._level = level
        self._page_size = size

    @property
    def ended(self) -> bool:
        """Whether all pages have been read."""
        return not self._unread

    @abc.abstractmethod
    def read(self) -> store_query.Page:
        """Return the next Page. One query."""

    def __iter__(self) -> typing.Iterator[store_query.Page]:
        """Yield the pages that have not been read yet."""
        while not self.ended:
            yield self.read()


class _TokenPages(Pages):
    """Pages in the order of tokens, through some token ranges."""

    def __init__(self, query: store_query.CandidateQuery,
                 restrictions: Restrictions,
                 ranges: list[token_ranges.TokenRange], *, level: str,
                 size: _PageSize, cloud_size: CloudSize | None) -> None:
        super().__init__(query, restrictions, ranges, level=level, size=size)
        self._cloud_size = cloud_size
        self._one_page = True

    def read(self) -> store_query.Page:
        """Return the next Page. Many partitions."""
        page = self._query.read(
            self._restrictions, within=self._unread[0],
            limit=self._page_size.trees, level=self._level)
        if page.ended:
            del self._unread[0]
        else:
            self._unread[0] = self._unread[0]._replace(after=page.last_token)
            self._page_size = self._page_size.doubled()
        self._learn(page)
        return page

    def _learn(self, page: store_query.Page) -> None:
        """Remember what this scan tells about the cloud, once."""
        if self._one_page and (self.ended or not page.ended):
            self._one_page = page.ended
            if self._cloud_size is not None:
                self._cloud_size.learn(one_page=page.ended)


class _HostPages(Pages):
    """Pages of the trees of named hosts, some names at a time."""

    def read(self) -> store_query.Page:
        """Return the next Page. One index read for each name."""
        names = self._unread[:self._page_size.trees]
        page = self._query.read_hosts(self._restrictions, names,
                                      level=self._level)
        del self._unread[:len(names)]
        self._page_size = self._page_size.doubled()
        return page
