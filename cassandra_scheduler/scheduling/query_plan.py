# SPDX-License-Identifier: Apache-2.0
"""Which way leads to the trees that satisfy some restrictions.

    a host or node by name      its index: one row
    hosts by name               their index: a row each, some at a time
    a trait, device, class      its index: no more rows than have it
    an amount                   its index, from a random place: a sample
    nothing of these            the index over all roots, the same way

What leads is looked for in this order. Cassandra joins the two indexes that
it takes for the rarest and compares the other restrictions on what these
lead to. Where a name leads, no other index is asked: to join the one over an
amount with a single row costs more than to find out later that it is full.
"""

import dataclasses
import operator

#: More hosts than these are not read by name; an amount leads faster then.
MOST_NAMES = 1000
#: Sets that a query may ask for several words of; beyond these the words
#: hardly narrow it, and every number of them is a statement of its own.
MOST_WORDS = 3
_ALONE = ('host', 'nodename')
_CLOSER = {'>=': operator.gt, '<=': operator.lt}


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """How to read. ``hosts``: by these names only; None: as it comes.

    ``lead`` is what leads, in words: a column, 'amounts' or 'all roots'.
    """
    restrictions: tuple
    lead: str
    hosts: tuple | None = None


def plan(restrictions, *, indexed):
    """Return the Plan for some Restrictions.

    ``indexed``: names of columns. An IN on hosts is never part of a query:
    they are read by name, or left to the filter that named them.
    """
    named, rest = None, []
    for each in _few_words(restrictions):
        if each.operator == 'IN':
            named = (set(each.value) if named is None
                     else named & set(each.value))
        else:
            rest.append(each)
    lead = _lead(rest, indexed)
    if lead in _ALONE:
        return Plan(_without_indexes(rest, indexed), lead)
    if named is None or len(named) > MOST_NAMES:
        return Plan(tuple(rest), lead)
    return Plan(_without_indexes(rest, indexed), 'host',
                tuple(sorted(named)))


def _without_indexes(restrictions, indexed):
    return tuple(each for each in restrictions
                 if each.column in _ALONE or each.column not in indexed)


def _few_words(restrictions):
    """Yield the restrictions, of each set the first few words.

    Names that somebody has made up are rarer than those that all know.
    """
    counts = {}
    for each in sorted(_tightest(restrictions), key=_made_up):
        if each.operator == 'CONTAINS':
            counts[each.column] = counts.get(each.column, 0) + 1
        if counts.get(each.column, 0) <= MOST_WORDS:
            yield each


def _tightest(restrictions):
    """Return the restrictions with one bound of a column to each side.

    A query may have no more than that; several filters may set one.
    """
    found = {}
    for each in restrictions:
        key = (each.column, each.operator)
        if each.operator not in _CLOSER:
            key += (each.value,)
        if key not in found or each.operator in _CLOSER and _CLOSER[
                each.operator](each.value, found[key].value):
            found[key] = each
    return found.values()


def _made_up(restriction):
    return not (restriction.operator == 'CONTAINS' and
                restriction.value.startswith('CUSTOM_'))


def _lead(restrictions, indexed):
    """Return what leads to the fewest rows, see the module."""
    ways = [_rank(each) for each in restrictions
            if each.column in indexed]
    return min(ways)[1] if ways else 'all roots'


def _rank(restriction):
    if restriction.column in _ALONE:
        return _ALONE.index(restriction.column), restriction.column
    if restriction.operator == 'CONTAINS':
        return len(_ALONE), restriction.column
    return len(_ALONE) + 1, 'amounts'
