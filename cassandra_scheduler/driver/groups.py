# SPDX-License-Identifier: Apache-2.0
"""Server groups with a hard policy, as they are when a member is placed.

A RequestSpec carries the group as a conductor saw it: members that joined
after that are missing, and so are the hosts of those that are claimed and not
built yet. Both are put in before Nova's filters look.
"""

_HARD = {'affinity', 'anti-affinity'}


def guarded(spec):
    """Return the uuid of the group whose members are placed one by one.

    None without a group, with a soft policy, and for a group from before
    Nova kept it with the request.
    """
    group = spec.instance_group
    if group is None or 'uuid' not in group or 'members' not in group or (
            not _HARD & _policies(group)):
        return None
    return group.uuid


def learn(spec, instances, placed):
    """Put what is known by now into the request's group.

    ``placed``: uuids of members that have been placed. Returns the hosts
    that a policy of affinity leaves, empty while it leaves all.
    """
    group = spec.instance_group
    known = list(group.members or ())
    group.members = known + sorted(set(placed) - set(known))
    instances.forget()
    hosts = ()
    if 'affinity' in _policies(group):
        # A member that was evacuated holds something on the old host, too.
        before = set(group.hosts or ()) if 'hosts' in group else set()
        now = instances.hosts_of(set(group.members) - {spec.instance_uuid})
        hosts = group.hosts = sorted(now & before or now or before)
    group.obj_reset_changes(['members', 'hosts'])
    return hosts


def _policies(group):
    found = set(group.policies or ()) if 'policies' in group else set()
    if 'policy' in group:
        found.add(group.policy)
    return found
