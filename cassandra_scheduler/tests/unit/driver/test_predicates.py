# SPDX-License-Identifier: Apache-2.0

import pathlib

import fixtures
from nova.scheduler import filters
from nova.scheduler import weights
import testtools

import cassandra_scheduler
from cassandra_scheduler.driver.predicates import filters_page
from cassandra_scheduler.driver.predicates import narrowing
from cassandra_scheduler.driver.predicates import predicate
from cassandra_scheduler.driver.predicates import ranking
from cassandra_scheduler.driver.predicates import registry
from cassandra_scheduler.tests.unit.driver import specs

SOURCE = pathlib.Path(cassandra_scheduler.__file__).parent.parent


class Conf:
    """Nova's options, as far as these filters look."""
    servicegroup_driver = 'db'
    service_down_time = 60

    class filter_scheduler:
        max_instances_per_host = 50
        isolated_images = []
        image_properties_default_architecture = None


def filter_of(name):
    return next(each for each in filters.all_filters()
                if each.__name__ == name)()


def asked(*names, spec=None, **fields):
    """Return (source, column) of what these filters ask."""
    found = narrowing.filter_restrictions(
        spec or specs.spec(**fields), filters=[filter_of(name)
                                               for name in names],
        conf=Conf, by_host=dict, instances=None)
    return [(each.source, each.column) for each in found]


class TestTable(testtools.TestCase):

    def test_it_is_current(self):
        self.assertEqual(
            filters_page.text(),
            (SOURCE / filters_page.PAGE).read_text(encoding='utf-8'),
            f'run "python -m {filters_page.__name__} {filters_page.PAGE}"')

    def test_every_filter_of_nova_is_in_it(self):
        self.assertEqual(
            {f'{each.__module__}.{each.__name__}'
             for each in filters.all_filters()}, set(registry.REGISTRY))
        self.assertEqual(22, len(registry.ALL))

    def test_every_weigher_of_nova_is_in_it(self):
        self.assertEqual(
            {f'{each.__module__}.{each.__name__}'
             for each in weights.all_weighers()},
            {f'nova.scheduler.weights.{name}'
             for name, _what, _source in ranking.ALL})
        self.assertEqual(13, len(ranking.ALL))

    def test_who_decides_alone_says_why(self):
        for each in registry.ALL:
            self.assertEqual(each.narrow is None,
                             each.result == registry.PYTHON, each.name)
            self.assertTrue(each.narrow or each.rest, each.name)


class TestWhoIsAsked(testtools.TestCase):

    def test_the_filters_that_are_enabled(self):
        self.assertEqual([], asked())
        self.assertEqual([('NumInstancesFilter', 'num_instances')],
                         asked('AllHostsFilter', 'NumInstancesFilter'))
        self.assertEqual(
            [('ComputeFilter', 'last_seen'),
             ('ComputeFilter', 'service_disabled'),
             ('ComputeFilter', 'forced_down')], asked('ComputeFilter'))

    def test_nobody_for_forced_hosts(self):
        self.assertEqual([], asked('NumInstancesFilter',
                                   force_hosts=['one']))

    def test_only_some_for_a_rebuild(self):
        rebuild = {'scheduler_hints': {'_nova_check_type': ['rebuild']}}
        image = specs.spec(**rebuild)
        image.image.properties.hw_architecture = 'x86_64'
        self.assertEqual(
            [('ImagePropertiesFilter', 'abilities')],
            asked('NumInstancesFilter', 'ImagePropertiesFilter',
                  spec=image))

    def test_not_where_others_than_heartbeats_decide(self):
        class Memcached(Conf):
            servicegroup_driver = 'mc'

        self.assertEqual((), narrowing.filter_restrictions(
            specs.spec(), filters=[filter_of('ComputeFilter')],
            conf=Memcached, by_host=dict, instances=None))

    def test_a_request_that_the_filter_fails_on(self):
        """Nothing is left out, so that the filter says what is wrong."""
        for name, fields in (
                ('SimpleCIDRAffinityFilter', {'scheduler_hints': {
                    'build_near_host_ip': ['no address']}}),
                ('ComputeCapabilitiesFilter', {'extra_specs': {
                    'capabilities:hypervisor_version': '>= new'}})):
            self.assertEqual([], asked(name, **fields))

    def test_no_subclass(self):
        class Lenient(type(filter_of('NumInstancesFilter'))):
            def host_passes(self, host_state, spec_obj):
                return True

        self.assertEqual(predicate.NOT_NARROWED, narrowing.of_filter(
            predicate.PredicateInput(specs.spec(), Lenient(), Conf, dict)))

    def test_no_replaced_method(self):
        found = filter_of('NumInstancesFilter')
        asked_of = predicate.PredicateInput(specs.spec(), found, Conf, dict)
        self.assertNotEqual(predicate.NOT_NARROWED,
                            narrowing.of_filter(asked_of))
        self.useFixture(fixtures.MonkeyPatch(
            f'{type(found).__module__}.NumInstancesFilter.host_passes',
            lambda *_: True))
        self.assertEqual(predicate.NOT_NARROWED, narrowing.of_filter(asked_of))
