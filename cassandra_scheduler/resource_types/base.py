# SPDX-License-Identifier: Apache-2.0
"""What every provider tree can be searched by: traits, aggregates, classes.

A class without a column for its free amount (devices, accelerators,
bandwidth) is a token of the tree, see ``tokens``: seldom many trees have it.
"""

from cassandra_scheduler.model import restriction
from cassandra_scheduler.resource_types import amounts
from cassandra_scheduler.resource_types import tokens

Column = restriction.Column
Restriction = restriction.Restriction


#: Nearly every host has these traits, so an index would return everything.
#: The search for allocation candidates compares them.
UBIQUITOUS_TRAITS = frozenset({'COMPUTE_NODE', 'OWNER_NOVA'})


class Base:
    """Traits, aggregates and classes of a tree of any type.

    Stands for the trait and aggregate part of Placement's candidate search.
    """

    name = 'base'
    columns = (
        Column('root_traits', 'set<text>'),
        Column('tree_traits', 'set<text>'),
        Column('tree_aggregates', 'set<text>'),
        Column('tree_classes', 'set<text>'),
    )

    def searchable(self, tree):
        """Return column name -> value for the root row of ``tree``."""
        traits, aggregates = set(), set()
        for provider in tree.providers.values():
            traits |= provider.traits
            aggregates |= provider.aggregates
        return {'root_traits': set(tree.root.traits) or None,
                'tree_traits': traits or None,
                'tree_aggregates': aggregates or None,
                'tree_classes': set().union(*(
                    tokens.reached(name, units) for name, units
                    in amounts.others(tree).items())) or None}

    def restrictions(self, request, *, shared_classes=frozenset()):
        """Return the Restrictions of a ResourceRequest on any tree.

        Only sets with one member become a restriction, because SAI has no
        OR. UBIQUITOUS_TRAITS never do. The traits and aggregates of a group
        do only if no sharing provider can serve the group:
        ``shared_classes`` are the classes that providers share, and a group
        without resources can be served by any of them.

        No tree that fits is missed. By Placement's rules a required trait
        and a required aggregate are on a provider of the tree, and a root
        trait is on the root. An amount of a class that nobody shares is free
        on the providers of the tree together.
        """
        found = [Restriction('root_traits', 'CONTAINS', trait, 'root traits')
                 for trait in sorted(
                     request.root_required - UBIQUITOUS_TRAITS)]
        for group in request.groups:
            if shared_classes and (not group.resources or
                                   shared_classes & set(group.resources)):
                continue
            found += [Restriction('tree_traits', 'CONTAINS', min(any_of),
                                  'traits')
                      for any_of in group.required if len(any_of) == 1 and
                      any_of.isdisjoint(UBIQUITOUS_TRAITS)]
            found += [Restriction('tree_aggregates', 'CONTAINS',
                                  min(any_of), 'aggregates')
                      for any_of in group.member_of if len(any_of) == 1]
        found += [Restriction('tree_classes', 'CONTAINS', tokens.at_least(
            name, request.total(name)), name)
            for name in sorted(request.resource_classes - shared_classes)
            if name not in amounts.CLASSES and request.total(name) > 0]
        return tuple(dict.fromkeys(found))
