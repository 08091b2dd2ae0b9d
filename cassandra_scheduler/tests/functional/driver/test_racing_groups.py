# SPDX-License-Identifier: Apache-2.0
"""Several schedulers and one group whose members depend on each other."""

import collections
import concurrent.futures
import threading
import uuid

import cassandra
import fixtures
from nova import exception
from nova import objects
from oslo_messaging.rpc import dispatcher

from cassandra_scheduler.resource_types import loading
from cassandra_scheduler.scheduling.claims import group_guard
from cassandra_scheduler.store import opening
from cassandra_scheduler.tests.fixtures import sessions
from cassandra_scheduler.tests.functional.driver import nova_cloud

GROUP = '0c5ff1ce-0000-4000-8000-00000000000a'
HOSTS, MEMBERS = 3, 8
REFUSED = exception.NoValidHost


class GroupTestCase(nova_cloud.NovaCloudTest):

    def setUp(self):
        super().setUp()
        self.schedulers = [self.manager, self.start()]

    def group(self, policy, *members, hosts=(), **rules):
        """Return the group as a conductor saw it: with these members."""
        return objects.InstanceGroup(
            uuid=GROUP, name='group', policy=policy, policies=[policy],
            members=list(members), hosts=list(hosts), rules=rules)

    def boot(self, policy, *, member=None, manager=None, flavor=None,
             **fields):
        """Place a member whose conductor saw no other; return the host."""
        member = member or str(uuid.uuid4())
        try:
            _uuids, ((chosen, *_spares),) = self.select(
                nova_cloud.spec(instance_group=self.group(
                    policy, member, **fields), **(flavor or {})),
                uuids=[member], manager=manager)
        except dispatcher.ExpectedException as refused:
            return refused.exc_info[0]
        return chosen.service_host

    def boot_all(self, policy, count=MEMBERS, **fields):
        """Place members side by side; return host or exception -> count."""
        with concurrent.futures.ThreadPoolExecutor(count) as pool:
            return collections.Counter(pool.map(
                lambda number: self.boot(
                    policy, manager=self.schedulers[number % 2], **fields),
                range(count)))

    def start_on(self, session):
        """Return a scheduler whose store is reached by this session."""
        return self.start(opening.open_store(
            self.cloud.settings, loading.installed(), session=session))


class WaitingSession(sessions.WiredSession):
    """Sets ``waits`` when a group's row is read for the second time."""

    def __init__(self, settings):
        super().__init__(settings)
        self.waits = threading.Event()
        self._reads = 0

    def before(self, text):
        if text.startswith('SELECT') and 'server_groups' in text:
            self._reads += 1
            if self._reads > 1:
                self.waits.set()


class TestRacingGroups(GroupTestCase):

    def setUp(self):
        super().setUp()
        for number in range(HOSTS):
            self.add_host(f'host{number}', vcpus=6)

    def test_members_do_not_meet(self):
        self.assertEqual(
            {**{f'host{number}': 1 for number in range(HOSTS)},
             REFUSED: MEMBERS - HOSTS}, self.boot_all('anti-affinity'))

    def test_no_more_meet_than_may(self):
        self.assertEqual(
            {**{f'host{number}': 2 for number in range(HOSTS)},
             REFUSED: MEMBERS - 2 * HOSTS},
            self.boot_all('anti-affinity', max_server_per_host=2))

    def test_members_go_to_one_host(self):
        found = self.boot_all('affinity')
        self.assertEqual(MEMBERS - 6, found.pop(REFUSED))
        self.assertEqual([6], list(found.values()))

    def test_soft_policies_need_no_guard(self):
        for policy in ('soft-affinity', 'soft-anti-affinity'):
            self.assertEqual(4, sum(
                count for host, count in self.boot_all(policy, 4).items()
                if host is not REFUSED))
            self.assertIsNone(
                self.store.server_groups.find(GROUP).write_id)

    def test_what_a_member_costs(self):
        spec = nova_cloud.spec()
        self.assertEqual(2, self.place(spec).transcript.conditional_writes)
        spec.instance_group = self.group('affinity', 'nobody')
        self.assertEqual(3, self.place(spec).transcript.conditional_writes)


class TestRacingAcrossCells(GroupTestCase):

    def setUp(self):
        super().setUp()
        second = self.nova.add_cell('cell2')
        for number in range(4):
            self.add_host(f'host{number}', vcpus=6,
                          cell=second if number % 2 else None)

    def test_members_do_not_meet(self):
        self.assertEqual(
            {**{f'host{number}': 1 for number in range(4)},
             REFUSED: MEMBERS - 4}, self.boot_all('anti-affinity'))

    def test_members_go_to_one_host(self):
        found = self.boot_all('affinity')
        self.assertEqual(MEMBERS - 6, found.pop(REFUSED))
        self.assertEqual([6], list(found.values()))


class TestWhoIsLeft(GroupTestCase):
    """Nobody binds a group but members that are there."""

    def setUp(self):
        super().setUp()
        self.add_host('small', vcpus=1)
        self.member = str(uuid.uuid4())

    def assertNobodyWasWaitedFor(self):
        for name in ('small', 'large', 'one', 'two'):
            location = self.store.provider_names.find(name)
            state = location and self.store.trees.find_state(location.value,
                                                             None)
            self.assertEqual([], [
                row for row in (state.consumers.values() if state else ())
                if row.is_tombstone])

    def give_back(self, member):
        """Do what Nova does when a server is deleted."""
        found = self.store.consumers.find(member)
        tree = found.state.tree
        self.cloud.write(tree, tree.with_amounts(
            found.consumer.amounts, sign=-1).with_pending(member, None),
            delete=(member,))
        self.store.consumer_homes.release(member, found.lookup_row.write_id)

    def test_a_member_that_is_gone(self):
        self.assertEqual('small', self.boot('affinity', member=self.member))
        self.add_host('large', vcpus=8)
        two = {'flavor': {'vcpus': 2}}
        self.assertIs(REFUSED, self.boot('affinity', **two))
        self.give_back(self.member)
        self.assertEqual('large', self.boot('affinity', **two))
        self.assertNobodyWasWaitedFor()

    def test_a_claim_that_failed(self):
        many = [str(uuid.uuid4()) for _ in range(2)]
        self.refused(nova_cloud.spec(
            num_instances=2,
            instance_group=self.group('affinity', *many)), uuids=many)
        self.assertEqual((frozenset(), None), (
            self.store.server_groups.find(GROUP).members,
            self.store.server_groups.find(GROUP).claiming))
        self.add_host('large', vcpus=8)
        self.assertEqual('large', self.boot('affinity',
                                            flavor={'vcpus': 2}))
        self.assertNobodyWasWaitedFor()

    def test_a_member_that_was_evacuated(self):
        for name in ('one', 'two'):
            self.add_host(name)
        flavor = {'flavor': {'vcpus': 2}}
        old = self.boot('affinity', member=self.member, **flavor)
        spec = nova_cloud.spec(vcpus=2, ignore_hosts=[old],
                               instance_group=self.group('affinity'))
        _uuids, ((chosen,),) = self.select(spec, uuids=[self.member],
                                           return_alternates=False)
        new = chosen.service_host
        self.assertEqual({'one', 'two'}, {old, new})
        # What it held on the old host is given back when that comes up.
        self.assertEqual(new, self.boot('affinity', hosts=[new], **flavor))
        self.assertNobodyWasWaitedFor()


class TestSchedulerInTrouble(GroupTestCase):
    """One scheduler stops between the group's row and the tree."""

    def setUp(self):
        super().setUp()
        for number in range(HOSTS):
            self.add_host(f'host{number}')
        self.useFixture(fixtures.MonkeyPatch(
            f'{group_guard.__name__}.PATIENCE_S', 0.3))
        self.session = sessions.BlockingSession(self.cloud.settings,
                                                '.trees SET seq')
        self.slow = self.start_on(self.session)

    def boot_slowly(self, policy):
        """Return a future of the slow one, which has come to its claim."""
        pool = concurrent.futures.ThreadPoolExecutor(1)
        self.addCleanup(pool.shutdown)
        self.addCleanup(self.session.go.set)
        future = pool.submit(self.boot, policy, manager=self.slow)
        self.assertTrue(self.session.reached.wait(30))
        return future

    def test_who_waits_sees_what_came_of_it(self):
        self.useFixture(fixtures.MonkeyPatch(
            f'{group_guard.__name__}.PATIENCE_S', 30))
        slow = self.boot_slowly('affinity')
        session = WaitingSession(self.cloud.settings)
        others, manager = [], self.start_on(session)
        other = threading.Thread(target=lambda: others.append(
            self.boot('affinity', manager=manager)))
        other.start()
        self.assertTrue(session.waits.wait(30))
        self.session.go.set()
        other.join(30)
        self.assertEqual([slow.result(30)], others)

    def test_a_late_claim_follows(self):
        slow = self.boot_slowly('affinity')
        other = self.boot('affinity')
        self.assertIn('host', other)
        self.session.go.set()
        self.assertEqual(other, slow.result(30))

    def test_a_late_claim_keeps_away(self):
        slow = self.boot_slowly('anti-affinity')
        others = [self.boot('anti-affinity') for _ in range(HOSTS)]
        self.assertNotIn(REFUSED, others)
        self.session.go.set()
        self.assertIs(REFUSED, slow.result(30))

    def test_a_row_that_nobody_can_read(self):
        session = sessions.FailingSession(self.cloud.settings)
        manager = self.start_on(session)
        session.refuse('SELECT state', cassandra.OperationTimedOut(),
                       times=9)
        self.assertIs(exception.ServiceUnavailable,
                      self.boot('affinity', manager=manager))
        self.assertIn('host', self.boot('affinity'))
