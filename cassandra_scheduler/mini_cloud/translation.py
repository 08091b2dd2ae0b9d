# SPDX-License-Identifier: Apache-2.0
"""Translates requests between the model and upstream."""

from placement import lib

from cassandra_scheduler.model import resource_request as request_model


def groups_to_upstream(request):
    """Return suffix -> placement.lib.RequestGroup of a ResourceRequest.

    A group that asks for nothing is left out, as in a query string.
    """
    return {group.suffix: lib.RequestGroup(
        use_same_provider=group.use_same_provider,
        resources=dict(group.resources),
        required_traits=[set(any_of) for any_of in group.required],
        forbidden_traits=set(group.forbidden),
        member_of=[list(any_of) for any_of in group.member_of],
        in_tree=group.in_tree,
        forbidden_aggs=set(group.forbidden_aggregates))
        for group in request.groups if _asks(group)}


def params_to_upstream(request):
    """Return the placement.lib.RequestWideParams of a ResourceRequest."""
    return lib.RequestWideParams(
        group_policy=request.group_policy,
        anchor_required_traits=set(request.root_required) or None,
        anchor_forbidden_traits=set(request.root_forbidden) or None,
        same_subtrees=[set(suffixes) for suffixes in request.same_subtrees])


def request_from_upstream(groups, params):
    """Return the ResourceRequest of upstream's groups and parameters."""
    return request_model.ResourceRequest(
        groups=tuple(request_model.ResourceGroup(
            suffix=suffix, resources=dict(group.resources),
            required=tuple(frozenset(any_of)
                           for any_of in group.required_traits),
            forbidden=frozenset(group.forbidden_traits),
            member_of=tuple(frozenset(any_of)
                            for any_of in group.member_of),
            forbidden_aggregates=frozenset(group.forbidden_aggs),
            in_tree=group.in_tree) for suffix, group in groups.items()),
        root_required=frozenset(params.anchor_required_traits or ()),
        root_forbidden=frozenset(params.anchor_forbidden_traits or ()),
        group_policy=params.group_policy,
        same_subtrees=tuple(frozenset(suffixes)
                            for suffixes in params.same_subtrees))


def allocation_request(upstream):
    """Return the model's AllocationRequest for upstream's."""
    return request_model.AllocationRequest(
        amounts={(each.resource_provider.uuid, each.resource_class):
                 each.amount for each in upstream.resource_requests},
        mappings={suffix: tuple(sorted(uuids))
                  for suffix, uuids in upstream.mappings.items()})


def _asks(group):
    return bool(group.resources or group.required or group.forbidden or
                group.member_of or group.forbidden_aggregates or
                group.in_tree)
