# SPDX-License-Identifier: Apache-2.0
"""Server groups with a hard policy, as they are when a member is placed.

A RequestSpec carries the group as a conductor saw it. Members that joined
later are missing. The hosts of members that are claimed and not yet built are
missing too. Both are added before Nova's filters run.
"""

_HARD = {'affinity', 'anti-affinity'}


def guarded(spec):
    """Return the uuid of a group that places its members one by one.

    None without a group, with a soft policy, and for a group that is older
    than the release in which Nova began to keep it with the request.
    """
    group = spec.instance_group
    if group is None or 'uuid' not in group or 'members' not in group or (
            not _HARD & policies(group)):
        return None
    return group.uuid


def set_members(spec, instances, placed):
    """Add the members and hosts that are known by now to the group.

    ``placed``: uuids of members that have been placed. Returns the hosts
    that a policy of affinity allows, nothing if it allows all.
    """
    group = spec.instance_group
    known = list(group.members or ())
    group.members = known + sorted(set(placed) - set(known))
    instances.forget()
    hosts = ()
    if 'affinity' in policies(group):
        # An evacuated member holds something on its old host, too.
        before = set(group.hosts or ()) if 'hosts' in group else set()
        now = instances.hosts_of(set(group.members) - {spec.instance_uuid})
        hosts = group.hosts = sorted(now & before or now or before)
    group.obj_reset_changes(['members', 'hosts'])
    return hosts


def policies(group):
    """Return the policies of a group, in whatever form Nova has kept them."""
    found = set(group.policies or ()) if 'policies' in group else set()
    if 'policy' in group:
        found.add(group.policy)
    return found
