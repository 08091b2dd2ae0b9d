# SPDX-License-Identifier: Apache-2.0

import testtools

from cassandra_scheduler.demo import decisions


def decision(*servers, why=None, writes=2, **changes):
    return {'scheduler': 'scheduler-1', 'why': why, 'request': 'req',
            'claim_ms': 5.0, 'writes': writes, 'places': [
                {'server': server, 'taken': {'VCPU': 2, 'MEMORY_MB': 512},
                 'free': {'VCPU': 6, 'MEMORY_MB': 1024}}
                for server in servers], **changes}


class TestDecisions(testtools.TestCase):

    def test_the_newest_claim_of_a_server_counts_and_stands_last(self):
        found = decisions.claims([
            decision('a'), decision('b'), decision('a', claim_ms=7.0)])
        self.assertEqual(['b', 'a'], list(found))
        self.assertEqual(7.0, found['a'].milliseconds)

    def test_before_and_after(self):
        claim = decisions.claims([decision('a')])['a']
        self.assertEqual('8 -> 6', claim.before_and_after('VCPU'))
        self.assertEqual('1.5 -> 1',
                         claim.before_and_after('MEMORY_MB', 1024))
        self.assertEqual('0 -> 0', claim.before_and_after('DISK_GB'))

    def test_more_writes_than_needed_are_a_race(self):
        self.assertFalse(decisions.claims([decision('a')])['a'].raced)
        self.assertTrue(
            decisions.claims([decision('a', writes=3)])['a'].raced)
        self.assertFalse(
            decisions.claims([decision('a', 'b', writes=4)])['a'].raced)

    def test_the_newest_reason(self):
        self.assertIsNone(decisions.last_reason([decision('a')]))
        self.assertEqual('second', decisions.last_reason(
            [decision(why='first'), decision(why='second'), decision('a')]))
