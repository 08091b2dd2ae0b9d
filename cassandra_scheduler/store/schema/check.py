# SPDX-License-Identifier: Apache-2.0
"""Rejects a keyspace that this code does not understand."""

from collections.abc import Iterable
import dataclasses

from cassandra_scheduler.model import errors
from cassandra_scheduler.model import restriction as restriction_model
from cassandra_scheduler.store.schema import fill
from cassandra_scheduler.store import session as store_session
from cassandra_scheduler.store import statements

_CQL = statements.load('schema')
#: The schema this code writes, and the oldest code that may read it.
VERSION = 5
OLDEST_READER = 1


@dataclasses.dataclass(frozen=True, slots=True)
class SchemaVersion:
    """What the keyspace says of itself."""
    version: int
    oldest_reader: int


def find_version(session: store_session.Session) -> SchemaVersion | None:
    """Return the SchemaVersion recorded in the keyspace, or None."""
    keyspace = session.settings.keyspace
    tables = {row['table_name'] for row in session.rows(
        _CQL['list_tables'], (keyspace,))}
    if 'schema_version' not in tables:
        return None
    row = session.row(_CQL['find_version'])
    return SchemaVersion(row['version'], row['oldest_reader']) if row else None


def check(session: store_session.Session,
          columns: Iterable[restriction_model.Column]) -> None:
    """Raise SchemaMismatch, in one line, unless the keyspace fits the code.

    ``columns``: what the installed resource types declare.
    """
    settings = session.settings
    where = f'Keyspace {settings.keyspace!r} at {settings.address}'
    remedy = 'run "cassandra-scheduler db sync"'
    if session.row(_CQL['find_keyspace'], (settings.keyspace,)) is None:
        raise errors.SchemaMismatch(f'{where} does not exist: {remedy}.')
    present = find_version(session)
    if present is None:
        raise errors.SchemaMismatch(f'{where} has no schema yet: {remedy}.')
    if present.version < VERSION:
        raise errors.SchemaMismatch(
            f'{where} has schema {present.version}, this code needs '
            f'{VERSION}: {remedy}.')
    if present.oldest_reader > VERSION:
        raise errors.SchemaMismatch(
            f'{where} has schema {present.version}, this code knows '
            f'{VERSION} only: upgrade the package.')
    known = {row['column_name'] for row in session.rows(
        _CQL['list_columns'], (settings.keyspace,))}
    missing = sorted(column.name for column in columns
                     if column.name not in known)
    if missing:
        raise errors.SchemaMismatch(
            f'{where} lacks the columns {", ".join(missing)}: {remedy}.')
    empty = fill.unfilled(session, columns)
    if empty:
        raise errors.SchemaMismatch(
            f'{where} has rows without a value for {", ".join(empty)}: '
            f'{remedy}.')
