# SPDX-License-Identifier: Apache-2.0
"""Every weigher of Nova: what it looks at, and where that comes from.

The query does nothing for weighers. A weight depends on all candidates, so
weighers run after the filters.
"""

_REPORT = 'the host\'s report, less later claims'
_LOOKED_UP = 'the lookup rows of the group\'s instances'

#: (class, what it weighs, where that comes from)
ALL = (
    ('compute.BuildFailureWeigher', 'failed builds', 'the host\'s report'),
    ('cpu.CPUWeigher', 'free virtual CPUs', _REPORT),
    ('cross_cell.CrossCellWeigher', 'whether it stays in its cell',
     'the host\'s cell'),
    ('disk.DiskWeigher', 'free disk', _REPORT),
    ('hypervisor_version.HypervisorVersionWeigher', 'hypervisor version',
     'the host\'s report'),
    ('image_props.ImagePropertiesWeigher',
     'image properties of the instances there', _REPORT),
    ('io_ops.IoOpsWeigher', 'operations under way', _REPORT),
    ('metrics.MetricsWeigher', 'metrics', 'the host\'s report'),
    ('num_instances.NumInstancesWeigher', 'instances', _REPORT),
    ('pci.PCIWeigher', 'free PCI devices', _REPORT),
    ('ram.RAMWeigher', 'free memory', _REPORT),
    ('affinity.ServerGroupSoftAffinityWeigher',
     'members of the group there', _LOOKED_UP),
    ('affinity.ServerGroupSoftAntiAffinityWeigher',
     'members of the group there', _LOOKED_UP),
)
