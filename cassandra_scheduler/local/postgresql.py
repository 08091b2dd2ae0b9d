# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL of one's own, for tests and for measuring beside upstream.

From the system's packages, on a free port of the loopback interface, with its
data in a directory that goes when it goes. PostgreSQL refuses to run as root;
then it runs as the user ``postgres`` or ``nobody``.
"""

import contextlib
import os
import pathlib
import re
import secrets
import shutil
import subprocess
import tempfile

from cassandra_scheduler.local import accounts
from cassandra_scheduler.local import failures
from cassandra_scheduler.local import ports
from cassandra_scheduler.local import process

ADDRESS = '127.0.0.1'
#: The database that is copied when a new one is to be empty.
EMPTY = 'template1'
_PACKAGED = '/usr/lib/postgresql/*/bin/initdb'
_ACCOUNTS = ('postgres', 'nobody')
_CARELESS = ('-c', 'fsync=off', '-c', 'synchronous_commit=off',
             '-c', 'full_page_writes=off')
_START_SECONDS = 60
_STOP_SECONDS = 30


@contextlib.contextmanager
def running(*, durable=True):
    """Give the Server of a new PostgreSQL; stop and remove it afterwards.

    Without ``durable`` it waits for no disk, which is faster. Raises
    LocalClusterError where it is not installed or does not start.
    """
    with contextlib.ExitStack() as cleanup:
        folder = pathlib.Path(cleanup.enter_context(
            tempfile.TemporaryDirectory(prefix='cassandra-scheduler-sql-')))
        server = Server(folder, ports.fresh((ADDRESS,), below=0))
        cleanup.callback(server.stop)
        server.start(durable=durable)
        yield server


class Server:
    """One PostgreSQL with its data in ``folder``, which must be empty."""

    def __init__(self, folder, port):
        self._folder, self._port = folder, port
        self._programs = _programs()
        self._password = secrets.token_urlsafe(16)
        self._child = None
        self._account = accounts.other_than_root('PostgreSQL', _ACCOUNTS)

    def url(self, database='postgres'):
        """Return the SQLAlchemy URL of a database, password included."""
        return (f'postgresql+psycopg2://placement:{self._password}@'
                f'{ADDRESS}:{self._port}/{database}')

    def start(self, *, durable=True, connections=100):
        """Make its data directory and wait until it answers.

        ``connections``: so many clients may be connected.
        """
        if self._account is not None:
            shutil.chown(self._folder, self._account.pw_uid,
                         self._account.pw_gid)
        secret = self._folder / 'password'
        secret.write_text(self._password)
        secret.chmod(0o644)                 # the directory is closed
        self._run('initdb', '--pgdata', self._data, '--no-sync',
                  '--username', 'placement', '--auth', 'scram-sha-256',
                  '--encoding', 'UTF8', '--locale', 'C', '--pwfile', secret)
        log = (self._folder / 'log').open('w')
        with log:
            # Whoever started it may be killed; then it ends too.
            self._child = subprocess.Popen(
                ['setpriv', '--pdeathsig', 'INT', self._programs / 'postgres',
                 '-D', self._data, '-h', ADDRESS, '-p', str(self._port),
                 '-k', '', '-c', f'max_connections={connections}',
                 *(() if durable else _CARELESS)],
                stdin=subprocess.DEVNULL, stdout=log,
                stderr=subprocess.STDOUT, **self._as_account())
        if not process.poll(self._ended_or_answers, seconds=_START_SECONDS):
            raise failures.LocalClusterError(
                f'PostgreSQL did not answer on {ADDRESS}:{self._port} within '
                f'{_START_SECONDS} s')
        if self._child.poll() is not None:
            raise self._failed('postgres', (
                self._folder / 'log').read_text(errors='replace'))

    def create_database(self, name, *, template=EMPTY):
        """Create a database; its ``url`` leads there.

        It is empty, or a copy of ``template``, to which nobody may be
        connected.
        """
        self._psql(f'CREATE DATABASE {name} TEMPLATE {template}')

    def drop_database(self, name):
        """Remove a database, whoever still is connected to it."""
        self._psql(f'DROP DATABASE IF EXISTS {name} WITH (FORCE)')

    def stop(self):
        """End it; whoever is connected is cut off."""
        if self._child is None:
            return
        self._child.send_signal(2)          # SIGINT: a fast shutdown
        try:
            self._child.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    @property
    def _data(self):
        return self._folder / 'data'

    def _ended_or_answers(self):
        ready = subprocess.run(
            [self._programs / 'pg_isready', '-q', '-h', ADDRESS,
             '-p', str(self._port)])
        return ready.returncode == 0 or self._child.poll() is not None

    def _psql(self, statement):
        self._run('psql', '--quiet', '--no-psqlrc', '--command', statement,
                  '--host', ADDRESS, '--port', str(self._port),
                  '--username', 'placement', '--dbname', 'postgres')

    def _run(self, program, *arguments):
        ended = subprocess.run(
            [self._programs / program, *arguments], text=True,
            capture_output=True, **self._as_account(),
            env={**os.environ, 'PGPASSWORD': self._password})
        if ended.returncode:
            raise self._failed(program, ended.stderr)

    def _failed(self, program, output):
        lines = output.replace(self._password, '***').split('\n')
        return failures.LocalClusterError(
            f'{program} failed: '
            f'{" ".join(line.strip() for line in lines[-4:] if line)}')

    def _as_account(self):
        where = {'cwd': self._folder}
        if self._account is None:
            return where
        return {**where, 'user': self._account.pw_uid,
                'group': self._account.pw_gid, 'extra_groups': ()}


def _programs():
    """Return the directory of the newest PostgreSQL installed."""
    found = sorted(pathlib.Path('/').glob(_PACKAGED.lstrip('/')),
                   key=lambda path: int(re.sub(
                       r'\D', '', path.parts[-3]) or 0))
    on_path = shutil.which('initdb')
    if not found and on_path is None:
        raise failures.LocalClusterError(
            'PostgreSQL is not installed: install the package postgresql.')
    return (found[-1] if found else pathlib.Path(on_path)).parent
