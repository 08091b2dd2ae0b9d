# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL for tests, and for measuring beside upstream's Placement.

It comes from the system's packages, listens on a free port of the loopback
interface, and its data goes when it goes. PostgreSQL refuses to run as root;
then it runs as the user ``postgres`` or ``nobody``.
"""

import contextlib
import os
import pathlib
import re
import secrets
import shutil
import signal
import subprocess
import tempfile

from cassandra_scheduler.model import errors
from cassandra_scheduler import testbed
from cassandra_scheduler.testbed import ports
from cassandra_scheduler.testbed import programs
from cassandra_scheduler.testbed import service
from cassandra_scheduler.testbed import waiting

#: The database that is copied when a new one must be empty.
EMPTY = 'template1'
_PACKAGED = '/usr/lib/postgresql/*/bin/initdb'
_ACCOUNTS = ('postgres', 'nobody')
_NOT_DURABLE = ('-c', 'fsync=off', '-c', 'synchronous_commit=off',
                '-c', 'full_page_writes=off')
_START_SECONDS = 60


@contextlib.contextmanager
def running(*, durable=True):
    """Yield the Server of a new PostgreSQL; stop and remove it afterwards.

    Without ``durable`` it waits for no disk, which is faster. Raises
    TestbedError if it is not installed or does not start.
    """
    with contextlib.ExitStack() as cleanup:
        folder = pathlib.Path(cleanup.enter_context(
            tempfile.TemporaryDirectory(prefix='cassandra-scheduler-sql-')))
        server = Server(folder, ports.fresh())
        cleanup.callback(server.stop)
        server.start(durable=durable)
        yield server


class Server:
    """One PostgreSQL with its data in ``folder``, which must be empty."""

    def __init__(self, folder, port):
        self._folder, self._port = folder, port
        self._programs = _programs()
        self._password = secrets.token_urlsafe(16)
        self._account = programs.account_for('PostgreSQL', _ACCOUNTS)
        self._service = None

    def url(self, database='postgres'):
        """Return the SQLAlchemy URL of a database, with the password."""
        return (f'postgresql+psycopg2://placement:{self._password}@'
                f'{ports.ADDRESS}:{self._port}/{database}')

    def start(self, *, durable=True, connections=100):
        """Make its data directory, start it and wait until it answers.

        ``connections``: how many clients may connect.
        """
        if self._account is not None:
            shutil.chown(self._folder, self._account.pw_uid,
                         self._account.pw_gid)
        data, secret = self._folder / 'data', self._folder / 'password'
        secret.write_text(self._password)
        secret.chmod(0o644)                 # the directory is closed
        self._run('initdb', '--pgdata', data, '--no-sync',
                  '--username', 'placement', '--auth', 'scram-sha-256',
                  '--encoding', 'UTF8', '--locale', 'C', '--pwfile', secret)
        self._service = service.Service(
            'PostgreSQL', [
                self._programs / 'postgres', '-D', data,
                '-h', ports.ADDRESS, '-p', self._port, '-k', '',
                '-c', f'max_connections={connections}',
                *(() if durable else _NOT_DURABLE)],
            log=self._folder / 'log', account=self._account,
            # Cuts off its clients; SIGTERM would wait for them.
            stop_signal=signal.SIGINT)
        self._service.start()
        waiting.wait_for('starting PostgreSQL', self._answers,
                         seconds=_START_SECONDS)

    def create_database(self, name, *, template=EMPTY):
        """Create a database; ``url(name)`` leads there.

        It is empty, or a copy of ``template``, which must have no clients.
        """
        self._psql(f'CREATE DATABASE {name} TEMPLATE {template}')

    def drop_database(self, name):
        """Remove a database and disconnect its clients."""
        self._psql(f'DROP DATABASE IF EXISTS {name} WITH (FORCE)')

    def stop(self):
        """End it; its clients are cut off."""
        if self._service is not None:
            with contextlib.suppress(errors.SchedulerError):
                self._service.stop()

    def _answers(self):
        self._service.check()
        return subprocess.run(
            [self._programs / 'pg_isready', '-q', '-h', ports.ADDRESS,
             '-p', str(self._port)]).returncode == 0

    def _psql(self, statement):
        self._run('psql', '--quiet', '--no-psqlrc', '--command', statement,
                  '--host', ports.ADDRESS, '--port', self._port,
                  '--username', 'placement', '--dbname', 'postgres')

    def _run(self, program, *arguments):
        programs.run([self._programs / program, *arguments],
                     secret=self._password, cwd=self._folder,
                     env={**os.environ, 'PGPASSWORD': self._password},
                     **programs.run_as(self._account))


def _programs():
    """Return the directory of the newest PostgreSQL that is installed."""
    found = sorted(pathlib.Path('/').glob(_PACKAGED.lstrip('/')),
                   key=lambda path: int(re.sub(
                       r'\D', '', path.parts[-3]) or 0))
    on_path = shutil.which('initdb')
    if not found and on_path is None:
        raise testbed.TestbedError(
            'PostgreSQL is not installed: install the package postgresql.')
    return (found[-1] if found else pathlib.Path(on_path)).parent
