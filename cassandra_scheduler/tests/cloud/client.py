# SPDX-License-Identifier: Apache-2.0
"""The ``openstack`` command, as a user has it, and an eye on servers.

What is done is done by the command. What is only looked at, many times a
second, goes through the library below it: a command takes a second to load.
"""

import datetime
import json
import os
import shlex
import subprocess
import threading
import time

import keystoneauth1.exceptions
import openstack

from cassandra_scheduler.demo import rest
from cassandra_scheduler.model import errors
from cassandra_scheduler.tests.cloud import configuring
from cassandra_scheduler.tests.cloud import programs

ADMIN = PROJECT = 'admin'
#: Seconds that one command may take, with all that it waits for.
_PATIENCE_S = 300
#: Between two looks at everything: each of them is work for Nova's API.
PAUSE_S = 0.7


def environment(site):
    """Return what the openstack command needs in its environment."""
    return {'OS_AUTH_URL': site.ports.url('keystone'),
            'OS_IDENTITY_API_VERSION': '3', 'OS_USERNAME': ADMIN,
            'OS_PASSWORD': site.password, 'OS_PROJECT_NAME': PROJECT,
            'OS_USER_DOMAIN_ID': 'default',
            'OS_PROJECT_DOMAIN_ID': 'default',
            'OS_REGION_NAME': configuring.REGION,
            # From 2.95 on an evacuated server stays stopped.
            'OS_COMPUTE_API_VERSION': '2.94',
            'OS_PLACEMENT_API_VERSION': '1.39'}


class Client:
    """Runs the command; ``log`` takes all commands and what they said."""

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

    def ask(self, *words):
        """Run a command that shows something; return it, from JSON."""
        return json.loads(self.run(*words, '-f', 'json'))

    def session(self, *commands):
        """Type several commands into one ``openstack``.

        Raises SchedulerError if one of them is refused.
        """
        typed = ''.join(shlex.join(map(str, words)) + '\n'
                        for words in commands)
        ended = self._run([], typed)
        # Whatever happens in a session, its status is 1.
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


class Eye:
    """Looks at the servers of all projects."""

    def __init__(self, site):
        variables = environment(site)
        self._compute = openstack.connect(
            load_envvars=False, load_yaml_config=False,
            **{name.removeprefix('OS_').lower(): value
               for name, value in variables.items()
               if 'VERSION' not in name}).compute
        self._compute.default_microversion = variables[
            'OS_COMPUTE_API_VERSION']

    def servers(self, **filters):
        """Return name -> server as openstacksdk has it.

        ``filters``: those of Nova's API, all servers without any.
        """
        return {server.name: server for server in _listed(
            self._compute.servers, all_projects=True, **filters)}

    def wait_for_services(self, hosts, *, check, since=None, state='up'):
        """Wait until a service of Nova's works on each of these hosts.

        ``since``: and has given a sign of life after that, a datetime.
        ``state``: what Nova calls it; "down" where it was forced to be.
        """
        def up():
            check()
            services = _listed(self._compute.services)
            found = {service.host for service in services
                     if service.state == state and (
                         since is None or since < _moment(service))}
            return found >= set(hosts)
        rest.wait(f'starting {", ".join(hosts)}', up, seconds=_PATIENCE_S,
                  pause=PAUSE_S)


def now():
    """Return the moment as Nova writes it: UTC, without saying so."""
    return datetime.datetime.now(datetime.UTC).replace(tzinfo=None)


def fault(server):
    """Return in words why a server has failed."""
    return (server.fault or {}).get('message', 'no reason is given')


def _listed(what, **options):
    """Return a list; raise SchedulerError where Nova's API refuses it."""
    try:
        return list(what(**options))
    except (openstack.exceptions.SDKException,
            keystoneauth1.exceptions.ClientException) as exc:
        raise errors.SchedulerError(
            f'Nova does not list what it has: {exc}') from None


def _moment(service):
    return datetime.datetime.fromisoformat(service.updated_at or '0001-01-01')
