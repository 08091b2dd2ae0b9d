# SPDX-License-Identifier: Apache-2.0

import testtools

from cassandra_scheduler.demo import contents
from cassandra_scheduler.demo import scenario
from cassandra_scheduler.model import errors


def fits(flavor, host):
    """Return whether an empty host can serve a flavor."""
    return (flavor.memory_mb <= host.memory_mb and
            flavor.disk_gb <= host.disk_gb and
            flavor.vcpus <= host.vcpus and
            (flavor.trait is None or flavor.trait in host.traits))


class TestServerRequests(testtools.TestCase):

    def test_there_are_as_many_as_were_asked_for(self):
        for count in (contents.FEWEST_SERVERS, 40, 100):
            found = contents.server_requests(count)
            self.assertEqual(count, len({request.name for request in found}))

    def test_every_kind_is_there_even_among_few(self):
        found = contents.server_requests(contents.FEWEST_SERVERS)
        self.assertEqual(contents.GROUP_SIZE,
                         sum(request.in_group for request in found))
        self.assertTrue(any(request.zone for request in found))
        self.assertTrue(any(request.flavor.trait for request in found))
        names = [request.name for request in found]
        self.assertIn(contents.RESIZED, names)
        self.assertIn(contents.DELETED, names)

    def test_the_smallest_fleet_has_a_host_for_every_request(self):
        hosts = contents.hosts(scenario.FEWEST_COMPUTES)
        for request in contents.server_requests(40):
            self.assertTrue(
                any(fits(request.flavor, host) and
                    request.zone in (None, host.zone) for host in hosts),
                request)

    def test_no_host_can_serve_the_impossible(self):
        hosts = contents.hosts(60)
        giant = contents.IMPOSSIBLE.flavor
        self.assertFalse([host for host in hosts if fits(giant, host)])

    def test_each_thing_impossible_together_is_possible_alone(self):
        hosts = contents.hosts(scenario.FEWEST_COMPUTES)
        giant = contents.IMPOSSIBLE.flavor
        self.assertTrue([host for host in hosts if giant.trait in host.traits])
        self.assertTrue([host for host in hosts
                         if giant.disk_gb <= host.disk_gb])

    def test_all_servers_of_a_plan_fit_into_half_the_memory(self):
        computes = scenario.FEWEST_COMPUTES
        asked = contents.server_requests(
            computes * contents.SERVERS_PER_COMPUTE)
        self.assertLess(
            2 * sum(request.flavor.memory_mb for request in asked),
            sum(host.memory_mb for host in contents.hosts(computes)))


class TestDemoOptions(testtools.TestCase):

    def test_what_cannot_be_shown_is_refused_by_name(self):
        for option, values in (('--computes', {'computes': 3}),
                               ('--servers', {'servers': 7}),
                               ('--servers', {'servers': 101})):
            refused = self.assertRaises(errors.InvalidSettings,
                                        scenario.DemoOptions, **values)
            self.assertIn(option, str(refused))
