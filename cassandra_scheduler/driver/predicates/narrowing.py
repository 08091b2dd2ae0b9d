# SPDX-License-Identifier: Apache-2.0
"""The restrictions of all enabled filters on one request."""

import dataclasses

from nova.scheduler import utils as scheduler_utils
from oslo_log import log as logging

from cassandra_scheduler.driver import destinations
from cassandra_scheduler.driver.predicates import predicate
from cassandra_scheduler.driver.predicates import registry

LOG = logging.getLogger(__name__)


def restrictions(spec, *, filters, conf, by_host, instances):
    """Return the Restrictions that the enabled ``filters`` ask for.

    Each bears the name of its filter as its source. None for forced hosts,
    where Nova asks no filter, and of a rebuild only those of filters that it
    asks then. ``by_host`` and ``instances``: of predicate.Asked.
    """
    if destinations.skips_filters(spec):
        return ()
    rebuild = scheduler_utils.request_is_rebuild(spec)
    found = {}
    for each in filters:
        if rebuild and not each.RUN_ON_REBUILD:
            continue
        asked = predicate.Asked(spec, each, conf, by_host, instances)
        name = type(each).__name__
        found.update(dict.fromkeys(
            dataclasses.replace(one, source=name)
            for one in of_filter(asked).restrictions))
    return tuple(found)


def of_filter(asked):
    """Return what one enabled filter asks of the query, as Narrowed.

    A predicate that cannot cope narrows nothing. Then the filter is asked of
    every host, and it is the one to say what is wrong with the request.
    """
    known = registry.find(asked.found)
    if known is None or known.narrow is None:
        return predicate.NOTHING
    try:
        return known.narrow(asked)
    except Exception as exc:
        LOG.debug('Nothing of %(filter)s is pushed down: %(error)r',
                  {'filter': known.name, 'error': exc})
        return predicate.NOTHING
