# SPDX-License-Identifier: Apache-2.0
"""Filters on what a host can do: hypervisors, capabilities, metrics."""

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
#: The filter looks for these attributes before it looks at the figures.
_ATTRIBUTES = (frozenset(dir(state.HostStateView)) |
               frozenset(vars(host_manager.HostState('h', 'n', None))) |
               {'service', 'stats', 'tree_id'})


def image_properties(given):
    """Narrow ImagePropertiesFilter by architecture, hypervisor and mode.

    A token stands for any part of one combination that a host supports. So
    it is exact, unless the image also asks for a version or for the width of
    addresses.
    """
    asked = given.spec.image.properties if given.spec.image else {}
    default = given.conf.filter_scheduler
    names = {fields.Architecture.canonicalize(asked.get(
        'hw_architecture',
        default.image_properties_default_architecture)),
        fields.HVType.canonicalize(asked.get('img_hv_type')),
        fields.VMMode.canonicalize(asked.get('hw_vm_mode'))} - {None, ''}
    if not names:
        return predicate.EVERY_HOST
    return predicate.has_tokens(
        'abilities', [tokens.hypervisor(names)],
        exact=not asked.get('img_hv_requested_version') and
        not asked.get('hw_maxphysaddr_bits'))


def capabilities(given):
    """Narrow ComputeCapabilitiesFilter by equal texts, and by version.

    Only keys with the scope ``capabilities`` count. A host ignores a key
    without scope that it does not know.
    """
    bounds, found = (), []
    for key, value in (given.spec.flavor.extra_specs or {}).items():
        scope, *path = key.split(':')
        if scope != 'capabilities' or not path:
            continue
        if path == [_VERSION]:
            bounds += _version(value)
        elif _is_text(path):
            found += [tokens.token('capability', *path, text)
                      for text in _equal_to(value)]
    narrowed = predicate.has_tokens('abilities', found)
    return predicate.Narrowed(bounds + narrowed.restrictions)


def _is_text(path):
    if len(path) == 1:
        return path[0] in report_facts.NAMES or (
            path[0] not in _ATTRIBUTES and
            not path[0].startswith('_') and
            not report_facts.is_counter(path[0]))
    return path[0] == 'cpu_info' and path[1] in report_facts.CPU_PARTS and (
        len(path) == 2)


def _equal_to(value):
    """Return (text,) if only that text satisfies a value, else ()."""
    parts = value.split()
    if parts and parts[0] == 's==':
        return tuple(parts[1:2])
    if parts and (parts[0] in extra_specs_ops.op_methods or
                  parts[0] == '<or>'):
        return ()
    return (value,)


def _version(value):
    """Return the bounds of a number that a value sets; '=' means '>='."""
    operator, *numbers = value.split() or ['']
    bounds = {'=': ('>=',), '>=': ('>=',), '<=': ('<=',),
              '==': ('>=', '<=')}.get(operator, ())
    if not bounds or not numbers or math.isnan(float(numbers[0])):
        return ()
    return tuple(Restriction(_VERSION, bound, float(numbers[0]))
                 for bound in bounds)


def metrics(given):
    """Narrow MetricsFilter to hosts with all metrics that are weighed."""
    return predicate.has_tokens(
        'abilities', [tokens.token('metric', name)
                      for name in sorted(given.filter.keys)], exact=True)
