# SPDX-License-Identifier: Apache-2.0
"""Chooses the index that leads to the trees of some restrictions.

    a host or node by name          its index: one row
    hosts by name                   their index: one row each
    a trait, device, class          its index: only the rows that have it
    an amount                       its index: a scan, see store/scan.py
    nothing of these                the index over all roots: a scan

The first of these that the restrictions allow leads. Cassandra joins the two
indexes that it expects to be the rarest, and compares the other restrictions
on the rows that they find. If a name leads, no other index is asked: joining
the index of an amount with one row costs more than to find out later that
the host is full.
"""

from collections.abc import Collection, Iterable, Iterator
import dataclasses
import operator

from cassandra_scheduler.model import restriction as restriction_model

#: More hosts than these are not read by name; an amount leads faster then.
MOST_NAMES = 1000
#: A query names at most so many members of one set, such as traits. More of
#: them hardly narrow it, and each number of them needs its own statement.
MOST_MEMBERS = 3
_ALONE = ('host', 'nodename')
_CLOSER = {'>=': operator.gt, '<=': operator.lt}


@dataclasses.dataclass(frozen=True, slots=True)
class QueryPlan:
    """How to read: which restrictions, and which index leads.

    ``lead``: a column, 'amounts' or 'all roots'. ``hosts``: read the trees
    of these names only; None: read by ``restrictions`` alone.
    """
    restrictions: tuple[restriction_model.Restriction, ...]
    lead: str
    hosts: tuple[str, ...] | None = None


def plan(restrictions: Iterable[restriction_model.Restriction], *,
         indexed: Collection[str]) -> QueryPlan:
    """Return the QueryPlan for some Restrictions.

    ``indexed``: names of columns. An IN on hosts is never part of a query.
    The hosts are read by name, or, if they are too many, the filter that
    named them finds them.
    """
    named, rest = None, []
    for each in _few_members(restrictions):
        if each.operator == 'IN':
            named = (set(each.value) if named is None
                     else named & set(each.value))
        else:
            rest.append(each)
    lead = _lead(rest, indexed)
    if lead in _ALONE:
        return QueryPlan(_without_indexes(rest, indexed), lead)
    if named is None or len(named) > MOST_NAMES:
        return QueryPlan(tuple(rest), lead)
    return QueryPlan(_without_indexes(rest, indexed), 'host',
                     tuple(sorted(named)))


def _without_indexes(restrictions: Iterable[restriction_model.Restriction],
                     indexed: Collection[str]
                     ) -> tuple[restriction_model.Restriction, ...]:
    return tuple(each for each in restrictions
                 if each.column in _ALONE or each.column not in indexed)


def _few_members(restrictions: Iterable[restriction_model.Restriction]
                 ) -> Iterator[restriction_model.Restriction]:
    """Yield the restrictions, with the first few members of each set.

    Custom names come first: they are rarer than the standard ones.
    """
    counts: dict[str, int] = {}
    for each in sorted(_tightest(restrictions), key=_is_standard):
        if each.operator == 'CONTAINS':
            counts[each.column] = counts.get(each.column, 0) + 1
        if counts.get(each.column, 0) <= MOST_MEMBERS:
            yield each


def _tightest(restrictions: Iterable[restriction_model.Restriction]
              ) -> Iterable[restriction_model.Restriction]:
    """Return the restrictions with at most two bounds for each column.

    A query may have one lower and one upper bound; several filters may set
    one.
    """
    found: dict[tuple[object, ...], restriction_model.Restriction] = {}
    for each in restrictions:
        key: tuple[object, ...] = (each.column, each.operator)
        if each.operator not in _CLOSER:
            key += (each.value,)
        if key not in found or each.operator in _CLOSER and _CLOSER[
                each.operator](each.value, found[key].value):
            found[key] = each
    return found.values()


def _is_standard(restriction: restriction_model.Restriction) -> bool:
    return not (restriction.operator == 'CONTAINS' and
                restriction.value.startswith('CUSTOM_'))


def _lead(restrictions: Iterable[restriction_model.Restriction],
          indexed: Collection[str]) -> str:
    """Return what leads to the fewest rows, see the module."""
    ways = [_rank(each) for each in restrictions
            if each.column in indexed]
    return min(ways)[1] if ways else 'all roots'


def _rank(restriction: restriction_model.Restriction) -> tuple[int, str]:
    if restriction.column in _ALONE:
        return _ALONE.index(restriction.column), restriction.column
    if restriction.operator == 'CONTAINS':
        return len(_ALONE), restriction.column
    return len(_ALONE) + 1, 'amounts'
