# SPDX-License-Identifier: Apache-2.0

import testtools

from cassandra_scheduler.model import change as change_model
from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.testbed import verdict

HOST = 'compute-01'
ROOT = 'provider-1'
SERVERS = {'server-1': HOST, 'server-2': HOST}
VCPU, MEMORY = (ROOT, 'VCPU'), (ROOT, 'MEMORY_MB')


def consumer(uuid, **fields):
    return consumer_model.Consumer(uuid, **{
        'home': 'tree-1', 'amounts': {VCPU: 2, MEMORY: 512}, **fields})


def state(*consumers, **changes):
    """Return two servers' tree, changed, with these consumers or theirs."""
    root = tree_model.Provider(ROOT, HOST, inventories={
        'VCPU': tree_model.Inventory(1, allocation_ratio=4.0),
        'MEMORY_MB': tree_model.Inventory(1024)})
    tree = tree_model.Tree(
        'tree-1', version=5, providers={ROOT: root},
        used={VCPU: 4, MEMORY: 1024}).replace(**changes)
    return change_model.TreeState(tree, {
        each.uuid: each for each in consumers or (
            consumer('server-1'), consumer('server-2'))})


class TestVerdict(testtools.TestCase):

    def test_what_adds_up_holds(self):
        found = verdict.judge([state()], SERVERS)
        self.assertTrue(found.holds, found)
        self.assertEqual(2, found.claims)
        self.assertIn('The claims of 2 servers add up', str(found))

    def test_no_tree_and_no_server(self):
        self.assertTrue(verdict.judge([], {}).holds)

    def test_more_used_than_claimed(self):
        found = verdict.judge([state(used={VCPU: 4, MEMORY: 1023})], SERVERS)
        self.assertEqual(
            ('MEMORY_MB of compute-01: 1023 used, but claims of 1024',),
            found.faults)
        self.assertFalse(found.holds)

    def test_used_and_claimed_by_nobody(self):
        extra = {VCPU: 4, MEMORY: 1024, (ROOT, 'DISK_GB'): 1}
        found = verdict.judge([state(used=extra)], SERVERS)
        self.assertEqual(
            ('DISK_GB of compute-01: 1 used, but claims of 0',
             'DISK_GB of compute-01: 1 used of nothing'), found.faults)

    def test_a_claim_that_is_not_counted(self):
        extra = consumer('server-2', amounts={VCPU: 2, MEMORY: 512,
                                              (ROOT, 'DISK_GB'): 7})
        found = verdict.judge([state(consumer('server-1'), extra)], SERVERS)
        self.assertEqual(
            ('DISK_GB of compute-01: 0 used, but claims of 7',),
            found.faults)

    def test_a_host_over_its_capacity(self):
        greedy = consumer('server-2', amounts={VCPU: 3, MEMORY: 512})
        found = verdict.judge(
            [state(consumer('server-1'), greedy,
                   used={VCPU: 5, MEMORY: 1024})], SERVERS)
        self.assertEqual(('VCPU of compute-01: 5 used of 4',), found.faults)

    def test_a_claim_that_was_not_confirmed(self):
        pending = {'server-1': tree_model.Pending('claim', 1)}
        found = verdict.judge([state(pending=pending)], SERVERS)
        self.assertEqual((), found.faults)
        self.assertEqual(
            ('compute-01 has not confirmed the claim of server-1',),
            found.open)
        self.assertFalse(found.holds)

    def test_a_server_that_is_gone_and_holds_something(self):
        found = verdict.judge([state()], {'server-1': HOST})
        self.assertEqual(
            ('server-2 is no server, but holds something on compute-01',),
            found.open)

    def test_a_server_that_holds_nothing(self):
        found = verdict.judge([state()], {**SERVERS, 'server-3': HOST})
        self.assertEqual(
            ('server server-3 is on compute-01, but holds something on no '
             'host',), found.open)

    def test_a_server_on_another_host_than_its_claim(self):
        found = verdict.judge([state()], {**SERVERS, 'server-2': 'other'})
        self.assertEqual(
            ('server server-2 is on other, but holds something on '
             'compute-01',), found.open)

    def test_stubs_and_fences_hold_nothing(self):
        found = verdict.judge(
            [state(consumer('server-1'), consumer('server-2'),
                   consumer('moved', home='tree-2', amounts={},
                            moved_to='tree-2'),
                   consumer('fenced', blocked_claims=('id',)))], SERVERS)
        self.assertTrue(found.holds, found)
