# SPDX-License-Identifier: Apache-2.0
"""NumInstancesFilter, IoOpsFilter, and both with limits of aggregates.

Like the filters, the columns count what the host has reported and what was
claimed since then.
"""

import functools

from cassandra_scheduler.driver.predicates import predicate


def _below(limit, column, *, exact):
    return predicate.Narrowed((predicate.Restriction(
        column, '<=', limit - 1),), exact=exact)


def _configured(given, *, column, option):
    """Narrow to hosts that count less than an option."""
    return _below(getattr(given.conf.filter_scheduler, option), column,
                  exact=True)


def _highest(given, *, column, option):
    """Narrow by the highest limit that the option or an aggregate sets.

    A host's row does not say in which aggregates it is, so the filter applies
    the lower limits. It uses the option if a value is not a number.
    """
    highest = getattr(given.conf.filter_scheduler, option)
    for aggregates in given.by_host().values():
        for aggregate in aggregates:
            try:
                highest = max(highest, int(aggregate.metadata[option]))
            except (KeyError, ValueError):
                continue
    return _below(highest, column, exact=False)


_INSTANCES = {'column': 'num_instances', 'option': 'max_instances_per_host'}
_IO_OPS = {'column': 'num_io_ops', 'option': 'max_io_ops_per_host'}
num_instances = functools.partial(_configured, **_INSTANCES)
aggregate_num_instances = functools.partial(_highest, **_INSTANCES)
io_ops = functools.partial(_configured, **_IO_OPS)
aggregate_io_ops = functools.partial(_highest, **_IO_OPS)
