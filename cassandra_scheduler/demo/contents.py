# SPDX-License-Identifier: Apache-2.0
"""What the demo consists of: compute hosts, flavors and servers.

The hosts differ in size, traits and zone. Each kind of server shows one thing
that the scheduler looks at.
"""

import dataclasses

ZONES = ('north', 'south', 'west')
FAST_DISK = 'CUSTOM_FAST_DISK'
VECTORS = 'HW_CPU_X86_AVX512F'

# VCPU, MiB of memory, GB of disk; hosts take turns. A host with less of one
# thing has more of another, so that Nova's weighers use all of them.
_SIZES = ((8, 65536, 1000), (20, 49152, 1000), (32, 40960, 700),
          (14, 40960, 1600))

#: Members of the group whose servers must be on different hosts.
GROUP_SIZE = 3
#: So many of them fit, on the average, with much to spare.
SERVERS_PER_COMPUTE = 5
#: So many servers give at least one of each kind.
FEWEST_SERVERS = GROUP_SIZE + 5


@dataclasses.dataclass(frozen=True, slots=True)
class ComputeHost:
    """A compute host: memory in MiB, disk in GB."""
    name: str
    vcpus: int
    memory_mb: int
    disk_gb: int
    zone: str
    traits: tuple = ()


def hosts(count):
    """Return ``count`` ComputeHosts; the first have every size and zone."""
    return [_host(number) for number in range(count)]


def _host(number):
    turn = number % len(_SIZES)
    vcpus, memory_mb, disk_gb = _SIZES[turn]
    traits = ((FAST_DISK,) if turn == 1 else ()) + (
        (VECTORS,) if turn in (1, 2) else ())
    return ComputeHost(
        f'compute-{number + 1:02d}', vcpus, memory_mb, disk_gb,
        zone=ZONES[number % len(ZONES)], traits=traits)


@dataclasses.dataclass(frozen=True, slots=True)
class DemoFlavor:
    """What a server takes: memory in MiB, disk in GB."""
    name: str
    vcpus: int
    memory_mb: int
    disk_gb: int
    trait: str | None = None


SMALL = DemoFlavor('small', 1, 1024, 10)
MEDIUM = DemoFlavor('medium', 2, 2048, 20)
LARGE = DemoFlavor('large', 4, 4096, 40)
FAST = DemoFlavor('fast', 2, 2048, 40, FAST_DISK)
VECTOR = DemoFlavor('vector', 4, 2048, 10, VECTORS)
#: Some hosts have so large a disk, others a fast one; none has both.
GIANT = DemoFlavor('giant', 8, 8192, 1200, FAST_DISK)
FLAVORS = (SMALL, MEDIUM, LARGE, FAST, VECTOR, GIANT)


@dataclasses.dataclass(frozen=True, slots=True)
class ServerRequest:
    """A server to ask for; ``note`` says what is special about it."""
    name: str
    flavor: DemoFlavor
    zone: str | None = None
    in_group: bool = False
    note: str = ''


IMPOSSIBLE = ServerRequest('impossible', GIANT)


def server_requests(count):
    """Return ``count`` ServerRequests that all fit.

    ``RESIZED`` and ``DELETED`` name two of them.
    """
    special = [ServerRequest(f'apart-{number + 1}', MEDIUM, in_group=True,
                             note='apart') for number in range(GROUP_SIZE)]
    for number in range(max(1, count // 12)):
        zone = ZONES[number % len(ZONES)]
        special += [
            ServerRequest(f'zone-{number + 1}', SMALL, zone=zone, note=zone),
            ServerRequest(f'fast-{number + 1}', FAST, note='trait'),
            ServerRequest(f'vector-{number + 1}', VECTOR, note='trait')]
    kinds = (SMALL, MEDIUM, LARGE)
    plain = [ServerRequest(f'plain-{number + 1}', kinds[number % len(kinds)])
             for number in range(count - len(special))]
    return special + plain


#: The plain server that is resized, and its new flavor; the deleted one.
RESIZED, RESIZED_TO = 'plain-1', LARGE
DELETED = 'plain-2'
