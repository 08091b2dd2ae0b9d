# SPDX-License-Identifier: Apache-2.0

import uuid

from cassandra_scheduler.resource_types import loading
from cassandra_scheduler.store import opening
from cassandra_scheduler.tests.fixtures import accounts
from cassandra_scheduler.tests.fixtures import placement_service
from cassandra_scheduler.tests.fixtures import sessions
from cassandra_scheduler.tests.functional.transfer import case
from cassandra_scheduler.tests.functional.transfer import cloud
from cassandra_scheduler.transfer import showing
from cassandra_scheduler.transfer import tally as tallies

V = cloud.VERSION


class TestDifferences(case.TransferTestCase):

    def assert_settled(self):
        """Everything is as the source has it, and stays so."""
        self.assertEqual([], accounts.problems(self.store))
        self.assert_same_answers(self.service)
        first, last = self.bring_in()
        self.assertEqual(0, first.total(tallies.NEW, tallies.CHANGED))
        self.assertEqual(0, showing.different(last))

    def test_a_dry_run_counts_and_writes_nothing(self):
        planned, _last = self.bring_in(write=False)
        self.assertEqual([], self.service.get('/resource_providers')[
            'resource_providers'])
        self.assertEqual([], list(self.store.catalogue.list('trait')))
        done, last = self.bring_in()
        self.assertEqual(planned.counts - last.counts, done.counts)
        self.assertEqual(33, done.of('providers', tallies.NEW))
        self.assert_settled()

    def test_a_run_that_was_killed_is_finished_by_the_next(self):
        for stop_at in (30, 150, 300):
            session = sessions.StoppingSession(
                self.service.settings, stop_at, error=sessions.Killed(),
                sent_at_last=stop_at % 4 == 0)
            dying = opening.open_store(self.service.settings,
                                       loading.installed(), session=session)
            self.assertRaises(sessions.Killed, self.bring_in, dying)
            self.assertTrue(session.stopped)
        first, _last = self.bring_in()
        self.assertNotEqual(0, first.total(tallies.NEW))
        self.assertNotEqual(0, first.total(tallies.SAME))
        self.assert_settled()

    def test_what_has_changed_is_brought_over(self):
        self.bring_in()
        host, numa = cloud.name_uuid('host', 0), cloud.name_uuid(
            'numa', '1-1')
        flat, server = cloud.name_uuid('flat', 7), cloud.name_uuid(
            'flat-server', 0, 0)
        gone, moved = cloud.name_uuid('flat-server', 3, 0), cloud.name_uuid(
            'flat-server', 1, 1)
        self.stock.do(
            ['PUT', f'/resource_providers/{flat}', {'name': 'renamed'}, V],
            # With its cards, into another host's tree.
            ['PUT', f'/resource_providers/{numa}', {
                'name': 'numa-1-1', 'parent_provider_uuid': host}, V],
            ['PUT', f'/resource_providers/{flat}/traits', {
                'resource_provider_generation': self.stock.get(
                    f'/resource_providers/{flat}')['generation'],
                'traits': []}, V],
            ['DELETE', f'/allocations/{gone}', None, V],
            # From two trees to one, and from one to two others.
            self.holding(server, {cloud.name_uuid('flat', 2): {'VCPU': 2}}),
            self.holding(moved, {
                cloud.name_uuid('storage', 1): {'DISK_GB': 7},
                cloud.name_uuid('flat', 4): {'MEMORY_MB': 512}}))
        first, last = self.bring_in()
        self.assertLess(0, first.of('providers', tallies.CHANGED))
        self.assertEqual(1, last.of('consumers', tallies.EXTRA))
        self.assertEqual(5, last.of('allocations', tallies.EXTRA))
        self.service.expect(204, 'DELETE', f'/allocations/{gone}')
        self.assert_settled()

    def holding(self, consumer, allocations):
        return ['PUT', f'/allocations/{consumer}', {
            'allocations': {provider: {'resources': resources}
                            for provider, resources in allocations.items()},
            'project_id': 'project-new', 'user_id': 'user-new',
            'consumer_type': 'INSTANCE', 'consumer_generation':
                self.stock.get(f'/allocations/{consumer}')[
                    'consumer_generation']}, V]

    def test_what_is_only_here_is_counted_and_left(self):
        extra = self.service.new_provider(VCPU=5, MEMORY_MB=100)
        consumer = str(uuid.uuid4())
        self.service.expect(
            204, 'PUT', f'/allocations/{consumer}',
            placement_service.consumer_of({extra: {'VCPU': 2}}))
        _first, last = self.bring_in()
        self.assertEqual(
            {'consumers': 1, 'allocations': 1, 'providers': 1,
             'inventories': 2},
            {kind: last.of(kind, tallies.EXTRA) for kind in tallies.KINDS
             if last.of(kind, tallies.EXTRA)})
        self.assertEqual(5, showing.different(last))
        self.assertEqual({'VCPU': 2}, self.service.get(
            f'/allocations/{consumer}')['allocations'][extra]['resources'])

    def test_what_is_only_here_is_removed_if_that_is_wished(self):
        self.bring_in()
        host = cloud.name_uuid('host', 0)
        extra = self.service.new_provider(VCPU=5)
        child = self.service.new_provider(parent=host, VCPU=5)
        self.service.expect(201, 'PUT', '/traits/CUSTOM_ONLY_HERE')
        self.service.expect(
            204, 'PUT', f'/allocations/{uuid.uuid4()}',
            placement_service.consumer_of({
                extra: {'VCPU': 2}, child: {'VCPU': 1},
                host: {'DISK_GB': 1}}))
        first, last = self.bring_in(prune=True)
        self.assertEqual(1, first.of('providers', tallies.CHANGED))
        self.assertEqual(0, showing.different(last))
        self.assert_settled()

    def test_what_is_only_there_is_removed_if_that_is_wished(self):
        self.bring_in()
        host, flat = cloud.name_uuid('host', 0), cloud.name_uuid('flat', 3)
        extra = str(uuid.uuid4())
        self.stock.do(
            ['POST', '/resource_providers', {
                'uuid': extra, 'name': 'extra',
                'parent_provider_uuid': host}, V],
            # What the source has below it elsewhere moves away.
            ['PUT', f'/resource_providers/{cloud.name_uuid("pgpu", 0)}', {
                'name': 'pgpu-0', 'parent_provider_uuid': extra}, V],
            ['PUT', '/traits/CUSTOM_ONLY_HERE', None, V],
            ['PUT', f'/allocations/{uuid.uuid4()}',
             placement_service.consumer_of({flat: {'VCPU': 2}}), V])
        _first, last = self.take_out(self.stock.url, prune=True)
        self.assertEqual(0, showing.different(last))
        self.assert_settled()

    def test_a_name_that_is_taken_holds_up_its_tree_only(self):
        self.service.new_provider('host-1')
        _first, last = self.bring_in()
        [line] = last.refusals
        self.assertIn(cloud.name_uuid('host', 1), line)
        self.assertIn('same name', line)
        self.assertEqual(7, last.of('providers', tallies.NEW))
        self.assertEqual([], accounts.problems(self.store))

    def test_back_into_a_database_that_differs(self):
        self.bring_in()
        flat = cloud.name_uuid('flat', 3)
        consumer = cloud.name_uuid('flat-server', 4, 4)
        self.stock.do(
            ['PUT', f'/resource_providers/{flat}', {'name': 'renamed'}, V],
            ['DELETE', f'/allocations/{consumer}', None, V],
            self.holding(cloud.name_uuid('flat-server', 0, 2),
                         {flat: {'VCPU': 1}}),
            ['PUT', f'/resource_providers/{cloud.name_uuid("numa", "0-0")}',
             {'name': 'numa-0-0', 'parent_provider_uuid':
              cloud.name_uuid('host', 2)}, V])
        first, last = self.take_out(self.stock.url)
        self.assertLess(0, first.total(tallies.NEW, tallies.CHANGED))
        self.assertEqual(0, showing.different(last))
        self.assert_settled()
