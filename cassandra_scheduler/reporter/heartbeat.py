# SPDX-License-Identifier: Apache-2.0
"""Lets the heartbeat of Nova's service group beat in Cassandra as well.

Nova's timer saves the service's record every ``report_interval``. The record
that a manager is given at its start is the one that is saved, so what the
manager hangs on that one object lives as long as the service's timer, needs
no thread of its own, and concerns no other service of the process.
"""

from oslo_log import log as logging

from cassandra_scheduler.model import errors
from cassandra_scheduler.reporter import figures

LOG = logging.getLogger(__name__)


class Pulse:
    """The heartbeats of one compute service into the trees of its nodes."""

    def __init__(self, publisher):
        self._publisher = publisher
        self._failing = False

    def follow(self, service):
        """Beat whenever this Service record has been saved.

        A save that failed is no sign of life, as it is none for Nova.
        """
        save = service.save

        def save_and_beat():
            save()
            self.beat(service)

        service.save = save_and_beat

    def beat(self, service, **restrictions):
        """Write a heartbeat now; say so once when it cannot be written.

        ``restrictions``: of Publisher.beat. Never raises, because it runs in
        Nova's timer, which would not come again.
        """
        try:
            self._publisher.beat(figures.heartbeat_of(service),
                                 **restrictions)
        except errors.SchedulerError as exc:
            self._complain(service, exc)
        except Exception:
            LOG.exception('The heartbeat of host %s failed; this is a bug.',
                          service.host)
        else:
            if self._failing:
                LOG.info('The heartbeat of host %s is in Cassandra again.',
                         service.host)
            self._failing = False

    def _complain(self, service, exc):
        log = LOG.debug if self._failing else LOG.error
        self._failing = True
        log('The heartbeat of host %(host)s is not in Cassandra; after '
            'service_down_time no server is scheduled to it. %(error)s',
            {'host': service.host, 'error': exc})
