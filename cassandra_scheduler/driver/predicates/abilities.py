# SPDX-License-Identifier: Apache-2.0
"""What a host is able to: hypervisors, capabilities, metrics."""

import math

from nova.objects import fields
from nova.scheduler.filters import extra_specs_ops
from nova.scheduler import host_manager

from cassandra_scheduler.driver.host import state
from cassandra_scheduler.driver.predicates import predicate
from cassandra_scheduler.resource_types import report_facts
from cassandra_scheduler.resource_types import tokens

Restriction = predicate.Restriction
_VERSION = 'hypervisor_version'
#: What the filter finds on a host before it looks among the host's figures.
_ATTRIBUTES = (frozenset(dir(state.HostStateView)) |
               frozenset(vars(host_manager.HostState('h', 'n', None))) |
               {'service', 'stats', 'tree_id'})


def image_properties(asked):
    """Narrow ImagePropertiesFilter by architecture, hypervisor and mode.

    A word stands for any part of one combination a host supports, so it is
    exact unless a version or the width of addresses is asked for too.
    """
    found = asked.spec.image.properties if asked.spec.image else {}
    default = asked.conf.filter_scheduler
    names = {fields.Architecture.canonicalize(found.get(
        'hw_architecture',
        default.image_properties_default_architecture)),
        fields.HVType.canonicalize(found.get('img_hv_type')),
        fields.VMMode.canonicalize(found.get('hw_vm_mode'))} - {None, ''}
    if not names:
        return predicate.EVERYBODY
    return predicate.words(
        'abilities', [tokens.hypervisor(names)],
        exact=not found.get('img_hv_requested_version') and
        not found.get('hw_maxphysaddr_bits'))


def capabilities(asked):
    """Narrow ComputeCapabilitiesFilter by equal texts, and by version.

    Only keys with the scope ``capabilities``: another one is of no concern
    to a host that does not know it.
    """
    found, wanted = (), []
    for key, value in (asked.spec.flavor.extra_specs or {}).items():
        scope, *path = key.split(':')
        if scope != 'capabilities' or not path:
            continue
        if path == [_VERSION]:
            found += _version(value)
        elif _is_text(path):
            wanted += [tokens.word('capability', *path, text)
                       for text in _equal_to(value)]
    narrowed = predicate.words('abilities', wanted)
    return predicate.Narrowed(found + narrowed.restrictions)


def _is_text(path):
    if len(path) == 1:
        return path[0] in report_facts.NAMES or (
            path[0] not in _ATTRIBUTES and
            not path[0].startswith('_') and
            not report_facts.is_counter(path[0]))
    return path[0] == 'cpu_info' and path[1] in report_facts.CPU_PARTS and (
        len(path) == 2)


def _equal_to(value):
    """Return (text,) if a value can only be met by that text, else ()."""
    parts = value.split()
    if parts and parts[0] == 's==':
        return tuple(parts[1:2])
    if parts and (parts[0] in extra_specs_ops.op_methods or
                  parts[0] == '<or>'):
        return ()
    return (value,)


def _version(value):
    """Return the bounds that a value sets to a number; '=' is at least."""
    operator, *numbers = value.split() or ['']
    bounds = {'=': ('>=',), '>=': ('>=',), '<=': ('<=',),
              '==': ('>=', '<=')}.get(operator, ())
    if not bounds or not numbers or math.isnan(float(numbers[0])):
        return ()
    return tuple(Restriction(_VERSION, bound, float(numbers[0]))
                 for bound in bounds)


def metrics(asked):
    """Narrow MetricsFilter to hosts that have all metrics weighed by."""
    return predicate.words(
        'abilities', [tokens.word('metric', name)
                      for name in sorted(asked.found.keys)], exact=True)
