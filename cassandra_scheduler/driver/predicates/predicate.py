# SPDX-License-Identifier: Apache-2.0
"""The values that predicates are given and return."""

import dataclasses
import typing

from cassandra_scheduler.model import restriction
from cassandra_scheduler.scheduling import query_plan

Restriction = restriction.Restriction


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """One request, as a predicate may look at it.

    ``spec``: the RequestSpec; ``found``: the enabled filter; ``conf``: Nova's
    options; ``by_host()``: host -> Nova's Aggregates; ``instances``: the
    Instances it names, None where others than those may count.
    """
    spec: object
    found: object
    conf: object
    by_host: typing.Callable
    instances: object = None


@dataclasses.dataclass(frozen=True, slots=True)
class Narrowed:
    """What one filter asks of the candidate query for one request.

    ``exact``: whoever satisfies the restrictions passes the filter, at the
    moment of the query. Otherwise some do not, and the filter finds them.
    """
    restrictions: tuple = ()
    exact: bool = False


#: The query cannot say anything of this request.
NOTHING = Narrowed()
#: The filter passes every host.
EVERYBODY = Narrowed(exact=True)


@dataclasses.dataclass(frozen=True, slots=True)
class Predicate:
    """What is pushed down of one of Nova's filters.

    ``filter``: full name of the class, which must be that very class;
    ``narrow``: from Asked to Narrowed, None if nothing ever is; ``pushed``,
    ``result`` and ``rest`` are for the documentation.
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


def only_hosts(names, *, exact=True):
    """Return the Narrowed of a filter that passes these hosts at most."""
    return Narrowed((Restriction('host', 'IN', tuple(sorted(names))),),
                    exact=exact)


def words(column, found, *, exact=False):
    """Return the Narrowed of a filter that wants these words of a host.

    The first are the most telling: a query is asked for a few only.
    """
    found = tuple(dict.fromkeys(found))
    return Narrowed(tuple(Restriction(column, 'CONTAINS', each)
                          for each in found[:query_plan.MOST_WORDS]),
                    exact=exact and len(found) <= query_plan.MOST_WORDS)
