# SPDX-License-Identifier: Apache-2.0
"""A Placement API under gunicorn: upstream's, or ours."""

import configparser
import contextlib
import os
import pathlib
import re
import signal
import subprocess
import sys

from cassandra_scheduler.local import process
from cassandra_scheduler.model import errors

OURS = 'cassandra_scheduler.placement_api.wsgi:application'
UPSTREAM = 'placement.wsgi.api:application'
#: The same for both.
WORKERS, THREADS = 2, 4
_BIN = pathlib.Path(sys.executable).parent
_LISTENS = re.compile(r'Listening at: (http://\S+)')
_PATIENCE_S = 60


def prepare(folder, options):
    """Write a placement.conf with these options: group -> name -> value."""
    folder.mkdir()
    written = configparser.RawConfigParser()
    written.read_dict({
        'api': {'auth_strategy': 'noauth2'},
        'placement': {'randomize_allocation_candidates': True}, **options})
    with (folder / 'placement.conf').open('w') as file:
        written.write(file)


def make_tables(folder):
    """Run upstream's own schema migration for a placement.conf."""
    _run('placement-manage', '--config-file', folder / 'placement.conf',
         'db', 'sync')


@contextlib.contextmanager
def serving(folder, application):
    """Give the URL of an application that reads placement.conf there."""
    log = folder / 'log'
    with log.open('w') as file:
        server = subprocess.Popen(
            [_program('gunicorn'), '--no-control-socket', '--bind=127.0.0.1:0',
             f'--workers={WORKERS}', f'--threads={THREADS}', application],
            stdout=file, stderr=subprocess.STDOUT, cwd=folder,
            env={**os.environ, 'OS_PLACEMENT_CONFIG_DIR': str(folder)})
    try:
        process.poll(lambda: server.poll() is not None or
                     _LISTENS.search(log.read_text()), seconds=_PATIENCE_S)
        found = _LISTENS.search(log.read_text())
        if server.poll() is not None or not found:
            raise errors.SchedulerError(
                f'{application} did not start: '
                f'{log.read_text().strip().splitlines()[-1:]}')
        yield found[1]
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _run(program, *arguments):
    ended = subprocess.run([_program(program), *arguments], text=True,
                           capture_output=True)
    if ended.returncode:
        raise errors.SchedulerError(
            f'{program} failed: {ended.stderr.strip().splitlines()[-1:]}')


def _program(name):
    path = _BIN / name
    if not path.exists():
        raise errors.InvalidSettings(
            f'{name} is not installed beside this program: install '
            'test-requirements.txt, or run "tox -e perfload".')
    return path
