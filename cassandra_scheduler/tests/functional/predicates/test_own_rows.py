# SPDX-License-Identifier: Apache-2.0
"""Predicates of filters that look at the row of a host only."""

from hypothesis import strategies as st

from cassandra_scheduler.driver.predicates import predicate
from cassandra_scheduler.resource_types import tokens
from cassandra_scheduler.tests.fixtures import varied_hosts
from cassandra_scheduler.tests.functional.predicates import case
from cassandra_scheduler.tests.functional.predicates import requests


class TestCounts(case.PredicateTest):

    def test_num_instances(self):
        self.hold('NumInstancesFilter',
                  requests.limits('max_instances_per_host'))

    def test_io_ops(self):
        self.hold('IoOpsFilter', requests.limits('max_io_ops_per_host'))


class TestServices(case.PredicateTest):
    group = None

    def surround(self, draw):
        varied_hosts.beats(self.cloud, self.trees, draw)

    def test_compute(self):
        self.hold('ComputeFilter', st.integers(15, 600).map(
            lambda seconds: ({}, {'service_down_time': seconds})))


class TestAbilities(case.PredicateTest):

    def test_image_properties(self):
        self.hold('ImagePropertiesFilter', requests.images())

    def test_compute_capabilities(self):
        self.hold('ComputeCapabilitiesFilter', requests.capabilities())

    def test_network(self):
        self.hold('SimpleCIDRAffinityFilter', requests.networks())

    def test_all_hosts(self):
        counts = self.hold('AllHostsFilter', requests.limits(
            'max_io_ops_per_host'))
        self.assertEqual(counts['pairs'], counts['passed'])


class TestMetrics(case.PredicateTest):
    group = 'metrics'

    def test_metrics(self):
        self.hold('MetricsFilter', st.lists(
            st.sampled_from(varied_hosts.METRICS), max_size=5).map(
                lambda names: ({}, {'weight_setting': [
                    f'{name}=1' for name in names]})))


class TestHardware(case.PredicateTest):

    def test_numa_topology(self):
        self.hold('NUMATopologyFilter', requests.topologies())

    def test_pci_devices(self):
        self.hold('PciPassthroughFilter', requests.devices())


class TestUnsound(case.PredicateTest):
    """A predicate that hides a host, and one that is not exact, are seen."""

    def caught(self, name, cases, narrow):
        """Expect that hold finds a host to complain about."""
        return str(self.assertRaises(AssertionError, self.hold, name, cases,
                                     narrow=narrow, pairs=2000))

    def test_a_limit_that_is_one_too_low(self):
        self.assertIn('passed, but not read', self.caught(
            'NumInstancesFilter', requests.limits('max_instances_per_host'),
            lambda given: _at_most(
                'num_instances', given.conf.filter_scheduler
                .max_instances_per_host - 2)))

    def test_a_limit_that_is_one_too_high(self):
        self.assertIn('read, but not passed', self.caught(
            'IoOpsFilter', requests.limits('max_io_ops_per_host'),
            lambda given: _at_most(
                'num_io_ops', given.conf.filter_scheduler
                .max_io_ops_per_host, exact=True)))

    def test_names_from_two_combinations(self):
        self.assertIn('read, but not passed', self.caught(
            'ImagePropertiesFilter', requests.images(), _name_by_name))


def _at_most(column, limit, **fields):
    return predicate.Narrowed((predicate.Restriction(column, '<=', limit),),
                              **fields)


def _name_by_name(given):
    """Ask for each name by itself, as if any combination would do."""
    found = given.spec.image.properties
    names = {found.get(name) for name in ('hw_architecture', 'img_hv_type',
                                          'hw_vm_mode')} - {None}
    if not names or found.get('img_hv_requested_version'):
        return predicate.NOT_NARROWED
    return predicate.has_tokens(
        'abilities', [tokens.hypervisor([name]) for name in sorted(names)],
        exact=True)
