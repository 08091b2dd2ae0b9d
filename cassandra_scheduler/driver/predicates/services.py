# SPDX-License-Identifier: Apache-2.0
"""ComputeFilter: is the compute service of a host up."""

import datetime

from oslo_utils import timeutils

from cassandra_scheduler.driver.predicates import predicate

Restriction = predicate.Restriction


def compute(asked):
    """Narrow to hosts that are enabled and were heard of lately.

    A clock only runs on: who is too old for the query is so for the filter.
    A heartbeat from the future counts as none for Nova, and stays to it.
    Where others than heartbeats decide, nothing is narrowed.
    """
    if asked.conf.servicegroup_driver != 'db':
        return predicate.NOTHING
    oldest = timeutils.utcnow() - datetime.timedelta(
        seconds=asked.conf.service_down_time)
    return predicate.Narrowed((
        Restriction('last_seen', '>=', oldest),
        Restriction('service_disabled', '=', False),
        Restriction('forced_down', '=', False)))
