# SPDX-License-Identifier: Apache-2.0
"""Finds the programs that are run: the system's, and those beside Python."""

import pathlib
import shutil
import sys

from cassandra_scheduler.model import errors

_BESIDE = pathlib.Path(sys.executable).parent
#: What is not on everybody's PATH.
_ELSEWHERE = '/usr/lib/rabbitmq/bin'
#: Program -> the Debian package that brings it.
_PACKAGES = {'rabbitmq-server': 'rabbitmq-server', 'epmd': 'erlang-base',
             'setpriv': 'util-linux'}


def installed(name):
    """Return the path of a program that came with a package of Python's.

    Raises InvalidSettings, saying how to get it.
    """
    path = _BESIDE / name
    if not path.exists():
        raise errors.InvalidSettings(
            f'{name} is not installed beside this program: run '
            '"tox -e cloud", or install test-requirements-cloud.txt.')
    return path


def of_system(name):
    """Return the path of a program that came with the system's packages.

    Raises InvalidSettings, saying how to get it.
    """
    # The packages' own /usr/sbin/rabbitmq-server only runs as two users.
    found = (shutil.which(name, path=_ELSEWHERE) or shutil.which(name))
    if found is None:
        raise errors.InvalidSettings(
            f'{name} is not installed: "apt-get install '
            f'{_PACKAGES[name]}" brings it, and "bindep cloud" lists '
            'everything that is missing.')
    return pathlib.Path(found)


def check():
    """Raise InvalidSettings if a program of the system's is missing."""
    for name in _PACKAGES:
        of_system(name)
