# SPDX-License-Identifier: Apache-2.0
"""Errors for single trees and consumers that the target cannot take."""

import contextlib

from oslo_db import exception as db_exc
from placement import exception

from cassandra_scheduler.model import errors


class Refused(errors.SchedulerError):
    """A tree or a consumer cannot be written; the message says why."""


@contextlib.contextmanager
def names():
    """Turn the error for a name that another provider has into Refused."""
    try:
        yield
    except db_exc.DBDuplicateEntry as exc:
        raise Refused(
            f'a provider with the same {" and ".join(exc.columns)} exists '
            'already: rename or remove it') from None
    except exception.ObjectActionError as exc:
        raise Refused(str(exc)) from None
