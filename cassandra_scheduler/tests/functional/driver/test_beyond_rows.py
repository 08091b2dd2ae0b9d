# SPDX-License-Identifier: Apache-2.0
"""What a request reads besides the rows of hosts."""

import time
import uuid

import fixtures
from nova import context as nova_context
from nova import objects
from nova.scheduler import weights

from cassandra_scheduler.driver.sync import host_aggregates
from cassandra_scheduler.model import change as change_model
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.reporter import figures
from cassandra_scheduler.tests.functional.driver import nova_cloud

spec = nova_cloud.spec
SHARING = 'MISC_SHARES_VIA_AGGREGATE'


class BeyondRowsTestCase(nova_cloud.NovaCloudTest):

    def setUp(self):
        super().setUp()
        for name in ('one', 'two'):
            self.add_host(name)

    def host(self, wanted=None, **fields):
        """Return where the first server of a request goes."""
        _uuids, found = self.select(wanted or spec(), **fields)
        return found[0][0].service_host

    def hosts(self, wanted, count):
        """Return where the servers of a request go, in order of names."""
        return sorted(selections[0].service_host for selections in
                      self.select(wanted, count=count)[1])


class TestGroups(BeyondRowsTestCase):

    def group(self, policy, members=(), hosts=(), **rules):
        return objects.InstanceGroup(
            self.context, uuid=str(uuid.uuid4()), policy=policy,
            policies=[policy], members=list(members), hosts=list(hosts),
            rules=rules, name='group')

    def test_apart(self):
        for _time in range(3):
            self.assertEqual(['one', 'two'], self.hosts(spec(
                instance_group=self.group('anti-affinity')), 2))

    def test_apart_from_members_placed_before(self):
        (member,), ((chosen, *_spares),) = self.select(spec())
        for _time in range(3):
            uuids, ((other, *_spares),) = self.select(spec(
                instance_group=self.group('anti-affinity', [member])),
                return_alternates=False)
            self.assertNotEqual(chosen.service_host, other.service_host)

    def test_no_host_is_left(self):
        members, _found = self.select(
            spec(instance_group=self.group('anti-affinity')), count=2)
        self.refused(spec(instance_group=self.group('anti-affinity',
                                                    members)))

    def test_a_member_that_moves_may_stay(self):
        members, found = self.select(
            spec(instance_group=self.group('anti-affinity')), count=2)
        wanted = spec(instance_group=self.group('anti-affinity', members))
        self.assertEqual(found[0][0].service_host, self.host(
            wanted, uuids=[members[0]]))

    def test_so_many_on_one_host(self):
        self.assertEqual(['one', 'one', 'two', 'two'], self.hosts(spec(
            instance_group=self.group('anti-affinity',
                                      max_server_per_host=2)), 4))

    def test_together(self):
        found = self.hosts(spec(instance_group=self.group('affinity')), 4)
        self.assertEqual(1, len(set(found)))

    def test_rather_together(self):
        self.flags(group='filter_scheduler',
                   soft_affinity_weight_multiplier=100.0)
        (member,), ((chosen, *_spares),) = self.select(spec())
        for _time in range(3):
            self.assertEqual(chosen.service_host, self.host(spec(
                instance_group=self.group('soft-affinity', [member]))))

    def test_hints(self):
        self.flags(group='filter_scheduler', enabled_filters=[
            'SameHostFilter', 'DifferentHostFilter'])
        manager = self.start()
        (there,), ((chosen, *_spares),) = self.select(spec())
        for _time in range(3):
            self.assertEqual(chosen.service_host, self.host(spec(
                scheduler_hints={'same_host': [there]}), manager=manager))
            self.assertNotEqual(chosen.service_host, self.host(spec(
                scheduler_hints={'different_host': [there, 'x']}),
                manager=manager))


class TestAggregates(BeyondRowsTestCase):

    def aggregate(self, name, *hosts, **metadata):
        made = objects.Aggregate(self.nova.context, name=name)
        made.create()
        made.update_metadata(metadata)
        for host in hosts:
            made.add_host(host)
        return made

    def zone_of(self, manager=None):
        return self.select(spec(force_hosts=['one']), manager=manager)[1][
            0][0].availability_zone

    def test_what_was_there_before_the_scheduler(self):
        self.aggregate('a', 'one', availability_zone='zone1')
        self.assertEqual('zone1', self.zone_of(self.start()))

    def test_a_change_nobody_was_told_of(self):
        self.aggregate('a', 'one', availability_zone='zone1')
        self.assertEqual('nova', self.zone_of())
        self.manager._poll_aggregates(self.nova.context)
        self.assertEqual('zone1', self.zone_of())

    def test_a_change_reaches_every_scheduler(self):
        made = self.aggregate('a', 'one', availability_zone='zone1')
        other = self.start()
        self.assertEqual(['zone1'] * 2, [self.zone_of(), self.zone_of(other)])
        made.update_metadata({'availability_zone': 'zone2'})
        self.manager.update_aggregates(self.context, [made])
        self.assertEqual('zone2', self.zone_of())
        self.wait_for_news(other, of=self.manager)
        self.assertEqual('zone2', self.zone_of(other))
        made.delete_host('one')
        other.update_aggregates(self.context, made)
        self.assertEqual('nova', self.zone_of(other))
        self.wait_for_news(self.manager, of=other)
        self.assertEqual('nova', self.zone_of())

    def wait_for_news(self, manager, *, of):
        """Wait until a scheduler that was not told knows what ``of`` does."""
        known, wanted = (each._wiring.aggregates for each in (manager, of))
        until = time.monotonic() + 10 * host_aggregates.REMEMBERED
        while known.all() != wanted.all():
            self.assertLess(time.monotonic(), until)

    def test_a_deleted_one(self):
        made = self.aggregate('a', 'one', availability_zone='zone1')
        self.manager.update_aggregates(self.context, [made])
        self.assertEqual('zone1', self.zone_of())
        made.delete_host('one')
        made.destroy()
        self.manager.delete_aggregate(self.context, made)
        self.assertEqual('nova', self.zone_of())

    def test_an_old_cast_changes_nothing(self):
        made = self.aggregate('a', 'one', availability_zone='zone1')
        self.manager.update_aggregates(self.context, [made])
        old = objects.Aggregate(id=made.id, uuid=made.uuid, name='a',
                                hosts=[], metadata={})
        self.manager.update_aggregates(self.context, [old])
        self.assertEqual('zone1', self.zone_of())

    def test_a_filter_sees_them(self):
        self.aggregate('a', 'one', filter_tenant_id='somebody')
        self.flags(group='filter_scheduler', enabled_filters=[
            'AggregateMultiTenancyIsolation'])
        manager = self.start()
        for _time in range(3):
            self.assertEqual('two', self.host(manager=manager))


class TestServices(BeyondRowsTestCase):

    def change(self, host, **fields):
        with nova_context.target_cell(self.nova.context,
                                      self.nova.cell) as targeted:
            service = objects.Service.get_by_compute_host(targeted, host)
            for name, value in fields.items():
                setattr(service, name, value)
            service.save()
            return service

    def test_forced_down_though_it_cannot_say_so(self):
        self.change('one', forced_down=True)
        self.manager._poll_services(self.nova.context)
        _uuids, (selections,) = self.select(spec())
        self.assertEqual(['two'], [found.service_host
                                   for found in selections])

    def test_disabled_though_it_cannot_say_so(self):
        self.change('two', disabled=True)
        self.manager._poll_services(self.nova.context)
        self.assertEqual('one', self.host())

    def test_what_one_scheduler_sees_all_know(self):
        other = self.start()
        self.change('one', forced_down=True)
        other._poll_services(self.nova.context)
        self.assertEqual('two', self.host())

    def test_before_the_first_request(self):
        self.change('one', forced_down=True)
        self.assertEqual('two', self.host(manager=self.start()))

    def test_return(self):
        for fields in ({'forced_down': True}, {'disabled': True}):
            self.change('one', **fields)
            self.manager._poll_services(self.nova.context)
            self.assertEqual('two', self.host())
            self.change('one', **dict.fromkeys(fields, False))
            self.manager._poll_services(self.nova.context)
            self.assertEqual(['one', 'two'], sorted(
                found.service_host for found in self.select(spec())[1][0]))

    def test_the_next_poll_repairs_one_that_failed(self):
        log = self.useFixture(fixtures.FakeLogger('cassandra_scheduler'))
        self.change('one', forced_down=True)
        with fixtures.MockPatch(
                'cassandra_scheduler.driver.sync.nova_state.service_states',
                side_effect=RuntimeError('no database')):
            self.manager._poll_services(self.nova.context)
        self.assertIn('no database', log.output)
        self.assertNotIn('Traceback', log.output)
        self.manager._poll_services(self.nova.context)
        self.assertEqual('two', self.host())

    def test_a_cell_that_is_down_delays_no_other(self):
        second = self.nova.add_cell('cell2')
        second.database_connection = 'sqlite:////nowhere/cell.sqlite'
        second.save()
        self.change('one', forced_down=True)
        log = self.useFixture(fixtures.FakeLogger())
        self.manager._poll_services(self.nova.context)
        self.assertEqual('two', self.host())
        self.assertIn('of cell cell2 was not copied', log.output)
        self.assertNotIn('Traceback', log.output)

    def test_it_is_a_periodic_task(self):
        spacings = self.manager._periodic_spacing
        self.assertEqual((10, 60), (spacings['_poll_services'],
                                    spacings['_poll_aggregates']))

    def test_marked_down(self):
        tree = self.add_host('three', vcpus=64, memory_mb=10 ** 6)
        self.assertEqual('three', self.host())
        service = objects.Service(host='three', disabled=False,
                                  forced_down=False)
        self.store.trees.write_heartbeat(tree.id,
                                         figures.down_heartbeat_of(service))
        self.assertIn(self.host(), ('one', 'two'))
        self.store.trees.write_heartbeat(tree.id,
                                         figures.heartbeat_of(service))
        self.assertEqual('three', self.host())

    def test_silent(self):
        self.add_host('silent', vcpus=64, memory_mb=10 ** 6,
                      beat={'age_s': 3600})
        self.assertIn(self.host(), ('one', 'two'))

    def test_silent_hosts_count_where_nobody_asks(self):
        self.flags(group='filter_scheduler', enabled_filters=[])
        self.add_host('silent', vcpus=64, memory_mb=10 ** 6,
                      beat={'age_s': 3600})
        self.assertEqual('silent', self.host(manager=self.start()))

    def test_not_mapped_to_a_cell(self):
        self.nova.add_compute('lonely', mapped=False)
        nova_cloud.compute_hosts.write(self.cloud, 'lonely', vcpus=64,
                                       memory_mb=10 ** 6)
        self.assertIn(self.host(), ('one', 'two'))
        objects.HostMapping(self.nova.context, host='lonely',
                            cell_mapping=self.nova.cell).create()
        self.manager._poll_services(self.nova.context)
        self.assertEqual('lonely', self.host())
        # Another scheduler finds it in the store.
        self.assertEqual(self.nova.cell.uuid,
                         self.store.host_cells.find('lonely'))


class TestCells(BeyondRowsTestCase):

    def setUp(self):
        super().setUp()
        self.second = self.nova.add_cell('cell2')
        self.add_host('three', cell=self.second, vcpus=64,
                      memory_mb=10 ** 6, disk_gb=10 ** 4)

    def test_alternates_are_of_the_same_cell(self):
        _uuids, (selections,) = self.select(spec())
        self.assertEqual([('three', self.second.uuid)], [
            (found.service_host, found.cell_uuid) for found in selections])

    def test_one_cell_only(self):
        self.assertIn(self.host(spec(
            requested_destination=objects.Destination(
                cell=self.nova.cell))), ('one', 'two'))

    def test_a_disabled_cell_after_sighup(self):
        self.assertEqual('three', self.host())
        self.second.disabled = True
        self.second.save()
        self.assertEqual('three', self.host())
        self.manager.reset()
        self.assertIn(self.host(), ('one', 'two'))


class TestSharing(BeyondRowsTestCase):

    def pool(self, aggregate, disk_gb=1000):
        provider = tree_model.Provider(
            str(uuid.uuid4()), 'pool', traits=frozenset({SHARING}),
            aggregates=frozenset({aggregate}), inventories={
                'DISK_GB': tree_model.Inventory(disk_gb)})
        self.store.catalogue.create('sharing_tree',
                                    provider.uuid,
                                    write_id='op',
                                    now_ms=0)
        return self.cloud.new_tree(provider)

    def test_a_pool_that_came_later(self):
        self.refused(spec(disk_gb=500))
        aggregate = str(uuid.uuid4())
        pool = self.pool(aggregate)
        self.add_host('three', disk_gb=1, aggregates=[aggregate])
        self.assertEqual('three', self.host(spec(disk_gb=500)))
        self.assertEqual(500, self.store.trees.find(pool.id).units_used(
            pool.id, 'DISK_GB'))


class NumberOfInstances(weights.BaseHostWeigher):
    """A weigher from elsewhere, which looks at all instances."""

    def _weigh_object(self, host_state, request_spec):
        return sum(instance.display_name == 'known'
                   for instance in host_state.instances.values())


class TestEverything(BeyondRowsTestCase):

    def test_plugins_from_elsewhere_see_all_instances(self):
        with nova_context.target_cell(self.nova.context,
                                      self.nova.cell) as targeted:
            instance = objects.Instance(
                targeted, host='two', project_id='project',
                user_id='user', display_name='known', vm_state='active',
                flavor=nova_cloud.spec().flavor)
            instance.create()
        _uuids, ((chosen,),) = self.select(
            spec(force_hosts=['two']), uuids=[instance.uuid])
        tree_id = chosen.compute_node_uuid
        # The host has counted it.
        self.store.write_tree(
            tree_id, lambda state: change_model.TreeChange(
                before=state.tree,
                write_id='op',
                after=state.tree.with_pending(instance.uuid, None)))
        self.flags(group='filter_scheduler', weight_classes=[
            f'{__name__}.NumberOfInstances'])
        manager = self.start()
        for _time in range(3):
            self.assertEqual('two', self.host(manager=manager))
