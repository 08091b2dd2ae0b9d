# SPDX-License-Identifier: Apache-2.0
"""Which store answers: the one of the configuration a request came with.

A process may serve several clouds, one after the other (tests do), so a store
is found by its settings and nothing is remembered about a cloud here.
"""

import functools

from oslo_config import cfg

from cassandra_scheduler.conf import registration
from cassandra_scheduler.model import errors
from cassandra_scheduler.resource_types import loading
from cassandra_scheduler.store import opening as store_opening
from cassandra_scheduler.store import settings as store_settings


#: Settings.connection() of every keyspace that was checked.
_seen_to_fit = set()


class _Default:
    """The settings for whoever brings no configuration."""
    settings = None


def use(settings):
    """Let ``settings`` serve whoever brings no configuration; connects not.
    """
    _Default.settings = settings


def store():
    """Return the Store that ``use`` named; InvalidSettings if it did not."""
    if _Default.settings is None:
        raise errors.InvalidSettings(
            'The Placement API was not told where Cassandra is: put a '
            '[cassandra] section into placement.conf.')
    return _opened(_Default.settings)


def store_of(conf):
    """Return the Store of an oslo.config object, or else the default one.

    Raises SchemaMismatch until its keyspace was once found to fit.
    """
    settings = settings_of(conf)
    return _fitting(store() if settings is None else _opened(settings))


def settings_of(conf):
    """Return the Settings in ``conf``, or None where it knows no Cassandra.

    Raises InvalidSettings, naming the option, for a value that cannot be.
    """
    try:
        return store_settings.Settings(**registration.store_settings(conf))
    except (AttributeError, TypeError, cfg.NoSuchOptError):
        return None
    except (cfg.Error, ValueError) as exc:
        raise errors.InvalidSettings(' '.join(str(exc).split())) from None


def _fitting(found):
    """Return this Store; look into its keyspace if nobody has done so.

    A WSGI server starts without Cassandra, so nobody may have looked before
    the first request.
    """
    keyspace = found.session.settings
    if keyspace not in _seen_to_fit:
        found.check()
        _seen_to_fit.add(keyspace)
    return found


@functools.lru_cache(maxsize=16)
def _opened(settings):
    return store_opening.open_store(settings, loading.installed())
