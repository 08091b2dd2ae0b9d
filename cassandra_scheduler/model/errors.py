# SPDX-License-Identifier: Apache-2.0
"""Errors that say a fact and what to do about it, in one line.

Every error a person may see derives from ``SchedulerError``; the doors (cmd,
the RPC manager, the WSGI application) print ``str(error)`` and nothing else.
"""


class SchedulerError(Exception):
    """Base of everything this project raises on purpose."""


class InvalidSettings(SchedulerError):
    """An option has a value that cannot work; the message names it."""


class StoreUnavailable(SchedulerError):
    """Cassandra did not answer; nothing is known to have been written."""


class StoreAccessDenied(SchedulerError):
    """Cassandra refused the user, the password or the certificate."""


class SchemaMismatch(SchedulerError):
    """The keyspace is missing, older or newer than this code needs."""


class StoreUnfit(SchedulerError):
    """Cassandra as it is set up cannot be worked with, or not safely."""


class OutcomeUnknown(SchedulerError):
    """A conditional write may or may not have happened, and asking failed."""


class Contended(StoreUnavailable):
    """Other writers won until the deadline; nothing was written."""


class InvalidValue(SchedulerError):
    """A value cannot be kept: too long, of the wrong type or negative."""


class NotFound(SchedulerError):
    """What was asked for by its key does not exist."""
