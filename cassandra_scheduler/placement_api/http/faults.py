# SPDX-License-Identifier: Apache-2.0
"""Turns errors of the store into HTTP answers of one line.

Stands for ``placement.handler.PlacementHandler``. The answers have the headers
of the microversion, like all other answers.
"""

import json
from urllib import parse

from oslo_log import log as logging
from placement import errors as placement_errors
from placement import exception
from placement import handler
from placement import util
import webob
import webob.exc

from cassandra_scheduler.model import errors

LOG = logging.getLogger(__name__)


class PlacementHandler(handler.PlacementHandler):
    """Upstream's handler, which also knows the errors of our store."""

    def __call__(self, environ, start_response):
        try:
            _refuse_bytes(environ)
            return super().__call__(environ, start_response)
        except exception.ConcurrentUpdateDetected as exc:
            # Upstream does not catch this one when traits are written.
            environ[util.ENV_ERROR_CODE] = placement_errors.CONCURRENT_UPDATE
            raise _answer(webob.exc.HTTPConflict, exc)
        except exception.ResourceClassInUse as exc:
            # A client used the old name again while a class was renamed.
            raise _answer(webob.exc.HTTPConflict, exc)
        except (errors.InvalidValue, errors.NotFound) as exc:
            raise _answer(webob.exc.HTTPBadRequest, exc)
        except errors.SchedulerError as exc:
            LOG.error('%s %s failed: %s', environ.get('REQUEST_METHOD'),
                      environ.get('PATH_INFO'), exc)
            raise _answer(webob.exc.HTTPServiceUnavailable, exc)
        except RecursionError as exc:
            if not _too_deep(environ):
                raise
            raise _answer(webob.exc.HTTPBadRequest, errors.InvalidValue(
                'Malformed JSON: it is nested too deeply.')) from exc


def _refuse_bytes(environ):
    """Raise InvalidValue for a query string that is not UTF-8.

    Upstream would raise an internal error when it reads the first name.
    """
    query = environ.get('QUERY_STRING') or ''
    try:
        parse.unquote_to_bytes(query).decode()
    except UnicodeDecodeError:
        raise errors.InvalidValue(
            'The query string is not UTF-8.') from None


def _too_deep(environ):
    """Return whether the body alone is nested too deeply."""
    try:
        json.loads(webob.Request(environ).body)
    except RecursionError:
        return True
    except ValueError:
        pass
    return False


def _answer(kind, exc):
    answer = kind(str(exc), json_formatter=util.json_error_formatter)
    answer.__cause__ = exc
    return answer
