# SPDX-License-Identifier: Apache-2.0
"""ComputeFilter: whether the compute service of a host is up."""

import datetime

from oslo_utils import timeutils

from cassandra_scheduler.driver.predicates import predicate

Restriction = predicate.Restriction


def compute(given):
    """Narrow to hosts that are enabled and have sent a heartbeat lately.

    Time only goes forward: a heartbeat that is too old for the query is too
    old for the filter, which runs later. Nova ignores a heartbeat from the
    future; that is left to the filter. Nothing is narrowed if another
    servicegroup driver decides.
    """
    if given.conf.servicegroup_driver != 'db':
        return predicate.NOT_NARROWED
    oldest = timeutils.utcnow() - datetime.timedelta(
        seconds=given.conf.service_down_time)
    return predicate.Narrowed((
        Restriction('last_seen', '>=', oldest),
        Restriction('service_disabled', '=', False),
        Restriction('forced_down', '=', False)))
