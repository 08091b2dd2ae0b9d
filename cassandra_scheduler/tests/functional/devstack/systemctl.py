# SPDX-License-Identifier: Apache-2.0
"""Stands for ``systemctl`` where no systemd runs.

Reads the unit files below $SYSTEMD_DIR and really runs what ExecStart says,
in the foreground of nobody. Units whose name does not match $SYSTEMD_RUNS are
taken for started and do nothing. It restarts nothing.
"""

import configparser
import os
import pathlib
import re
import shlex
import subprocess
import sys

import psutil

from cassandra_scheduler.testbed import processes

UNITS = pathlib.Path(os.environ['SYSTEMD_DIR'])
STATE = pathlib.Path(os.environ['SYSTEMD_STATE'])
RUNS = re.compile(os.environ['SYSTEMD_RUNS'])
STOP_S = 90


def main(verb, *names):
    """Do what is asked; return the exit status."""
    names = [name for name in names if not name.startswith('-')]
    deeds = {'start': start, 'stop': stop, 'enable': enable,
             'disable': disable, 'is-enabled': is_enabled,
             'daemon-reload': lambda: None, 'restart': lambda name: None}
    deed = deeds[verb]
    return max([deed(name) or 0 for name in names], default=0)


def start(name):
    service = read(name)['Service']
    if not RUNS.search(name) or running(name):
        return
    environment = dict(word.split('=', 1) for word in
                       shlex.split(service.get('Environment', '')))
    with (STATE / f'{name}.log').open('a') as log:
        # Nobody's session, terminal or environment, as under systemd.
        child = subprocess.Popen(
            shlex.split(service['ExecStart']), env=environment, cwd='/',
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True)
    (STATE / f'{name}.pid').write_text(str(child.pid))


def stop(name):
    if main_process := running(name):
        processes.end(main_process, seconds=STOP_S)
    (STATE / f'{name}.pid').unlink(missing_ok=True)


def running(name):
    """Return the main process of a unit, or None."""
    try:
        return psutil.Process(int((STATE / f'{name}.pid').read_text()))
    except (FileNotFoundError, psutil.NoSuchProcess):
        return None


def enable(name):
    read(name)
    (STATE / f'{name}.enabled').touch()


def disable(name):
    (STATE / f'{name}.enabled').unlink(missing_ok=True)


def is_enabled(name):
    return int(not (STATE / f'{name}.enabled').exists())


def read(name):
    """Return a unit file by sections; one that is not there is an error."""
    unit = configparser.RawConfigParser(delimiters='=')
    unit.optionxform = str
    with (UNITS / name).open() as file:
        unit.read_file(file)
    return unit


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
