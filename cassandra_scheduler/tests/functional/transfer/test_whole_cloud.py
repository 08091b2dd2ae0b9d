# SPDX-License-Identifier: Apache-2.0


from cassandra_scheduler.tests.fixtures import accounts
from cassandra_scheduler.tests.functional import cmd
from cassandra_scheduler.tests.functional.transfer import case
from cassandra_scheduler.tests.functional.transfer import cloud
from cassandra_scheduler.tests import sizes
from cassandra_scheduler.transfer import showing
from cassandra_scheduler.transfer import tally as tallies


class TestWholeCloud(case.TransferTestCase):
    """A cloud of all kinds of things, there and back.

    At night it has a thousand providers and ten thousand allocations.
    """

    plan = cloud.Plan(**sizes.TRANSFER)
    #: One provider and consumer in so many is compared.
    every = sizes.TRANSFER_COMPARED

    def run_well(self, *command):
        desk = self.useFixture(cmd.Desk(
            cloud=self.service.settings.cloud,
            keyspace=self.service.settings.keyspace))
        ended = desk.run('cassandra-scheduler', 'placement', *command,
                         timeout=600)
        self.assertEqual(0, ended.returncode, ended.stderr)
        return ended.stdout

    def expected(self):
        """Return the numbers of providers and of allocations, as shown."""
        providers = 2 + 7 * self.plan.nested + self.plan.flat
        allocations = sum(len(amounts) for held in
                          cloud.consumers(self.plan).values()
                          for amounts in held.values())
        if sizes.NIGHTLY:
            self.assertEqual((1000, 10280), (providers, allocations))
        return f'{providers:,}', f'{allocations:,}'

    def test_there_and_back(self):
        providers, allocations = self.expected()
        said = self.run_well('import', '--from', self.stock.url)
        self.assertRegex(said, f'providers +│ +{providers} │ +{providers} │')
        self.assertRegex(
            said, f'allocations +│ +{allocations} │ +{allocations} │')
        self.assertIn('Nothing differs.', said)
        self.assertEqual([], accounts.problems(self.store))
        self.assert_same_answers(self.service, every=self.every)

        back = self.useFixture(case.StockPlacement(self.server))
        said = self.run_well('export', '--to', back.url)
        self.assertRegex(
            said, f'allocations +│ +{allocations} │ +{allocations} │')
        self.assertIn('Nothing differs.', said)
        self.assert_same_answers(back, every=self.every)

        for first, last in (self.bring_in(), self.take_out(back.url)):
            self.assertEqual(0, first.total(tallies.NEW, tallies.CHANGED))
            self.assertEqual(0, showing.different(last))
