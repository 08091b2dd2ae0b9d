# SPDX-License-Identifier: Apache-2.0
"""Writes a heartbeat to Cassandra whenever Nova writes one.

Nova's timer saves the service's record every ``report_interval``. It saves
the same object that a manager is given at its start. So the manager replaces
the ``save`` of this one object: that needs no thread, lasts as long as the
timer, and concerns no other service of the process.

A service that stops in good order is marked down, so that it gets no servers
from then on. The timer still runs then:

    timer                tree                        shutdown
    saves the record     |                           mark_down
                         |<- last_seen 0, left ------|
    heartbeat: marked    |
    down, writes nothing |
"""

import threading

from nova import exception
from oslo_log import log as logging

from cassandra_scheduler.model import errors
from cassandra_scheduler.reporter import figures

LOG = logging.getLogger(__name__)


class HeartbeatWriter:
    """Writes the heartbeats of a compute service to its nodes' trees."""

    def __init__(self, publisher):
        self._publisher = publisher
        self._failing = False
        self._is_down = False
        # A heartbeat that began before mark_down must not end after it.
        self._lock = threading.Lock()

    def follow(self, service):
        """Write a heartbeat whenever this Service record has been saved.

        A save that failed is no heartbeat, as with Nova. If the record was
        deleted, the service is marked down.
        """
        self._is_down = False
        save = service.save

        def save_and_write():
            try:
                save()
            except exception.ServiceNotFound:
                self.mark_down(service)
                raise
            self.write_heartbeat(service)

        service.save = save_and_write

    def write_heartbeat(self, service, **limits):
        """Write a heartbeat now; log once if it cannot be written.

        ``limits``: of Publisher.write_heartbeat. Never raises, because an
        error would end Nova's timer. After ``mark_down`` nothing is written
        until ``follow`` is called again.
        """
        with self._lock:
            if not self._is_down:
                self._write(service, figures.heartbeat_of, limits)

    def mark_down(self, service):
        """Mark the service down until ``follow`` is called again.

        Never raises. If Cassandra does not answer, the host is down after
        ``service_down_time``.
        """
        with self._lock:
            if not self._is_down:
                self._is_down = True
                self._write(service, figures.down_heartbeat_of, {})
                self._publisher.forget_heartbeats()

    def _write(self, service, heartbeat_of, limits):
        try:
            self._publisher.write_heartbeat(heartbeat_of(service), **limits)
        except errors.SchedulerError as exc:
            self._log_failure(service, exc)
        except Exception:
            LOG.exception('The heartbeat of host %s failed. This is a bug.',
                          service.host)
        else:
            if self._failing:
                LOG.info('The heartbeat of host %s is in Cassandra again.',
                         service.host)
            self._failing = False

    def _log_failure(self, service, exc):
        log = LOG.debug if self._failing else LOG.error
        self._failing = True
        log('The heartbeat of host %(host)s is not in Cassandra; after '
            'service_down_time the host gets no servers. %(error)s',
            {'host': service.host, 'error': exc})
