# SPDX-License-Identifier: Apache-2.0
"""Opens the store that the configuration of a request names.

A process may serve several clouds, one after the other (tests do), so each
request finds its store by the settings.
"""

import functools

from oslo_config import cfg

from cassandra_scheduler.conf import registration
from cassandra_scheduler.model import errors
from cassandra_scheduler.resource_types import loading
from cassandra_scheduler.store import opening as store_opening
from cassandra_scheduler.store import settings as store_settings


#: The settings of every keyspace that was checked.
_checked = set()


class _Default:
    """The settings for contexts without a configuration."""
    settings = None


def use(settings):
    """Make ``settings`` the default; nothing is connected."""
    _Default.settings = settings


def store():
    """Return the default Store; InvalidSettings if there is none."""
    if _Default.settings is None:
        raise errors.InvalidSettings(
            'The Placement API does not know where Cassandra is: add a '
            '[cassandra] section to placement.conf.')
    return _opened(_Default.settings)


def store_of(conf):
    """Return the Store of an oslo.config object, or the default Store.

    Raises SchemaMismatch until a check of its keyspace has succeeded once.
    """
    settings = settings_of(conf)
    return _checked_store(store() if settings is None else _opened(settings))


def settings_of(conf):
    """Return the Settings in ``conf``, or None without [cassandra] options.

    Raises InvalidSettings, which names the option, for an invalid value.
    """
    try:
        return store_settings.Settings(**registration.store_settings(conf))
    except (AttributeError, TypeError, cfg.NoSuchOptError):
        return None
    except (cfg.Error, ValueError) as exc:
        raise errors.InvalidSettings(' '.join(str(exc).split())) from None


def _checked_store(found):
    """Return this Store; check its keyspace if that is not done yet.

    A WSGI server starts without Cassandra, so the first request checks.
    """
    settings = found.session.settings
    if settings not in _checked:
        found.check()
        _checked.add(settings)
    return found


@functools.lru_cache(maxsize=16)
def _opened(settings):
    return store_opening.open_store(settings, loading.installed())
