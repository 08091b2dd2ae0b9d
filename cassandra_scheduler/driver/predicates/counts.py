# SPDX-License-Identifier: Apache-2.0
"""NumInstancesFilter, IoOpsFilter, and both with limits of aggregates.

The columns count what the host has reported and what was claimed since, as
the filters do.
"""

import functools

from cassandra_scheduler.driver.predicates import predicate


def _below(limit, column, *, exact):
    return predicate.Narrowed((predicate.Restriction(
        column, '<=', limit - 1),), exact=exact)


def _configured(asked, *, column, option):
    """Narrow to hosts that count less than an option says."""
    return _below(getattr(asked.conf.filter_scheduler, option), column,
                  exact=True)


def _highest(asked, *, column, option):
    """Narrow by the highest limit that the option or an aggregate sets.

    Which host has which aggregate is not in its row, so the lower limits are
    for the filter. A value that is no number makes it turn to the option.
    """
    highest = getattr(asked.conf.filter_scheduler, option)
    for aggregates in asked.by_host().values():
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
