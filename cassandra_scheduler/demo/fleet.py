# SPDX-License-Identifier: Apache-2.0
"""The compute hosts of the demo: unlike in size, traits and zone."""

import dataclasses

ZONES = ('north', 'south', 'west')
FAST_DISK = 'CUSTOM_FAST_DISK'
VECTORS = 'HW_CPU_X86_AVX512F'

# VCPU, MiB of memory, GB of disk; hosts take turns. What one has less of one
# thing it has more of another, so that Nova's weighers use all of them.
_SIZES = ((8, 65536, 1000), (20, 49152, 1000), (32, 40960, 700),
          (14, 40960, 1600))


@dataclasses.dataclass(frozen=True, slots=True)
class Host:
    """A compute host: memory in MiB, disk in GB."""
    name: str
    vcpus: int
    memory_mb: int
    disk_gb: int
    zone: str
    traits: tuple = ()


def hosts(count):
    """Return ``count`` Hosts; the first ones have every size and zone."""
    return [_host(number) for number in range(count)]


def _host(number):
    turn = number % len(_SIZES)
    vcpus, memory_mb, disk_gb = _SIZES[turn]
    traits = ((FAST_DISK,) if turn == 1 else ()) + (
        (VECTORS,) if turn in (1, 2) else ())
    return Host(f'compute-{number + 1:02d}', vcpus, memory_mb, disk_gb,
                zone=ZONES[number % len(ZONES)], traits=traits)
