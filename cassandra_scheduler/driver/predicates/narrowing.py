# SPDX-License-Identifier: Apache-2.0
"""The Restrictions that stand for the enabled filters of one request."""

import dataclasses

from nova.scheduler import utils as scheduler_utils
from oslo_log import log as logging

from cassandra_scheduler.driver import destinations
from cassandra_scheduler.driver.predicates import predicate
from cassandra_scheduler.driver.predicates import registry

LOG = logging.getLogger(__name__)


def filter_restrictions(spec, *, filters, conf, by_host, instances):
    """Return the Restrictions that stand for the enabled ``filters``.

    The source of each is the name of its filter. There are none for forced
    hosts, for which Nova runs no filter. A rebuild runs only some filters,
    and only those count. ``by_host`` and ``instances``: of PredicateInput.
    """
    if destinations.skips_filters(spec):
        return ()
    rebuild = scheduler_utils.request_is_rebuild(spec)
    found = {}
    for each in filters:
        if rebuild and not each.RUN_ON_REBUILD:
            continue
        given = predicate.PredicateInput(spec, each, conf, by_host, instances)
        name = type(each).__name__
        found.update(dict.fromkeys(
            dataclasses.replace(one, source=name)
            for one in of_filter(given).restrictions))
    return tuple(found)


def of_filter(given):
    """Return the Narrowed of one enabled filter.

    If its predicate fails, nothing is narrowed. The filter then sees every
    host and finds what is wrong with the request.
    """
    known = registry.find(given.filter)
    if known is None or known.narrow is None:
        return predicate.NOT_NARROWED
    try:
        return known.narrow(given)
    except Exception as exc:
        LOG.debug('The query leaves all to %(filter)s: %(error)r',
                  {'filter': known.name, 'error': exc})
        return predicate.NOT_NARROWED
