# SPDX-License-Identifier: Apache-2.0
"""Lets the heartbeat of Nova's service group beat in Cassandra as well.

Nova's timer saves the service's record every ``report_interval``. The record
that a manager is given at its start is the one that is saved, so what the
manager hangs on that one object lives as long as the service's timer, needs
no thread of its own, and concerns no other service of the process.

A service that stops in good order says goodbye, so that nothing is scheduled
to it from then on. The timer is still beating then:

    timer                tree                        shutdown
    saves the record     |                           goodbye
                         |<- last_seen 0, left ------|
    beats: left already, |
    nothing is written   |
"""

import threading

from nova import exception
from oslo_log import log as logging

from cassandra_scheduler.model import errors
from cassandra_scheduler.reporter import figures

LOG = logging.getLogger(__name__)


class HeartbeatWriter:
    """The heartbeats of one compute service into the trees of its nodes."""

    def __init__(self, publisher):
        self._publisher = publisher
        self._failing = False
        self._left = False
        # A beat that was begun before the goodbye must not end after it.
        self._lock = threading.Lock()

    def follow(self, service):
        """Beat whenever this Service record has been saved.

        A save that failed is no sign of life, as it is none for Nova. Where
        the record was deleted the service has no place any more and leaves.
        """
        self._left = False
        save = service.save

        def save_and_beat():
            try:
                save()
            except exception.ServiceNotFound:
                self.leave(service)
                raise
            self.beat(service)

        service.save = save_and_beat

    def beat(self, service, **restrictions):
        """Write a heartbeat now; say so once when it cannot be written.

        ``restrictions``: of Publisher.beat. Never raises, because it runs in
        Nova's timer, which would not come again. After a goodbye nothing is
        written until the service is followed again.
        """
        with self._lock:
            if not self._left:
                self._write(service, figures.heartbeat_of, restrictions)

    def leave(self, service):
        """Say goodbye: until it is followed again the service is down.

        Never raises. Without an answer of Cassandra the host is down when
        ``service_down_time`` has passed.
        """
        with self._lock:
            if not self._left:
                self._left = True
                self._write(service, figures.down_heartbeat_of, {})
                self._publisher.forget_beats()

    def _write(self, service, words, restrictions):
        try:
            self._publisher.beat(words(service), **restrictions)
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
