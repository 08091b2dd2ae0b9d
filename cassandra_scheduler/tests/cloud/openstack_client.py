# SPDX-License-Identifier: Apache-2.0
"""The ``openstack`` command of a user, and a quick view of the servers.

Each change is a command. What is read many times a second comes through
openstacksdk, because a command needs a second to load.
"""

import datetime
import json
import os
import shlex
import subprocess
import threading
import time

from cassandra_scheduler.model import errors
from cassandra_scheduler.testbed import openstack_sdk
from cassandra_scheduler.testbed import programs
from cassandra_scheduler.testbed import waiting
from cassandra_scheduler.tests.cloud import site as sites

ADMIN = PROJECT = 'admin'
#: Seconds that one command may take.
_PATIENCE_S = 300
#: Seconds between two readings of everything, which is work for nova-api.
PAUSE_S = 0.7


def environment(site):
    """Return the variables that the openstack command needs."""
    return {'OS_AUTH_URL': site.ports.url('keystone'),
            'OS_IDENTITY_API_VERSION': '3', 'OS_USERNAME': ADMIN,
            'OS_PASSWORD': site.password, 'OS_PROJECT_NAME': PROJECT,
            'OS_USER_DOMAIN_ID': 'default',
            'OS_PROJECT_DOMAIN_ID': 'default',
            'OS_REGION_NAME': sites.REGION,
            # From 2.95 on an evacuated server stays stopped.
            'OS_COMPUTE_API_VERSION': '2.94',
            'OS_PLACEMENT_API_VERSION': '1.39'}


class OpenStackCommand:
    """Runs the command; ``log`` takes all commands and what they print."""

    def __init__(self, variables, *, log):
        self._variables, self._log = variables, log
        self._lock = threading.Lock()

    def run(self, *words):
        """Run ``openstack`` with these words; return what it printed.

        Raises SchedulerError with its last line where it is refused.
        """
        words = [str(word) for word in words]
        ended = self._run(words, '')
        if ended.returncode:
            raise errors.SchedulerError(
                f'"openstack {shlex.join(words)}" failed: '
                f'{_last(ended.stderr or ended.stdout)}')
        return ended.stdout

    def show(self, *words):
        """Run a command that shows something; return its JSON as values."""
        return json.loads(self.run(*words, '-f', 'json'))

    def session(self, *commands):
        """Run several commands in one ``openstack``.

        Raises SchedulerError if one of them is refused.
        """
        typed = ''.join(shlex.join(map(str, words)) + '\n'
                        for words in commands)
        ended = self._run([], typed)
        # The status of a session is always 1.
        if ended.stderr.strip():
            raise errors.SchedulerError(
                f'One of {len(commands)} commands of "openstack" failed: '
                f'{_last(ended.stderr)}')

    def _run(self, words, typed):
        before = time.monotonic()
        try:
            ended = subprocess.run(
                [programs.installed('openstack'), *words], text=True,
                input=typed, capture_output=True, timeout=_PATIENCE_S,
                env={**os.environ, **self._variables})
        except subprocess.TimeoutExpired:
            raise errors.SchedulerError(
                f'"openstack {shlex.join(words)}" takes more than '
                f'{_PATIENCE_S} s.') from None
        seconds = time.monotonic() - before
        with self._lock, self._log.open('a') as log:
            print(f'$ openstack {shlex.join(words)}   # {seconds:.1f} s, '
                  f'status {ended.returncode}\n{typed}{ended.stdout}'
                  f'{ended.stderr}', file=log)
        return ended


def _last(output):
    return ' '.join(output.strip().splitlines()[-1:])


class ServerView:
    """Reads the servers and services of all projects."""

    def __init__(self, site):
        self._compute = openstack_sdk.connect(environment(site)).compute

    def servers(self, **filters):
        """Return name -> server as openstacksdk has it.

        ``filters`` are those of Nova's API; without any, all servers.
        """
        with openstack_sdk.one_line_errors():
            return {server.name: server for server in
                    self._compute.servers(all_projects=True, **filters)}

    def wait_for_services(self, hosts, *, check, since=None, state='up'):
        """Wait until Nova says that a service on each host is in a state.

        ``since``: a datetime; the service must have reported after it.
        ``state``: Nova's word; "down" for a service that was forced down.
        """
        def up():
            check()
            with openstack_sdk.one_line_errors():
                services = list(self._compute.services())
            found = {service.host for service in services
                     if service.state == state and (
                         since is None or since < _moment(service))}
            return found >= set(hosts)
        waiting.wait_for(f'starting {", ".join(hosts)}', up,
                         seconds=_PATIENCE_S, pause=PAUSE_S)


def now():
    """Return the time as Nova writes it: UTC, without a time zone."""
    return datetime.datetime.now(datetime.UTC).replace(tzinfo=None)


def fault(server):
    """Return why a server has failed, in words."""
    return (server.fault or {}).get('message', 'no reason is given')


def _moment(service):
    return datetime.datetime.fromisoformat(service.updated_at or '0001-01-01')
