# SPDX-License-Identifier: Apache-2.0
"""Filters that come down to a few hosts by name, or by their address."""

import types

import netaddr

from cassandra_scheduler.driver.predicates import predicate
from cassandra_scheduler.resource_types import tokens


def same_host(asked):
    """Narrow SameHostFilter to where the named instances are.

    The request may name others beside them, so this may be a host too many.
    """
    if not asked.spec.get_scheduler_hint('same_host'):
        return predicate.EVERYBODY
    if asked.instances is None:
        return predicate.NOTHING
    return predicate.only_hosts(asked.instances.hosts(), exact=False)


def group_affinity(asked):
    """Narrow ServerGroupAffinityFilter to the hosts of the group.

    While a request is placed they grow by hosts that were among them.
    """
    group = asked.spec.instance_group
    if group is None or 'affinity' not in group.policies:
        return predicate.EVERYBODY
    return (predicate.only_hosts(group.hosts) if group.hosts
            else predicate.NOTHING)


def isolated(asked):
    """Narrow IsolatedHostsFilter, for an isolated image, to its hosts.

    For any other image it is a 'not in', which no query can say.
    """
    options, image = asked.conf.filter_scheduler, asked.spec.image
    reference = image.id if image and 'id' in image else None
    if not options.isolated_images or (
            reference not in options.isolated_images):
        return predicate.NOTHING
    return predicate.only_hosts(set(options.isolated_hosts))


def extra_specs(asked):
    """Narrow AggregateInstanceExtraSpecsFilter to hosts of some aggregates.

    The filter looks at nothing but the aggregates of a host, so Nova's own
    class is asked here once for each combination that there is. Where it
    passes hosts without any, the hosts it refuses cannot be said.
    """
    verdicts = {}

    def passes(aggregates):
        known = frozenset(each.id for each in aggregates)
        if known not in verdicts:
            verdicts[known] = asked.found.host_passes(
                types.SimpleNamespace(aggregates=aggregates), asked.spec)
        return verdicts[known]

    if passes(()):
        return predicate.NOTHING
    return predicate.only_hosts(
        host for host, aggregates in asked.by_host().items()
        if passes(aggregates))


def network(asked):
    """Narrow SimpleCIDRAffinityFilter to the addresses of a network.

    A word leads to a network around it, the number says which are in it.
    """
    address = asked.spec.get_scheduler_hint('build_near_host_ip')
    if not address:
        return predicate.EVERYBODY
    wanted = netaddr.IPNetwork(
        address + asked.spec.get_scheduler_hint('cidr', '/24'))
    around = predicate.words('abilities', tokens.network_of(
        wanted.version, wanted.first, wanted.prefixlen))
    return predicate.Narrowed(around.restrictions + tuple(
        predicate.Restriction('host_ip_number', operator, tokens.address(
            wanted.version, number))
        for operator, number in (('>=', wanted.first), ('<=', wanted.last))),
        exact=True)
