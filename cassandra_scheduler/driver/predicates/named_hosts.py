# SPDX-License-Identifier: Apache-2.0
"""Filters that pass a few hosts only, known by name or by address."""

import types

import netaddr

from cassandra_scheduler.driver.predicates import predicate
from cassandra_scheduler.resource_types import tokens


def same_host(given):
    """Narrow SameHostFilter to the hosts of the named instances.

    The request may also name other instances. Then this finds a host too
    many.
    """
    if not given.spec.get_scheduler_hint('same_host'):
        return predicate.EVERY_HOST
    if given.instances is None:
        return predicate.NOT_NARROWED
    return predicate.named_hosts(given.instances.hosts(), exact=False)


def group_affinity(given):
    """Narrow ServerGroupAffinityFilter to the hosts of the group.

    While a request is placed, the filter adds hosts that were among them.
    """
    group = given.spec.instance_group
    if group is None or 'affinity' not in group.policies:
        return predicate.EVERY_HOST
    return (predicate.named_hosts(group.hosts) if group.hosts
            else predicate.NOT_NARROWED)


def isolated(given):
    """Narrow IsolatedHostsFilter, for an isolated image, to its hosts.

    For any other image the query would need "not in", which CQL lacks.
    """
    options, image = given.conf.filter_scheduler, given.spec.image
    reference = image.id if image and 'id' in image else None
    if not options.isolated_images or (
            reference not in options.isolated_images):
        return predicate.NOT_NARROWED
    return predicate.named_hosts(set(options.isolated_hosts))


def extra_specs(given):
    """Narrow AggregateInstanceExtraSpecsFilter to hosts of some aggregates.

    The filter looks at nothing but the aggregates of a host. So Nova's own
    class decides here, once for each combination of aggregates. If it passes
    hosts without aggregates, the query would need "not in", which CQL lacks.
    """
    decided = {}

    def is_accepted(aggregates):
        known = frozenset(each.id for each in aggregates)
        if known not in decided:
            decided[known] = given.filter.host_passes(
                types.SimpleNamespace(aggregates=aggregates), given.spec)
        return decided[known]

    if is_accepted(()):
        return predicate.NOT_NARROWED
    return predicate.named_hosts(
        host for host, aggregates in given.by_host().items()
        if is_accepted(aggregates))


def network(given):
    """Narrow SimpleCIDRAffinityFilter to the addresses of a network.

    A token finds the hosts of a network around it, the number those in it.
    """
    address = given.spec.get_scheduler_hint('build_near_host_ip')
    if not address:
        return predicate.EVERY_HOST
    requested = netaddr.IPNetwork(
        address + given.spec.get_scheduler_hint('cidr', '/24'))
    around = predicate.has_tokens('abilities', tokens.network_of(
        requested.version, requested.first, requested.prefixlen))
    return predicate.Narrowed(around.restrictions + tuple(
        predicate.Restriction('host_ip_number', operator, tokens.address(
            requested.version, number))
        for operator, number in (('>=', requested.first),
                                 ('<=', requested.last))), exact=True)
