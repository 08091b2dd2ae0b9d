# SPDX-License-Identifier: Apache-2.0
"""From Nova's RequestSpec to the parts of a PlacementRequest."""

from nova import exception
from nova.scheduler import utils as scheduler_utils

from cassandra_scheduler.driver import groups
from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.model import resource_request as request_model

_AFFINITY = {'affinity', 'soft-affinity'}


def resource_request(resources):
    """Return the model's ResourceRequest for Nova's ResourceRequest.

    Raises NoValidHost for several numbered groups without a group policy,
    and for amounts below 1. Placement refuses both, and Nova then says the
    same.
    """
    resource_groups = tuple(_group(suffix, group) for suffix, group
                            in resources._rg_by_id.items())
    for name, amount in ((name, amount) for group in resource_groups
                         for name, amount in group.resources.items()):
        if amount < 1:
            raise exception.NoValidHost(
                reason=f'{amount} of {name} cannot be asked for.')
    numbered = [group for group in resource_groups if group.suffix]
    if len(numbered) > 1 and not resources.group_policy:
        raise exception.NoValidHost(
            reason='Several resource groups need a group_policy.')
    return request_model.ResourceRequest(
        groups=resource_groups, group_policy=resources.group_policy,
        root_required=frozenset(resources._root_required),
        root_forbidden=frozenset(resources._root_forbidden),
        same_subtrees=tuple(frozenset(suffixes)
                            for suffixes in resources._same_subtree))


def _group(suffix, group):
    return request_model.ResourceGroup(
        suffix=suffix or '', resources=dict(group.resources),
        required=tuple(frozenset({trait})
                       for trait in sorted(group.required_traits)),
        forbidden=frozenset(group.forbidden_traits),
        member_of=tuple(frozenset(any_of) for any_of in group.aggregates),
        forbidden_aggregates=frozenset(group.forbidden_aggregates),
        in_tree=group.in_tree)


def variants(context, spec, *, nodes, fallback):
    """Return the ResourceRequests of a RequestSpec, the preferred first.

    ``nodes`` answers get_compute_nodes_by_host_or_node. With ``fallback``,
    unpinned CPUs may also serve a request for pinned ones, see [workarounds]
    disable_fallback_pcpu_query. Raises NoValidHost for a flavor with a
    negative amount; Nova ignores such an amount.
    """
    for name in ('vcpus', 'memory_mb', 'root_gb', 'ephemeral_gb', 'swap'):
        if getattr(spec.flavor, name) < 0:
            raise exception.NoValidHost(
                reason=f'The flavor has {getattr(spec.flavor, name)} {name}.')
    resources = scheduler_utils.resources_from_request_spec(
        context, spec, nodes, enable_pinning_translate=True)
    found = [resource_request(resources)]
    if resources.cpu_pinning_requested and fallback:
        found.append(resource_request(
            scheduler_utils.resources_from_request_spec(
                context, spec, nodes, enable_pinning_translate=False)))
    return tuple(found)


def pinned_to(spec):
    """Return (host, node) if the request names exact ones, else None for each.
    """
    destination = spec.requested_destination
    if destination is not None and 'host' in destination and (
            destination.host):
        node = destination.node if 'node' in destination else None
        return destination.host, node
    return (_only(spec.force_hosts), _only(spec.force_nodes))


def preferred_hosts(spec, instances):
    """Return the names of the hosts preferred by affinity.

    They must be among the candidates, wherever the scan begins. Hosts that
    anti-affinity avoids need not be.
    """
    group = spec.instance_group
    if group is not None and _AFFINITY & groups.policies(group):
        hosts = group.hosts if 'hosts' in group else ()
        return tuple(sorted({*(hosts or ()), *instances.hosts()}))
    if spec.get_scheduler_hint('same_host'):
        return tuple(sorted(instances.hosts()))
    return ()


def _only(names):
    return names[0] if names and len(names) == 1 else None


def consumers(context, spec, instance_uuids):
    """Return the ConsumerSpecs of a request, without uuids if none is given.

    ``instance_uuids`` is None if the conductor is too old to send them. Then
    nothing is claimed.
    """
    user_id = context.user_id
    if 'user_id' in spec and spec.user_id:
        user_id = spec.user_id
    return tuple(
        consumer_model.ConsumerSpec(
            uuid, project_id=spec.project_id, user_id=user_id)
        for uuid in instance_uuids or [None] * spec.num_instances)


def usage(spec):
    """Return what Nova's own accounting subtracts for one instance.

    Stands for HostState.consume_from_request. Swap is not counted. The root
    disk is counted, even if it is a volume.
    """
    return {'vcpus': spec.vcpus, 'memory_mb': spec.memory_mb,
            'disk_gb': spec.root_gb + spec.ephemeral_gb,
            'instances': 1, 'io_ops': 1}
