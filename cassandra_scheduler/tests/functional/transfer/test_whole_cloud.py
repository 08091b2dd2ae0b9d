# SPDX-License-Identifier: Apache-2.0


from cassandra_scheduler.tests.fixtures import accounts
from cassandra_scheduler.tests.functional import cmd
from cassandra_scheduler.tests.functional.transfer import case
from cassandra_scheduler.tests.functional.transfer import cloud
from cassandra_scheduler.transfer import showing
from cassandra_scheduler.transfer import tally as tallies


class TestWholeCloud(case.TransferTestCase):
    """A thousand providers and ten thousand allocations, there and back."""

    plan = cloud.Plan()

    def run_well(self, *command):
        desk = self.useFixture(cmd.Desk(
            cloud=self.service.settings.cloud,
            keyspace=self.service.settings.keyspace))
        ended = desk.run('cassandra-scheduler', 'placement', *command,
                         timeout=600)
        self.assertEqual(0, ended.returncode, ended.stderr)
        return ended.stdout

    def test_there_and_back(self):
        said = self.run_well('import', '--from', self.stock.url)
        self.assertRegex(said, r'providers +│ +1,000 │ +1,000 │')
        self.assertRegex(said, r'allocations +│ +10,280 │ +10,280 │')
        self.assertIn('Nothing differs.', said)
        self.assertEqual([], accounts.problems(self.store))
        self.assert_same_answers(self.service, every=20)

        back = self.useFixture(case.StockPlacement(self.server))
        said = self.run_well('export', '--to', back.url)
        self.assertRegex(said, r'allocations +│ +10,280 │ +10,280 │')
        self.assertIn('Nothing differs.', said)
        self.assert_same_answers(back, every=20)

        for first, last in (self.bring_in(), self.take_out(back.url)):
            self.assertEqual(0, first.total(tallies.NEW, tallies.CHANGED))
            self.assertEqual(0, showing.different(last))
