# SPDX-License-Identifier: Apache-2.0
"""Opens upstream's database; an error says in one line what is wrong."""

import contextlib

from placement.db.sqlalchemy import models
import sqlalchemy
from sqlalchemy import exc as sql_errors

from cassandra_scheduler.model import errors

PROVIDERS = models.ResourceProvider.__table__
INVENTORIES = models.Inventory.__table__
ALLOCATIONS = models.Allocation.__table__
CONSUMERS = models.Consumer.__table__


class DatabaseError(errors.SchedulerError):
    """Upstream's database cannot be read or written."""


@contextlib.contextmanager
def opened(url, option):
    """Give the Engine of a Placement database; close it afterwards.

    ``url``: as SQLAlchemy writes it; ``option``: the name of the option, for
    the errors. Raises DatabaseError, without the password, for an invalid
    URL, a missing driver, a server that does not answer and a database that
    is not upstream's; also later, while the Engine is used.
    """
    engine = _engine(url, option)
    try:
        _check(engine, option)
        yield engine
    except sql_errors.SQLAlchemyError as exc:
        raise DatabaseError(_line(engine.url, option, exc)) from None
    finally:
        engine.dispose()


def _engine(url, option):
    try:
        address = sqlalchemy.engine.make_url(url)
    except (sql_errors.ArgumentError, ValueError):
        raise DatabaseError(
            f'{option} is not a database URL: write '
            'driver://user:password@host/database, for instance '
            'mysql+pymysql://placement:secret@db1/placement.') from None
    try:
        return sqlalchemy.create_engine(address)
    except sql_errors.NoSuchModuleError:
        raise DatabaseError(
            f'{option} names {address.drivername!r}, which SQLAlchemy does '
            'not know: use mysql+pymysql or postgresql+psycopg2.') from None
    except ImportError as exc:
        raise DatabaseError(
            f'{option} needs the Python module {exc.name}, which is not '
            'installed.') from None
    except sql_errors.SQLAlchemyError as exc:
        raise DatabaseError(_line(address, option, exc)) from None


def _line(url, option, exc):
    said = ' '.join(str(getattr(exc, 'orig', None) or exc).split())
    if url.password:
        said = said.replace(str(url.password), '***')
    return (f'{option} {url.render_as_string(hide_password=True)} failed: '
            f'{said}')


def _check(engine, option):
    """Raise unless all of upstream's tables exist and are up to date."""
    name = engine.url.render_as_string(hide_password=True)
    inspector = sqlalchemy.inspect(engine)
    present = set(inspector.get_table_names())
    for table in models.BASE.metadata.sorted_tables:
        missing = (table.name if table.name not in present else
                   _missing_column(inspector, table))
        if missing:
            raise DatabaseError(
                f'{option} {name} is not a Placement database of this '
                f'release (no {missing}): run "placement-manage db sync" '
                'there first.')
    incomplete = _incomplete(engine)
    if incomplete:
        raise DatabaseError(
            f'{option} {name} has {incomplete}: run "placement-manage db '
            'online_data_migrations" there first.')


def _missing_column(inspector, table):
    present = {column['name'] for column in inspector.get_columns(table.name)}
    missing = [column.name for column in table.columns
               if column.name not in present]
    return f'{table.name}.{missing[0]}' if missing else None


def _incomplete(engine):
    """Return what upstream's online migrations must still do, or None."""
    rootless = sqlalchemy.select(PROVIDERS.c.id).where(
        PROVIDERS.c.root_provider_id.is_(None))
    orphans = sqlalchemy.select(ALLOCATIONS.c.id).where(
        ~sqlalchemy.exists().where(
            CONSUMERS.c.uuid == ALLOCATIONS.c.consumer_id))
    with engine.connect() as connection:
        if connection.execute(rootless.limit(1)).first():
            return 'providers without a root'
        if connection.execute(orphans.limit(1)).first():
            return 'allocations without a consumer'
    return None
