# SPDX-License-Identifier: Apache-2.0
"""select_destinations over hosts in a real Cassandra."""

import json

from nova import objects

from cassandra_scheduler.tests.functional.driver import nova_cloud

spec = nova_cloud.spec


class TestPlacing(nova_cloud.NovaCloudTest):

    def test_one_server(self):
        tree = self.add_host('one')
        (uuid,), ((chosen,),) = self.select(spec())
        self.assertEqual('one', chosen.service_host)
        self.assertEqual(self.nova.cell.uuid, chosen.cell_uuid)
        self.assertEqual(tree.id, chosen.compute_node_uuid)
        self.assertEqual('1.36', chosen.allocation_request_version)
        self.assertEqual(
            {'allocations': {tree.id: {'resources': {
                'VCPU': 1, 'MEMORY_MB': 1024, 'DISK_GB': 10}}},
             'mappings': {'': [tree.id]}},
            json.loads(chosen.allocation_request))
        after = self.store.trees.find(tree.id)
        self.assertEqual(1, after.units_used(tree.id, 'VCPU'))
        self.assertEqual({'vcpus': 1, 'memory_mb': 1024, 'disk_gb': 10,
                          'instances': 1, 'io_ops': 1},
                         after.pending[uuid].usage)
        self.assertEqual(2, after.root.generation)
        consumer = self.store.consumers.find(uuid).consumer
        self.assertEqual((1, 'project', 'user', 'INSTANCE'),
                         (consumer.generation, consumer.project_id,
                          consumer.user_id, consumer.consumer_type))

    def test_none_fits(self):
        self.add_host('small', vcpus=2)
        self.assertIn('There are not enough hosts available',
                      self.refused(spec(vcpus=4)))

    def test_what_it_costs(self):
        for number in range(3):
            self.add_host(f'host{number}')
        self.select(spec())
        # The first request of a process also looks at aggregates and the
        # like; none of that is a candidate query.
        transcript = self.place(spec()).transcript
        self.assertEqual((1, 2, 3), (
            transcript.queries, transcript.conditional_writes,
            transcript.rows_read))
        self.assertEqual(
            [('read', 3), ('search', 3), ('filter', 3), ('rank', 3),
             ('claim', 1)],
            [(step.name, step.went_out) for step in transcript.steps])

    def test_a_refusal_counts_the_rows_that_explain_it(self):
        for number in range(3):
            self.add_host(f'host{number}', vcpus=2)
        placed = self.place(spec(vcpus=4))
        self.assertEqual((0, 3), (placed.transcript.conditional_writes,
                                  placed.transcript.rows_read))
        self.assertIn('VCPU 3 of 3', placed.reason)

    def test_alternates(self):
        trees = {self.add_host(f'host{number}').id for number in range(4)}
        _uuids, (selections,) = self.select(spec())
        self.assertEqual(3, len({chosen.compute_node_uuid
                                 for chosen in selections} & trees))
        for spare in selections[1:]:
            self.assertEqual(
                [spare.compute_node_uuid],
                list(json.loads(spare.allocation_request)['allocations']))
            self.assertEqual({}, self.store.trees.find(
                spare.compute_node_uuid).used)

    def test_several_servers(self):
        trees = [self.add_host('one', vcpus=2), self.add_host('two', vcpus=2)]
        uuids, found = self.select(spec(), count=4)
        self.assertEqual(4, len(found))
        for tree in trees:
            now = self.store.trees.find(tree.id)
            self.assertEqual(2, now.units_used(tree.id, 'VCPU'))
            self.assertEqual(2, len(set(now.pending) & set(uuids)))

    def test_too_many_servers_leave_nothing_behind(self):
        tree = self.add_host('one', vcpus=3)
        uuid = '0c5ff1ce-0000-4000-8000-000000000001'
        self.refused(spec(), count=4, uuids=[uuid])
        now = self.store.trees.find(tree.id)
        self.assertEqual((0, {}), (now.units_used(tree.id, 'VCPU'),
                                   now.pending))
        self.assertEqual([], self.store.trees.list_consumers(tree.id))
        self.assertIsNone(self.store.consumer_homes.find(uuid))

    def test_a_filter_that_raises_leaves_nothing_behind(self):
        tree = self.add_host('one')
        self.add_host('two')
        self.flags(group='filter_scheduler', enabled_filters=['JsonFilter'])
        # Only the second server has a host left whose figure is compared.
        wanted = spec(scheduler_hints={
            'query': ['["=", "$num_instances.none", 0]']})
        self.assertRaises(AttributeError, self.select, wanted,
                          manager=self.start())
        self.assertEqual({}, self.store.trees.find(tree.id).used)

    def test_dicts_for_old_conductors(self):
        self.add_host('one')
        found = self.manager.select_destinations(
            self.context, spec_obj=spec(), instance_uuids=None)
        self.assertEqual([{'host': 'one', 'nodename': 'one', 'limits': {}}],
                         found)

    def test_unclaimed_when_nobody_is_named(self):
        tree = self.add_host('one')
        self.manager.select_destinations(
            self.context, spec_obj=spec(), instance_uuids=None)
        self.assertEqual({}, self.store.trees.find(tree.id).used)


class TestNamedHosts(nova_cloud.NovaCloudTest):

    def hosts(self, wanted, **fields):
        """Return the names of the hosts of one request, chosen first."""
        _uuids, (selections,) = self.select(wanted, **fields)
        return [found.service_host for found in selections]

    def test_ignored(self):
        for name in ('one', 'two', 'three'):
            self.add_host(name)
        self.assertEqual(['two'], self.hosts(spec(
            ignore_hosts=['ONE', 'three'])))

    def test_forced_though_down(self):
        self.add_host('one')
        self.add_host('two', beat={'age_s': 3600})
        self.assertEqual(['two'], self.hosts(spec(force_hosts=['two'])))

    def test_destination(self):
        self.add_host('one')
        self.add_host('two')
        wanted = spec(requested_destination=objects.Destination(host='two'))
        self.assertEqual(['two'], self.hosts(wanted))
        self.assertEqual('two', wanted.requested_destination.node)

    def test_unknown_destination(self):
        self.add_host('one')
        self.assertIn('No such host - host: nine', self.refused(spec(
            requested_destination=objects.Destination(host='nine'))))

    def test_rebuild_claims_nothing_on_a_full_host(self):
        tree = self.add_host('one', vcpus=1, beat={'age_s': 3600})
        for _time in range(2):
            _uuids, ((chosen,),) = self.select(spec(
                vcpus=4, force_hosts=['one'], force_nodes=['one'],
                scheduler_hints={'_nova_check_type': ['rebuild']}))
            self.assertEqual(('one', 'null'), (
                chosen.service_host, chosen.allocation_request))
        self.assertEqual({}, self.store.trees.find(tree.id).used)

    def test_rebuild_asks_the_filters_that_want_to_be_asked(self):
        self.add_host('one')
        image = objects.ImageMeta(properties=objects.ImageMetaProps(
            hw_architecture='aarch64'))
        self.refused(spec(
            force_hosts=['one'], force_nodes=['one'], image=image,
            scheduler_hints={'_nova_check_type': ['rebuild']}))


class TestLargeCloud(nova_cloud.NovaCloudTest):
    """More hosts than fit into a page."""

    def setUp(self):
        super().setUp()
        self.flags(group='cassandra_scheduler', candidate_page=4,
                   candidate_sample=2)
        self.second = self.nova.add_cell('cell2')
        for number in range(8):
            self.add_host(f'host{number}',
                          cell=self.second if number % 2 else None)
        self.select(spec())

    def test_alternates_are_found_though_the_sample_is_small(self):
        found = [self.select(spec())[1][0] for _time in range(12)]
        self.assertLess(2, max(map(len, found)))
        for selections in found:
            self.assertEqual(1, len({each.cell_uuid for each in selections}))

    def test_many_servers_are_spread(self):
        spread = [len({each[0].service_host for each in
                       self.select(spec(), count=4)[1]})
                  for _time in range(12)]
        # A sample alone would be two hosts.
        self.assertLess(2, max(spread))

    def test_all_of_a_cloud_can_be_used(self):
        # 8 hosts of 8 VCPU, one of which was taken before.
        _uuids, found = self.select(spec(vcpus=7), count=8)
        self.assertEqual(8, len({each[0].service_host for each in found}))
        self.refused(spec(vcpus=7))
