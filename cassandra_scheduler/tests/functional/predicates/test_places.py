# SPDX-License-Identifier: Apache-2.0
"""Predicates that come down to names of hosts, or to what aggregates say."""

import uuid

import nova.conf
from nova import objects

from cassandra_scheduler.driver.host import instances
from cassandra_scheduler.driver import plugins
from cassandra_scheduler.driver.predicates import narrowing
from cassandra_scheduler.driver.predicates import registry
from cassandra_scheduler.tests.fixtures import varied_hosts
from cassandra_scheduler.tests.functional.driver import nova_cloud
from cassandra_scheduler.tests.functional.predicates import case
from cassandra_scheduler.tests.functional.predicates import requests


class TestServers(case.PredicateTest):

    def request(self, *, servers=(), hint=None, policy=None, group_hosts=(),
                **fields):
        uuids = [(self.servers + [str(uuid.UUID(int=0))])[number]
                 for number in servers]
        if hint is not None:
            fields['scheduler_hints'] = {hint: uuids}
        if policy is not None:
            fields['instance_group'] = objects.InstanceGroup(
                self.context, uuid=str(uuid.uuid4()), name='group', rules={},
                policy=policy, policies=[policy], members=uuids,
                hosts=[f'host{number}' for number in group_hosts])
        return nova_cloud.spec(**fields)

    def test_same_host(self):
        self.hold('SameHostFilter', requests.servers('same_host'))

    def test_different_host(self):
        self.hold('DifferentHostFilter', requests.servers('different_host'))

    def test_affinity(self):
        self.hold('ServerGroupAffinityFilter', requests.groups())

    def test_anti_affinity(self):
        self.hold('ServerGroupAntiAffinityFilter', requests.groups())

    def test_isolated(self):
        self.hold('IsolatedHostsFilter', requests.isolation())


class TestAggregates(case.PredicateTest):

    METADATA = (
        {'max_instances_per_host': '3', 'disk': 'ssd'},
        {'max_instances_per_host': '9', 'disk': 'ssd,hdd', 'zone': '3'},
        {'max_io_ops_per_host': 'none', 'zone': 'ssd'},
        {'max_io_ops_per_host': '5', 'max_instances_per_host': '7.5'})

    def surround(self, draw):
        for number, metadata in enumerate(self.METADATA):
            made = objects.Aggregate(self.nova.context,
                                     name=f'aggregate{uuid.uuid4()}')
            made.create()
            made.update_metadata(metadata)
            for tree in draw.sample(self.trees, 12):
                made.add_host(tree.root.name)

    def test_num_instances(self):
        self.hold('AggregateNumInstancesFilter',
                  requests.limits('max_instances_per_host'))

    def test_io_ops(self):
        self.hold('AggregateIoOpsFilter',
                  requests.limits('max_io_ops_per_host'))

    def test_extra_specs(self):
        self.hold('AggregateInstanceExtraSpecsFilter',
                  requests.aggregate_specs())


class TestTogether(case.PredicateTest):
    """All filters of Nova at once, as one request asks for them."""

    def surround(self, draw):
        varied_hosts.beats(self.cloud, self.trees, draw)

    def compare(self, spec, narrow=None):
        self.flags(enabled_filters=sorted(
            each.name for each in registry.ALL
            if each.name not in ('SameHostFilter', 'DifferentHostFilter')),
            group='filter_scheduler')
        loaded = plugins.Plugins()
        read = self.found_by(narrowing.filter_restrictions(
            spec, filters=loaded.enabled_filters, conf=nova.conf.CONF,
            by_host=self.manager._wiring.aggregates.by_host,
            instances=instances.RequestInstances(self.store, spec,
                                                 self.context)))
        passing = self.passing(loaded, spec)
        self.assertEqual(set(), passing - read)
        return {'pairs': len(self.everybody), 'passed': len(passing),
                'read': len(read)}

    def test_none_is_missed(self):
        self.hold('AllHostsFilter', requests.images())
        self.hold('AllHostsFilter', requests.limits('max_io_ops_per_host'))
