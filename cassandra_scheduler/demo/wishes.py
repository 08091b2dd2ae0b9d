# SPDX-License-Identifier: Apache-2.0
"""The servers that are asked for in the demo, and why each of them is."""

import dataclasses

from cassandra_scheduler.demo import fleet

#: Members of the group whose servers must be on different hosts.
GROUP_SIZE = 3
#: So many of them fit, on the average, with much to spare.
SERVERS_PER_COMPUTE = 5
#: So many servers there must be to have one of each kind.
FEWEST_SERVERS = GROUP_SIZE + 5


@dataclasses.dataclass(frozen=True, slots=True)
class Flavor:
    """What a server takes: memory in MiB, disk in GB."""
    name: str
    vcpus: int
    memory_mb: int
    disk_gb: int
    trait: str | None = None


SMALL = Flavor('small', 1, 1024, 10)
MEDIUM = Flavor('medium', 2, 2048, 20)
LARGE = Flavor('large', 4, 4096, 40)
FAST = Flavor('fast', 2, 2048, 40, fleet.FAST_DISK)
VECTOR = Flavor('vector', 4, 2048, 10, fleet.VECTORS)
#: Some hosts have so large a disk, others a fast one; none has both.
GIANT = Flavor('giant', 8, 8192, 1200, fleet.FAST_DISK)
FLAVORS = (SMALL, MEDIUM, LARGE, FAST, VECTOR, GIANT)


@dataclasses.dataclass(frozen=True, slots=True)
class Wish:
    """A server to be asked for; ``note`` says what is special about it."""
    name: str
    flavor: Flavor
    zone: str | None = None
    in_group: bool = False
    note: str = ''


IMPOSSIBLE = Wish('impossible', GIANT)


def wishes(count):
    """Return ``count`` Wishes that can all come true.

    ``RESIZED`` and ``DELETED`` name two of them.
    """
    special = [Wish(f'apart-{number + 1}', MEDIUM, in_group=True,
                    note='apart') for number in range(GROUP_SIZE)]
    for number in range(max(1, count // 12)):
        zone = fleet.ZONES[number % len(fleet.ZONES)]
        special += [
            Wish(f'zone-{number + 1}', SMALL, zone=zone, note=zone),
            Wish(f'fast-{number + 1}', FAST, note='trait'),
            Wish(f'vector-{number + 1}', VECTOR, note='trait')]
    kinds = (SMALL, MEDIUM, LARGE)
    plain = [Wish(f'plain-{number + 1}', kinds[number % len(kinds)])
             for number in range(count - len(special))]
    return special + plain


#: The plain server that is resized, and to what; the one that is deleted.
RESIZED, RESIZED_TO = 'plain-1', LARGE
DELETED = 'plain-2'
