# SPDX-License-Identifier: Apache-2.0

from nova import objects
import testtools

from cassandra_scheduler.driver import groups
from cassandra_scheduler.tests.unit.driver import specs

GROUP = '0c5ff1ce-0000-4000-8000-00000000000a'
US, FIRST, SECOND = ('0c5ff1ce-0000-4000-8000-00000000000%d' % number
                     for number in range(3))


class _Instances:
    """Where members are: uuid -> hosts."""

    def __init__(self, **hosts):
        self._hosts = {FIRST: hosts.get('first', ()),
                       SECOND: hosts.get('second', ()),
                       US: hosts.get('us', ())}
        self.looked_up = True

    def forget(self):
        self.looked_up = False

    def hosts_of(self, uuids):
        return {host for uuid in uuids for host in self._hosts[uuid]}


def _group(**fields):
    return objects.InstanceGroup(**{
        'uuid': GROUP, 'members': [US], 'hosts': [], 'rules': {}, **fields})


class TestGuarded(testtools.TestCase):

    def guarded(self, **fields):
        return groups.guarded(specs.spec(instance_group=_group(**fields)))

    def test_policies(self):
        for policy in ('affinity', 'anti-affinity'):
            self.assertEqual(GROUP, self.guarded(policy=policy))
            self.assertEqual(GROUP, self.guarded(policies=[policy]))
        for policy in ('soft-affinity', 'soft-anti-affinity'):
            self.assertIsNone(self.guarded(policy=policy, policies=[policy]))
        self.assertIsNone(self.guarded())

    def test_no_group(self):
        self.assertIsNone(groups.guarded(specs.spec()))

    def test_a_group_from_before(self):
        self.assertIsNone(groups.guarded(specs.spec(
            instance_group=objects.InstanceGroup(policies=['affinity']))))


class TestSetMembers(testtools.TestCase):

    def set_members(self, instances, placed, *, hosts=(), policy='affinity'):
        """Return the group afterwards, and the preferred hosts."""
        self.spec = specs.spec(instance_uuid=US, instance_group=_group(
            policy=policy, policies=[policy], hosts=list(hosts)))
        preferred = groups.set_members(self.spec, instances, placed)
        return self.spec.instance_group, list(preferred)

    def test_members_are_added_once(self):
        instances = _Instances()
        group, preferred = self.set_members(instances, {US, SECOND, FIRST},
                                            policy='anti-affinity')
        self.assertEqual([US, FIRST, SECOND], group.members)
        self.assertEqual(([], []), (group.hosts, preferred))
        self.assertFalse(instances.looked_up)

    def test_it_is_not_saved_by_accident(self):
        group, _preferred = self.set_members(_Instances(), {FIRST})
        self.assertFalse({'members', 'hosts'} & group.obj_what_changed())

    def test_hosts_of_members(self):
        for case, hosts, found, expected in (
                ('first member', (), {'us': ('old',)}, []),
                ('not built yet', (), {'first': ('new',)}, ['new']),
                ('as the conductor saw', ('a',), {'first': ('a',)}, ['a']),
                ('moved since', ('a',), {'first': ('b',)}, ['b']),
                ('evacuated', ('b',), {'first': ('a', 'b')}, ['b']),
                ('holds nothing', ('a',), {}, ['a'])):
            group, preferred = self.set_members(_Instances(**found), {FIRST},
                                                hosts=hosts)
            self.assertEqual((expected, expected), (group.hosts, preferred),
                             case)
