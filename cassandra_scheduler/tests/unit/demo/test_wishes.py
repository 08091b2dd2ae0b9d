# SPDX-License-Identifier: Apache-2.0

import testtools

from cassandra_scheduler.demo import fleet
from cassandra_scheduler.demo import running
from cassandra_scheduler.demo import wishes
from cassandra_scheduler.model import errors


def fits(flavor, host):
    """Return whether an empty host can serve a flavor."""
    return (flavor.memory_mb <= host.memory_mb and
            flavor.disk_gb <= host.disk_gb and
            flavor.vcpus <= host.vcpus and
            (flavor.trait is None or flavor.trait in host.traits))


class TestWishes(testtools.TestCase):

    def test_there_are_as_many_as_were_asked_for(self):
        for count in (wishes.FEWEST_SERVERS, 40, 100):
            found = wishes.wishes(count)
            self.assertEqual(count, len({wish.name for wish in found}))

    def test_every_kind_is_there_even_among_few(self):
        found = wishes.wishes(wishes.FEWEST_SERVERS)
        self.assertEqual(wishes.GROUP_SIZE,
                         sum(wish.in_group for wish in found))
        self.assertTrue(any(wish.zone for wish in found))
        self.assertTrue(any(wish.flavor.trait for wish in found))
        names = [wish.name for wish in found]
        self.assertIn(wishes.RESIZED, names)
        self.assertIn(wishes.DELETED, names)

    def test_the_smallest_fleet_has_a_host_for_every_wish(self):
        hosts = fleet.hosts(running.FEWEST_COMPUTES)
        for wish in wishes.wishes(40):
            self.assertTrue(
                any(fits(wish.flavor, host) and
                    wish.zone in (None, host.zone) for host in hosts), wish)

    def test_no_host_can_serve_the_impossible(self):
        hosts = fleet.hosts(60)
        giant = wishes.IMPOSSIBLE.flavor
        self.assertFalse([host for host in hosts if fits(giant, host)])

    def test_each_thing_impossible_together_is_possible_alone(self):
        hosts = fleet.hosts(running.FEWEST_COMPUTES)
        giant = wishes.IMPOSSIBLE.flavor
        self.assertTrue([host for host in hosts if giant.trait in host.traits])
        self.assertTrue([host for host in hosts
                         if giant.disk_gb <= host.disk_gb])

    def test_all_servers_of_a_plan_fit_into_half_the_memory(self):
        computes = running.FEWEST_COMPUTES
        asked = wishes.wishes(computes * wishes.SERVERS_PER_COMPUTE)
        self.assertLess(
            2 * sum(wish.flavor.memory_mb for wish in asked),
            sum(host.memory_mb for host in fleet.hosts(computes)))


class TestPlan(testtools.TestCase):

    def test_what_cannot_be_shown_is_refused_by_name(self):
        for option, values in (('--computes', {'computes': 3}),
                               ('--servers', {'servers': 7}),
                               ('--servers', {'servers': 101})):
            refused = self.assertRaises(errors.InvalidSettings,
                                        running.Plan, **values)
            self.assertIn(option, str(refused))
