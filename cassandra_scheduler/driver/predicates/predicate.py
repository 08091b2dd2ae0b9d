# SPDX-License-Identifier: Apache-2.0
"""The values that predicates are given and return."""

import dataclasses
import typing

from cassandra_scheduler.model import restriction
from cassandra_scheduler.scheduling import query_plan

Restriction = restriction.Restriction


@dataclasses.dataclass(frozen=True, slots=True)
class PredicateInput:
    """What a predicate may look at: one request, and one enabled filter.

    ``spec``: the RequestSpec; ``filter``: Nova's filter; ``conf``: Nova's
    options; ``by_host()``: host -> Nova's Aggregates; ``instances``: the
    RequestInstances, None if others may count as well.
    """
    spec: object
    filter: object
    conf: object
    by_host: typing.Callable
    instances: object = None


@dataclasses.dataclass(frozen=True, slots=True)
class Narrowed:
    """How one filter narrows the candidate query of one request.

    ``exact``: every host that satisfies the restrictions passes the filter,
    at the moment of the query. If not exact, the filter refuses some of them.
    """
    restrictions: tuple = ()
    exact: bool = False


#: The query cannot be narrowed for this request.
NOT_NARROWED = Narrowed()
#: The filter passes every host.
EVERY_HOST = Narrowed(exact=True)


@dataclasses.dataclass(frozen=True, slots=True)
class Predicate:
    """What the query does for one of Nova's filters.

    ``filter``: full name of the class; ``narrow``: from PredicateInput to
    Narrowed, None if the query never does anything; ``pushed``, ``result``
    and ``rest`` are for the documentation.
    """
    filter: str
    narrow: typing.Callable | None
    pushed: str
    result: str
    rest: str

    @property
    def name(self):
        """Return the name by which nova.conf enables the filter."""
        return self.filter.rpartition('.')[2]


def named_hosts(names, *, exact=True):
    """Return the Narrowed of a filter that passes no other hosts."""
    return Narrowed((Restriction('host', 'IN', tuple(sorted(names))),),
                    exact=exact)


def has_tokens(column, tokens, *, exact=False):
    """Return the Narrowed of a filter that needs these capability tokens.

    A query compares only the first few, so put the rarest first.
    """
    found = tuple(dict.fromkeys(tokens))
    return Narrowed(tuple(Restriction(column, 'CONTAINS', each)
                          for each in found[:query_plan.MOST_MEMBERS]),
                    exact=exact and len(found) <= query_plan.MOST_MEMBERS)
