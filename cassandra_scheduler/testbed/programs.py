# SPDX-License-Identifier: Apache-2.0
"""Finds the programs to run: the system's, and those beside Python."""

import os
import pathlib
import pwd
import shutil
import subprocess
import sys

from cassandra_scheduler.model import errors
from cassandra_scheduler import testbed

_BESIDE = pathlib.Path(sys.executable).parent
#: A folder that is not on everybody's PATH.
_ELSEWHERE = '/usr/lib/rabbitmq/bin'
#: Program -> the Debian package that brings it.
_PACKAGES = {'rabbitmq-server': 'rabbitmq-server', 'epmd': 'erlang-base',
             'setpriv': 'util-linux'}


def installed(name, *, environment='cloud',
              requirements='test-requirements-cloud.txt'):
    """Return the path of a program that came with a Python package.

    Raises InvalidSettings, which says how to get it: by a tox environment or
    a file of requirements.
    """
    path = _BESIDE / name
    if not path.exists():
        raise errors.InvalidSettings(
            f'{name} is not installed beside this program: run '
            f'"tox -e {environment}", or install {requirements}.')
    return path


def of_system(name):
    """Return the path of a program that came with a package of the system.

    Raises InvalidSettings, which names the package.
    """
    # The package's own /usr/sbin/rabbitmq-server runs as two users only.
    found = (shutil.which(name, path=_ELSEWHERE) or shutil.which(name))
    if found is None:
        raise errors.InvalidSettings(
            f'{name} is not installed: "apt-get install '
            f'{_PACKAGES[name]}" brings it, and "bindep cloud" lists '
            'everything that is missing.')
    return pathlib.Path(found)


def check():
    """Raise InvalidSettings if a program of the system is missing."""
    for name in _PACKAGES:
        of_system(name)


def run(command, *, secret=None, **options):
    """Run a command to its end; return what it printed.

    ``options`` are those of subprocess.run. Raises TestbedError with the
    last lines, but without ``secret``, if it fails.
    """
    command = [str(word) for word in command]
    ended = subprocess.run(
        command, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, **options)
    if ended.returncode:
        said = ended.stdout.replace(secret, '***') if secret else ended.stdout
        lines = said.strip().split('\n')[-4:]
        raise testbed.TestbedError(
            f'{pathlib.Path(command[0]).name} failed: '
            f'{" ".join(line.strip() for line in lines if line)}')
    return ended.stdout


def account_for(server, names):
    """Return the account for a server that refuses to run as root.

    It is the first passwd entry of ``names``, and None unless we are root.
    Raises TestbedError if there is no such entry.
    """
    if os.geteuid() != 0:
        return None
    for name in names:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise testbed.TestbedError(
        f'{server} does not run as root and there is no user '
        f'{" or ".join(names)}: become another user.')


def run_as(account):
    """Return what subprocess needs to run as an account, or as we do."""
    return {} if account is None else {
        'user': account.pw_uid, 'group': account.pw_gid, 'extra_groups': ()}
