# SPDX-License-Identifier: Apache-2.0
"""What is read of a cloud of a thousand hosts, as the transcripts say."""

import dataclasses
import functools
import random

from nova import objects
import testtools

from cassandra_scheduler.bench import fleet
from cassandra_scheduler.mini_cloud import search
from cassandra_scheduler.model import resource_request as request_model
from cassandra_scheduler.model import restriction
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.resource_types import loading
from cassandra_scheduler.scheduling import candidate_source
from cassandra_scheduler.scheduling import placement_request
from cassandra_scheduler.scheduling import sharing
from cassandra_scheduler.scheduling import transcript
from cassandra_scheduler.store import scan
from cassandra_scheduler.tests.fixtures import cassandra
from cassandra_scheduler.tests.fixtures import compute_hosts
from cassandra_scheduler.tests.fixtures import topologies

HOSTS = 1000
OPTIONS = placement_request.SchedulerOptions()
Restriction = restriction.Restriction


@functools.lru_cache(maxsize=None)
def large_cloud():
    """Return the store of a cloud that all tests here read."""
    objects.register_all()
    cloud = cassandra.Cloud()
    cloud.setUp()
    fleet.write(cloud.store, HOSTS)
    compute_hosts.write(cloud, 'with-devices', figures={
        'pci_device_pools': topologies.functions(4)})
    tree = compute_hosts.write(cloud, 'with-gpus')
    cloud.write(tree, tree.with_provider(tree.root.replace(inventories={
        **tree.root.inventories, 'VGPU': tree_model.Inventory(4)})))
    return cloud.store


def request(*, trait=None, **resources):
    return request_model.ResourceRequest(groups=(
        request_model.ResourceGroup(
            resources={'VCPU': 2, 'MEMORY_MB': 4096, 'DISK_GB': 20,
                       **resources},
            required=(frozenset({trait}),) if trait else ()),))


class TestRead(testtools.TestCase):

    def setUp(self):
        super().setUp()
        # The cloud is shared; what is known of its size is not.
        self.store = dataclasses.replace(
            large_cloud(), scan=scan.Scan(large_cloud().query))

    def first(self, variant, **wanted):
        """Return (candidates of the first page, Transcript)."""
        notes = transcript.Notes('request')
        return next(self.pages(variant, notes, **wanted), ()), (
            notes.transcript)

    def all(self, variant, **wanted):
        """Return the names of the candidates of all pages."""
        return [each.tree.root.name for found in self.pages(
            variant, transcript.Notes('request'), **wanted)
            for each in found]

    def pages(self, variant, notes, **wanted):
        return iter(
            candidate_source.CandidateSource(
                placement_request.PlacementRequest(
                    'request', (), (variant,), **wanted),
                notes=notes,
                random=random.Random(1),
                context=candidate_source.SchedulingContext(
                    store=self.store,
                    base_type=loading.get('base'),
                    resource_type=loading.get('compute'),
                    search=search.allocation_requests,
                    options=OPTIONS,
                    sharing=sharing.Sharing(self.store))))

    def assert_read(self, expected, found):
        """Check (rows, lead) of a Transcript."""
        self.assertEqual((expected,), found.leads)

    def test_an_ordinary_request_reads_a_sample(self):
        passed, found = self.first(request())
        self.assert_read(('amounts', OPTIONS.page), found)
        self.assertEqual(OPTIONS.page, len(passed))
        # Now it is known that this is a large cloud.
        passed, found = self.first(request())
        self.assert_read(('amounts', OPTIONS.sample), found)
        self.assertEqual(OPTIONS.sample, len(passed))
        self.assertIn('10 rows (10 by amounts)', str(found))

    def test_what_few_have_is_read_by_its_index(self):
        self.first(request())
        for lead, asked, wanted in (
                ('tree_traits', {'trait': fleet.RARE_TRAIT}, {}),
                ('tree_classes', {'VGPU': 3}, {}),
                ('devices', {}, {'restrictions': (Restriction(
                    'devices', 'CONTAINS', 'pci:product_id:154d>=4'),)})):
            passed, found = self.first(request(**asked), **wanted)
            self.assert_read((lead, 1), found)
            self.assertEqual(1, len(passed), lead)

    def test_what_nobody_has_is_not_read(self):
        passed, found = self.first(request(VGPU=4096))
        self.assertEqual((0, ()), (found.rows_read, passed))

    def test_a_pinned_host_is_one_row(self):
        self.first(request())
        passed, found = self.first(request(), host=fleet.host_name(500))
        self.assert_read(('host', 1), found)
        self.assertEqual([fleet.host_name(500)],
                         [each.tree.root.name for each in passed])

    def test_a_few_hosts_are_a_row_each(self):
        self.first(request())
        names = [fleet.host_name(number) for number in range(0, 1000, 50)]
        passed, found = self.first(request(), restrictions=(
            Restriction('host', 'IN', (*names, 'gone')),))
        self.assert_read(('host', 20), found)
        self.assertEqual(20, len(passed))

    def test_two_filters_that_name_hosts(self):
        names = [fleet.host_name(number) for number in range(3)]
        passed, found = self.first(request(), restrictions=(
            Restriction('host', 'IN', tuple(names[:2])),
            Restriction('host', 'IN', tuple(names[1:]))))
        self.assert_read(('host', 1), found)
        passed, found = self.first(request(), restrictions=(
            Restriction('host', 'IN', tuple(names[:1])),
            Restriction('host', 'IN', tuple(names[1:]))))
        self.assertEqual((0, ()), (found.rows_read, passed))

    def test_of_many_hosts_some_are_read(self):
        names = {fleet.host_name(number) for number in range(0, 1000, 5)}
        passed, found = self.first(request(), restrictions=(
            Restriction('host', 'IN', tuple(sorted(names))),))
        self.assert_read(('host', OPTIONS.sample), found)
        self.assertLessEqual({each.tree.root.name for each in passed}, names)
        everybody = self.all(request(), restrictions=(
            Restriction('host', 'IN', tuple(sorted(names))),))
        self.assertEqual(sorted(names), sorted(everybody))

    def test_what_the_row_refuses_is_not_read(self):
        """Hosts that a filter would refuse do not come into the sample."""
        self.first(request())
        passed, found = self.first(request(), restrictions=(
            Restriction('abilities', 'CONTAINS', 'hypervisor:aarch64'),))
        self.assertEqual((0, ()), (found.rows_read, passed))
        self.assertEqual('abilities', found.leads[0][0])
        passed, found = self.first(request(), restrictions=(
            Restriction('abilities', 'CONTAINS', 'hypervisor:kvm|x86_64'),))
        self.assertEqual(found.rows_read, len(passed))
