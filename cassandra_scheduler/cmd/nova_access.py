# SPDX-License-Identifier: Apache-2.0
"""From a configuration file to Nova's own databases, for commands."""

import contextlib

from oslo_config import cfg

from cassandra_scheduler.cmd import store_access
from cassandra_scheduler.model import errors


def open_databases(parsed_args):
    """Configure the databases of Nova's objects; return an admin context.

    ``parsed_args``: those of a ConfiguredCommand. A database that does not
    answer fails at once. Raises InvalidSettings.
    """
    # Imported here: it takes a second, and every command imports this.
    import nova.conf
    from nova import config
    from nova import context
    from nova.db.api import api as api_database
    from nova.db.main import api as main_database
    from nova import objects

    conf = nova.conf.CONF
    try:
        # Without the options of messaging, no cell's record can be read.
        config.parse_args(['nova', *store_access.arguments(parsed_args)],
                          configure_db=False, prog='nova')
    except (cfg.Error, ValueError) as exc:
        raise errors.InvalidSettings(' '.join(str(exc).split())) from None
    if not conf.api_database.connection:
        raise errors.InvalidSettings(
            '[api_database] connection is not set. Use --config-file with '
            'the nova.conf of a scheduler or conductor.')
    for group in ('api_database', 'database'):
        conf.set_override('max_retries', 0, group=group)
    api_database.configure(conf)
    main_database.configure(conf)
    objects.register_all()
    return context.get_admin_context()


@contextlib.contextmanager
def in_one_line():
    """Turn an error of a database into a SchedulerError of one line.

    The line has no URL of a database, which may contain a password.
    """
    from oslo_db import exception as db_exception
    import sqlalchemy.exc

    try:
        yield
    except (db_exception.DBError, db_exception.CantStartEngineError,
            sqlalchemy.exc.SQLAlchemyError) as exc:
        raise errors.SchedulerError(
            'A database of Nova cannot be read. Check [api_database] '
            'connection, the cells ("nova-manage cell_v2 list_cells") and '
            f'that their tables exist ({_brief(exc)}).') from None


def _brief(exc):
    """Return the class of an error and the message of the database."""
    import sqlalchemy.exc

    said = getattr(exc, 'inner_exception', None) or exc
    if not isinstance(said, sqlalchemy.exc.DBAPIError):
        return type(said).__name__
    return f'{type(said).__name__}: {" ".join(str(said.orig).split())}'
