# SPDX-License-Identifier: Apache-2.0
"""Brings a keyspace to the schema of this code; can be repeated.

Every step is CREATE ... IF NOT EXISTS or an ALTER that adds, so the next run
finishes what an interrupted run left. The version is recorded last.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
import datetime
from importlib import resources
import re

from cassandra_scheduler.model import errors
from cassandra_scheduler.model import restriction as restriction_model
from cassandra_scheduler.store.cluster import fitness
from cassandra_scheduler.store.schema import check
from cassandra_scheduler.store.schema import fill
from cassandra_scheduler.store.schema import origins
from cassandra_scheduler.store import session as store_session
from cassandra_scheduler.store import settings as store_settings
from cassandra_scheduler.store import statements
from cassandra_scheduler.store import tree_rows

_CQL = statements.load('schema')
_SAFE_NAME = re.compile(r'[a-z][a-z0-9_]{0,47}')
_SAFE_DATACENTER = re.compile(r'[\w.-]+', re.ASCII)


def sync(session: store_session.Session,
         columns: Sequence[restriction_model.Column], *,
         searchable: tree_rows.Searchable | None = None,
         progress: Callable[[str], None] = lambda step: None) -> None:
    """Create what is missing of keyspace, tables, columns and indexes.

    ``columns`` are the Columns of the installed resource types, and
    ``searchable(tree)`` returns their values: rows with other values are
    written again, see ``fill``. ``progress`` is called with the name of each
    step. Raises SchemaMismatch if the keyspace is newer than this code,
    StoreUnfit if we cannot work with this Cassandra.
    """
    keyspace = session.settings.keyspace
    _checked(keyspace, '[cassandra] keyspace')
    fitness.require(fitness.versions(session.nodes()))
    progress(f'keyspace {keyspace}')
    session.execute_schema(_CQL['create_keyspace'].format(
        keyspace=keyspace, replication=_replication(session.settings)))
    fitness.check_cluster(session)
    present = check.find_version(session)
    if present is not None and present.oldest_reader > check.VERSION:
        raise errors.SchemaMismatch(
            f'Keyspace {keyspace!r} has schema {present.version}, which this '
            f'code (schema {check.VERSION}) cannot use: upgrade it first.')
    for name, text in _steps():
        progress(name)
        session.execute_schema(
            text.rstrip(';').replace('{keyspace}', keyspace))
    _add_columns(session, columns, progress)
    if present is not None:
        origins.copy(session, progress=progress)
    if present is None or present.version < check.VERSION:
        session.write(_CQL['record_version'],
                      (check.VERSION, check.OLDEST_READER,
                       datetime.datetime.now(datetime.timezone.utc)))
    if searchable is not None:
        fill.fill(session, columns, searchable, progress=progress)


def drop(session: store_session.Session) -> None:
    """Remove the keyspace with all its tables, if it is there."""
    keyspace = session.settings.keyspace
    _checked(keyspace, '[cassandra] keyspace')
    session.execute_schema(_CQL['drop_keyspace'].format(keyspace=keyspace))


def _steps() -> Iterator[tuple[str, str]]:
    """Yield (name, statement) of every version, oldest first."""
    folder = resources.files('cassandra_scheduler.store.schema').joinpath(
        'versions')
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith('.cql'):
            yield from statements.parse(
                file.read_text(encoding='utf-8')).items()


def _add_columns(session: store_session.Session,
                 columns: Iterable[restriction_model.Column],
                 progress: Callable[[str], None]) -> None:
    keyspace = session.settings.keyspace
    present = {row['column_name']: row['type'] for row in session.rows(
        _CQL['list_columns'], (keyspace,))}
    for column in columns:
        _checked(column.name, 'the name of a resource type column')
        if column.name not in present:
            progress(f'column {column.name}')
            session.execute_schema(
                f'ALTER TABLE {keyspace}.trees ADD IF NOT EXISTS '
                f'{column.name} {column.cql_type}')
        elif present[column.name] != column.cql_type:
            raise errors.SchemaMismatch(
                f'Column trees.{column.name} has type '
                f'{present[column.name]}, but a resource type wants '
                f'{column.cql_type}: give it another name.')
        if column.indexed:
            session.execute_schema(
                f'CREATE INDEX IF NOT EXISTS trees_{column.name} ON '
                f"{keyspace}.trees ({column.name}) USING 'sai'")


def _checked(name: str, what: str) -> None:
    # A name cannot be a bound value, so we take only names without quotes.
    if not _SAFE_NAME.fullmatch(name):
        raise errors.InvalidSettings(
            f'{what} is {name!r}: use at most 48 lower-case letters, digits '
            'and underscores, a letter first.')


def _replication(settings: store_settings.Settings) -> str:
    parts = ["'class': 'NetworkTopologyStrategy'"]
    for datacenter, copies in settings.replication:
        if not _SAFE_DATACENTER.fullmatch(datacenter) or int(copies) < 1:
            raise errors.InvalidSettings(
                f'[cassandra] replication {datacenter}:{copies} is not a '
                'datacenter and a number of copies.')
        parts.append(f"'{datacenter}': {int(copies)}")
    return '{' + ', '.join(parts) + '}'
