# SPDX-License-Identifier: Apache-2.0
"""No SQL database is read while servers are placed."""

import functools
import json
from unittest import mock
import uuid

import fixtures
from nova import objects
from nova.scheduler import weights

from cassandra_scheduler.driver.sync import cells
from cassandra_scheduler.model import change as change_model
from cassandra_scheduler.model import report as report_model
from cassandra_scheduler.reporter import figures
from cassandra_scheduler.tests.fixtures import sql_trap
from cassandra_scheduler.tests.functional.driver import nova_cloud

spec = nova_cloud.spec


class Queried(AssertionError):
    """A database was asked."""


class Everything(weights.BaseHostWeigher):
    """A weigher from elsewhere, which reads all attributes of a host."""

    def _weigh_object(self, host_state, request_spec):
        return len(host_state.instances) + len(host_state.aggregates)


class TestNoSql(nova_cloud.NovaCloudTest):
    """Every request of these is made under the trap."""

    def setUp(self):
        super().setUp()
        self.queries = []
        self.addCleanup(sql_trap.set_up(self.spring))
        for name in ('one', 'two', 'three'):
            self.add_host(name)
        self.manager = self.start()

    def spring(self, what):
        self.queries.append(what)
        raise Queried(what)

    def select(self, *args, **kwargs):
        with sql_trap.placing():
            answer = super().select(*args, **kwargs)
        self.assertEqual([], self.queries)
        return answer

    def refused(self, *args, **kwargs):
        with sql_trap.placing():
            answer = super().refused(*args, **kwargs)
        self.assertEqual([], self.queries)
        return answer

    def host(self, wanted=None, **fields):
        _uuids, found = self.select(wanted or spec(), **fields)
        return found[0][0].service_host

    def aggregate(self, host, **metadata):
        """Make an aggregate of one host, in Nova and on its provider."""
        made = objects.Aggregate(self.nova.context, name=str(uuid.uuid4()))
        made.create()
        made.update_metadata(metadata)
        made.add_host(host)
        self.manager.update_aggregates(self.context, [made])
        tree = next(iter(self.trees(host)))

        def join(state):
            root = state.tree.root
            return change_model.TreeChange(
                before=state.tree, write_id=made.uuid,
                after=state.tree.with_provider(root.replace(
                    aggregates=root.aggregates | {made.uuid})))
        self.store.write_tree(tree.id, join)
        return made

    def trees(self, host):
        return [tree for tree in self.store.query.read(()).trees
                if tree.report.host == host]

    def group(self, policy, *members):
        return objects.InstanceGroup(
            self.context, uuid=str(uuid.uuid4()), policy=policy,
            policies=[policy], members=list(members), hosts=[], rules={},
            name='group')

    def test_the_trap_works(self):
        ask = functools.partial(objects.AggregateList.get_all,
                                self.nova.context)
        ask()
        with sql_trap.placing():
            self.assertRaises(Queried, ask)

    def test_one_and_several_servers(self):
        self.assertIn(self.host(), ('one', 'two', 'three'))
        self.assertEqual(5, len(self.select(spec(), count=5)[1]))

    def test_none_fits(self):
        self.refused(spec(vcpus=1000))

    def test_a_host_that_is_forced_and_one_that_is_asked_for(self):
        self.assertEqual('two', self.host(spec(force_hosts=['two'])))
        self.assertEqual('two', self.host(spec(
            requested_destination=objects.Destination(host='two'))))

    def test_a_rebuild(self):
        self.assertEqual('one', self.host(spec(
            force_hosts=['one'], force_nodes=['one'],
            scheduler_hints={'_nova_check_type': ['rebuild']})))

    def test_a_zone(self):
        self.aggregate('two', availability_zone='zone')
        for _time in range(2):
            _uuids, ((chosen,),) = self.select(spec(availability_zone='zone'))
            self.assertEqual(('two', 'zone'), (chosen.service_host,
                                               chosen.availability_zone))

    def test_a_zone_without_hosts_that_are_left(self):
        self.aggregate('two', availability_zone='zone')
        self.refused(spec(availability_zone='zone', ignore_hosts=['two']))

    def test_an_aggregate_of_the_tenant(self):
        self.aggregate('three', filter_tenant_id='project')
        self.flags(group='scheduler',
                   limit_tenants_to_placement_aggregate=True,
                   placement_aggregate_required_for_tenants=True)
        self.assertEqual('three', self.host())
        self.assertIn('No hosts available for tenant',
                      self.refused(spec(project_id='another')))

    def test_isolated_aggregates(self):
        for host in ('one', 'two'):
            self.aggregate(host, **{'trait:CUSTOM_A': 'required'})
        self.flags(group='scheduler',
                   enable_isolated_aggregate_filtering=True)
        for _time in range(3):
            self.assertEqual('three', self.host())

    def test_groups(self):
        (member,), ((first, *_spares),) = self.select(spec())
        self.assertNotEqual(first.service_host, self.host(spec(
            instance_group=self.group('anti-affinity', member))))
        for policy, hosts in (('anti-affinity', 3), ('affinity', 1)):
            uuids = [str(uuid.uuid4()) for _number in range(3)]
            found = self.select(spec(instance_group=self.group(
                policy, *uuids)), count=3, uuids=uuids)[1]
            self.assertEqual(hosts, len({each[0].service_host
                                         for each in found}))
        self.flags(group='filter_scheduler',
                   soft_affinity_weight_multiplier=100.0)
        self.assertEqual(first.service_host, self.host(spec(
            instance_group=self.group('soft-affinity', member))))

    def test_hints(self):
        self.flags(group='filter_scheduler', enabled_filters=[
            'SameHostFilter', 'DifferentHostFilter'])
        manager = self.start()
        (there,), ((chosen, *_spares),) = self.select(spec())
        self.assertEqual(chosen.service_host, self.host(spec(
            scheduler_hints={'same_host': [there]}), manager=manager))
        self.assertNotEqual(chosen.service_host, self.host(spec(
            scheduler_hints={'different_host': [there]}), manager=manager))

    def test_all_filters_and_weighers_of_nova(self):
        self.flags(group='filter_scheduler', enabled_filters=[
            name for name in self.manager.host_manager.filter_cls_map
            # These two want to be asked for something.
            if name not in ('JsonFilter', 'MetricsFilter')])
        manager = self.start()
        self.assertIn(self.host(manager=manager), ('one', 'two', 'three'))

    def test_a_plugin_from_elsewhere(self):
        (there,), ((chosen, *_spares),) = self.select(spec())
        tree_id = chosen.compute_node_uuid
        self.store.write_tree(
            tree_id, lambda state: change_model.TreeChange(
                before=state.tree,
                write_id='counted',
                after=state.tree.with_pending(there, None)))
        self.flags(group='filter_scheduler',
                   weight_classes=[f'{__name__}.Everything'])
        manager = self.start()
        self.assertEqual(chosen.service_host, self.host(manager=manager))

    def test_properties_of_images(self):
        image = objects.ImageMeta(properties=objects.ImageMetaProps(
            hw_disk_bus='virtio'))
        self.flags(group='filter_scheduler',
                   image_props_weight_multiplier=100.0)
        manager = self.start()
        # A claim counts before its host has counted the server ...
        chosen = self.host(spec(image=image), manager=manager)
        for _time in range(2):
            self.assertEqual(chosen, self.host(spec(image=image),
                                               manager=manager))
        # ... and so does what the hosts report.
        other = min({'one', 'two', 'three'} - {chosen})
        (tree,) = self.trees(other)
        report = {**tree.report.fields,
                  'image_properties': figures.counted(
                      [(('hw_disk_bus', 'virtio'),)] * 9)}
        self.store.write_tree(
            tree.id, lambda state: change_model.TreeChange(
                before=state.tree,
                write_id='reported',
                after=state.tree.replace(report=report_model.HostReport(
                    json.dumps(report)))))
        self.assertEqual(other, self.host(spec(image=image),
                                          manager=manager))

    def test_silent_and_marked_hosts(self):
        self.add_host('four', vcpus=64, memory_mb=10 ** 6,
                      beat={'forced_down': True})
        self.add_host('five', vcpus=64, memory_mb=10 ** 6,
                      beat={'disabled': True})
        self.manager._poll_services(self.nova.context)
        self.assertIn(self.host(), ('one', 'two', 'three'))

    def test_two_cells(self):
        second = self.nova.add_cell('cell2')
        self.add_host('four', cell=second, vcpus=64, memory_mb=10 ** 6,
                      disk_gb=10 ** 4)
        self.manager._poll_services(self.nova.context)
        _uuids, ((chosen,),) = self.select(spec())
        self.assertEqual(('four', second.uuid), (chosen.service_host,
                                                 chosen.cell_uuid))
        self.assertIn(self.host(spec(
            requested_destination=objects.Destination(
                cell=self.nova.cell))), ('one', 'two', 'three'))

    def test_a_host_another_scheduler_has_met(self):
        other = self.start()
        self.add_host('four', vcpus=64, memory_mb=10 ** 6)
        other._poll_services(self.nova.context)
        self.assertEqual('four', self.host())

    def test_a_host_that_nobody_has_met_is_looked_up_once(self):
        other = self.start()
        self.add_host('four', vcpus=64, memory_mb=10 ** 6)
        with sql_trap.placing():
            self.assertRaises(Queried, super().select, spec())
        self.queries.clear()
        with fixtures.MockPatchObject(
                cells.Cells, '_look_up', autospec=True,
                side_effect=sql_trap.excused(cells.Cells._look_up)) as asked:
            self.assertEqual('four', self.host())
        asked.mock.assert_called_once_with(mock.ANY, 'four')
        for manager in (self.manager, other):
            self.assertEqual('four', self.host(manager=manager))
